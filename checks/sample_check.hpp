// What 1OFF, RMS and STDDEV share: pairing a stream of samples with those of a reference.
#pragma once

#include <cstdint>
#include <string>

#include "checks/check.hpp"
#include "checks/text_check.hpp"
#include "checks/wav_header.hpp"
#include "model/spec_string.hpp"

namespace fatespec::checks {

/// Skips headers on both sides, cuts the stream into samples wherever its pieces end, and hands pairs of equal count
/// to compare(). A sample of which only a part is there at the end is compared with nothing; it counts in lengths
/// of bytes, not in those of samples.
class SampleCheck : public Check {
 public:
  void consume(std::string_view bytes) final;
  Reading finish() final;

 protected:
  struct Formats {
    model::SampleFormat output;
    model::SampleFormat reference;
  };
  /// `skip_output` bytes of the output's samples, and `skip_reference` of the reference's, are left out.
  SampleCheck(ReferencePtr reference, Formats formats, TextExpectation expectation, std::uint64_t skip_output = 0,
              std::uint64_t skip_reference = 0);

  /// `samples` pairs that follow those of the calls before.
  virtual void compare(const char* output, const char* reference, std::size_t samples) = 0;
  /// Fills in the finding and its reason; returns the line that the stdout becomes.
  virtual std::string conclude(Reading& reading) = 0;

  std::uint64_t output_bytes() const { return output_bytes_; }
  std::uint64_t reference_bytes() const { return reference_size_; }
  /// The whole output's length and the whole reference's, headers included.
  std::uint64_t whole_output_bytes() const { return whole_output_bytes_; }
  std::uint64_t whole_reference_bytes() const { return reference_->size(); }
  std::uint64_t compared() const { return compared_; }
  const Formats& formats() const { return formats_; }

 private:
  /// Why nothing can be said; empty if nothing stands in the way.
  std::string trouble_with_reference() const;
  void take(std::string_view samples);
  void compare_whole(std::string_view bytes);

  ReferencePtr reference_;
  Formats formats_;
  TextExpectation expected_;
  std::uint64_t reference_start_ = 0;  ///< of its samples
  std::uint64_t reference_size_ = 0;
  bool reference_cut_ = false;  ///< it ended before the size that it had
  bool reference_broken_ = false;
  WavHeaderSkipper header_;
  std::uint64_t skip_output_;
  std::string partial_;  ///< of a sample that a piece's end has cut
  std::uint64_t whole_output_bytes_ = 0;
  std::uint64_t output_bytes_ = 0;
  std::uint64_t compared_ = 0;
};

}  // namespace fatespec::checks
