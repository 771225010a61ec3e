#include "checks/deviation.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "checks/sample_kernels.hpp"

namespace fatespec::checks {
namespace {

std::uint64_t integer_sqrt(std::uint64_t value) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(value)));
  while (root * root > value) --root;
  while ((root + 1) * (root + 1) <= value) ++root;
  return root;
}

class IntegerDeviation final : public Deviation {
 public:
  explicit IntegerDeviation(model::SampleFormat format) : format_(format) {}

  std::string stddev() const override {
    const std::uint64_t hundredths = stddev_hundredths(squares_, compared());
    return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
  }
  std::string largest() const override { return fmt::format("{}", largest_); }

 private:
  void compare(const char* output, const char* reference, std::size_t samples) override {
    squares_ += sum_of_squares(format_, output, reference, samples);
    const std::uint64_t largest = largest_difference(format_, output, reference, samples);
    if (largest > 0) differing_.add(count_differing(format_, output, reference, samples), compared());
    if (largest <= largest_) return;
    largest_ = largest;
    largest_at_ = compared() + count_excess(format_, output, reference, samples, largest - 1).first;
  }
  double squares() const override { return static_cast<double>(squares_); }
  double full_scale() const override { return format_ == model::SampleFormat::u8 ? 255.0 : 65535.0; }
  std::uint64_t largest_at() const override { return largest_at_; }
  const DifferingSamples& differing() const override { return differing_; }

  model::SampleFormat format_;
  std::uint64_t squares_ = 0;
  std::uint64_t largest_ = 0;
  std::uint64_t largest_at_ = 0;
  DifferingSamples differing_;
};

class FloatDeviation final : public Deviation {
 public:
  explicit FloatDeviation(model::SampleFormat format)
      : format_(format), output_(sample_block), reference_(sample_block) {}

  std::string stddev() const override {
    const double count = std::max<double>(1, static_cast<double>(compared()));
    return fmt::format("{:.2f}", std::sqrt(squares_ / count) * scale());
  }
  std::string largest() const override {
    const double scaled = differences_.largest() * scale();
    return std::isfinite(scaled) ? fmt::format("{:.0f}", std::trunc(scaled)) : "inf";
  }
  std::optional<std::uint64_t> not_finite() const override { return differences_.not_finite(); }

 private:
  void compare(const char* output, const char* reference, std::size_t samples) override {
    const std::size_t width = model::bytes_per_sample(format_);
    for (std::size_t at = 0; at < samples; at += sample_block) {
      const std::size_t n = std::min(sample_block, samples - at);
      to_doubles(format_, output + at * width, n, output_.data());
      to_doubles(format_, reference + at * width, n, reference_.data());
      squares_ += differences_.add(output_.data(), reference_.data(), n, compared() + at);
    }
  }
  double squares() const override { return squares_; }
  double full_scale() const override { return 2.0; }
  std::uint64_t largest_at() const override { return differences_.largest_at(); }
  const DifferingSamples& differing() const override { return differences_.differing(); }
  double scale() const { return format_ == model::SampleFormat::f32 ? 0x1p24 : 0x1p32; }

  model::SampleFormat format_;
  double squares_ = 0;
  FloatDifferences differences_;
  std::vector<double> output_;
  std::vector<double> reference_;
};

}  // namespace

std::uint64_t stddev_hundredths(std::uint64_t squares, std::uint64_t count) {
  if (count == 0) count = 1;
  return integer_sqrt(squares / count * 10000 + (squares % count * 10000 + count / 2) / count);
}

std::unique_ptr<Deviation> Deviation::of(model::SampleFormat format) {
  if (model::is_float(format)) return std::make_unique<FloatDeviation>(format);
  return std::make_unique<IntegerDeviation>(format);
}

void Deviation::add(const char* output, const char* reference, std::size_t samples) {
  compare(output, reference, samples);
  compared_ += samples;
}

std::string Deviation::psnr() const {
  if (squares() == 0) return "999.99";
  const double mean = squares() / std::max<double>(1, static_cast<double>(compared()));
  return fmt::format("{:.2f}", 20 * std::log10(full_scale()) - 10 * std::log10(mean));
}

std::string Deviation::differences() const {
  if (!differing().any()) return "nothing differs";
  return fmt::format("{}; the largest difference is {}, at sample {}", differing().describe(compared()), largest(),
                     largest_at());
}

}  // namespace fatespec::checks
