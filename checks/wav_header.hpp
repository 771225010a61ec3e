// Skips a RIFF/WAVE header that arrives in pieces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "checks/reference.hpp"

namespace fatespec::checks {

/// Finds where the samples begin: after the header of the `data` chunk if the stream begins with "RIFF….WAVE" or
/// "RF64….WAVE", else at its very first byte. Sizes of the RIFF and data chunks do not matter: a program that writes to
/// a pipe leaves 0 or 0xFFFFFFFF in them.
class WavHeaderSkipper {
 public:
  /// The part of `bytes` (or of what was held back before) that belongs to the samples. The view is valid until the
  /// next call.
  std::string_view skip(std::string_view bytes);
  /// The end of the stream: what was held back because it could have become a header.
  std::string_view finish();
  /// True at the end if a header began and no data chunk came.
  bool broken() const { return state_ == State::chunks; }

 private:
  enum class State { start, chunks, samples };
  bool advance();

  State state_ = State::start;
  std::string held_;
  std::size_t at_ = 0;         ///< where in it the next step begins
  std::uint64_t to_skip_ = 0;  ///< bytes of a chunk that does not matter
};

/// Where the samples of a reference begin, and how many bytes they are.
struct WavSamples {
  std::uint64_t start = 0;
  std::uint64_t size = 0;
  bool broken = false;  ///< a header without a data chunk
};
WavSamples samples_of(Reference& reference);

}  // namespace fatespec::checks
