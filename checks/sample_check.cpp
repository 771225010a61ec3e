#include "checks/sample_check.hpp"

#include <algorithm>

namespace fatespec::checks {

SampleCheck::SampleCheck(ReferencePtr reference, Formats formats, TextExpectation expectation,
                         std::uint64_t skip_output, std::uint64_t skip_reference)
    : owner_(std::move(reference)), formats_(formats), expected_(std::move(expectation)), skip_output_(skip_output) {
  const WavSamples found = samples_of(owner_->bytes());
  reference_ = found.samples;
  reference_broken_ = found.broken;
  reference_.remove_prefix(static_cast<std::size_t>(std::min<std::uint64_t>(skip_reference, reference_.size())));
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
  const std::size_t width = model::bytes_per_sample(formats_.reference);
  const std::uint64_t available = reference_.size() / width - compared_;
  const auto samples = static_cast<std::size_t>(
      std::min<std::uint64_t>(bytes.size() / model::bytes_per_sample(formats_.output), available));
  if (samples == 0) return;
  compare(bytes.data(), reference_.data() + compared_ * width, samples);
  compared_ += samples;
  owner_->release_before(static_cast<std::size_t>(reference_.data() - owner_->bytes().data()) + compared_ * width);
}

Reading SampleCheck::finish() {
  take(header_.finish());
  Reading result;
  std::string line;
  if (reference_broken_ || header_.broken()) {
    line = reference_broken_ ? "the reference has a RIFF/WAVE header without a data chunk"
                             : "the output has a RIFF/WAVE header without a data chunk";
    result.passed = false;
    result.reason = line;
  } else {
    line = conclude(result);
  }
  Reading checked = check_line(expected_, line);
  if (result.passed) return checked;
  checked.passed = false;
  checked.reason = result.reason;
  return checked;
}

}  // namespace fatespec::checks
