#include "checks/sample_check.hpp"

#include <algorithm>

namespace fatespec::checks {

SampleCheck::SampleCheck(ReferencePtr reference, Formats formats, TextExpectation expectation,
                         std::uint64_t skip_output, std::uint64_t skip_reference)
    : reference_(std::move(reference)),
      formats_(formats),
      expected_(std::move(expectation)),
      skip_output_(skip_output) {
  const WavSamples found = samples_of(*reference_);
  reference_broken_ = found.broken;
  const std::uint64_t skipped = std::min(skip_reference, found.size);
  reference_start_ = found.start + skipped;
  reference_size_ = found.size - skipped;
}

void SampleCheck::consume(std::string_view bytes) {
  whole_output_bytes_ += bytes.size();
  take(header_.skip(bytes));
}

void SampleCheck::take(std::string_view samples) {
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_output_, samples.size()));
  samples.remove_prefix(skipped);
  skip_output_ -= skipped;
  output_bytes_ += samples.size();
  const std::size_t width = model::bytes_per_sample(formats_.output);
  if (!partial_.empty()) {
    const std::size_t missing = std::min(width - partial_.size(), samples.size());
    partial_.append(samples.substr(0, missing));
    samples.remove_prefix(missing);
    if (partial_.size() < width) return;
    compare_whole(partial_);
    partial_.clear();
  }
  const std::size_t whole = samples.size() / width * width;
  compare_whole(samples.substr(0, whole));
  partial_.assign(samples.substr(whole));
}

void SampleCheck::compare_whole(std::string_view bytes) {
  const std::size_t output_width = model::bytes_per_sample(formats_.output);
  const std::size_t width = model::bytes_per_sample(formats_.reference);
  while (bytes.size() >= output_width && compared_ < reference_size_ / width && !reference_cut_) {
    const std::uint64_t available = reference_size_ / width - compared_;
    const std::uint64_t wanted =
        std::min<std::uint64_t>({bytes.size() / output_width, available, Reference::window / width});
    const std::string_view expected =
        reference_->read(reference_start_ + compared_ * width, static_cast<std::size_t>(wanted) * width);
    const std::size_t samples = expected.size() / width;
    reference_cut_ = samples == 0;
    if (samples > 0) compare(bytes.data(), expected.data(), samples);
    compared_ += samples;
    bytes.remove_prefix(samples * output_width);
  }
}

Reading SampleCheck::finish() {
  take(header_.finish());
  Reading result;
  if (auto trouble = trouble_with_reference(); !trouble.empty()) result.set(Finding::undecidable, std::move(trouble));
  else if (header_.broken()) result.set(Finding::differs, "the output has a RIFF/WAVE header without a data chunk");
  const std::string line = result.passed() ? conclude(result) : result.reason;
  Reading checked = check_line_about(expected_, line, whole_output_bytes_);
  if (!result.passed()) checked.set(result.finding, result.reason);
  return checked;
}

std::string SampleCheck::trouble_with_reference() const {
  if (!reference_->problem().empty()) return reference_->problem();
  if (reference_cut_) return "the reference became shorter while it was compared";
  return reference_broken_ ? "the reference has a RIFF/WAVE header without a data chunk" : "";
}

}  // namespace fatespec::checks
