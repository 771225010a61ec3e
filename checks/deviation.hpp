// What `{STDDEV}` knows of the differences between two signals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "checks/float_differences.hpp"
#include "model/spec_parameters.hpp"

namespace fatespec::checks {

/// The standard deviation of integer samples in hundredths: floor(sqrt(10000 * squares / count)), with the quotient
/// rounded to the nearest integer first.
std::uint64_t stddev_hundredths(std::uint64_t squares, std::uint64_t count);

/// Blocks of samples go in, in their order; what is asked for covers all of them. Numbers are texts as FATE's tiny_psnr
/// prints them, as they are compared as printed.
class Deviation {
 public:
  /// Of integers exactly; floats are scaled as tiny_psnr scales them.
  static std::unique_ptr<Deviation> of(model::SampleFormat format);
  Deviation() = default;
  Deviation(const Deviation&) = delete;
  Deviation& operator=(const Deviation&) = delete;
  virtual ~Deviation() = default;

  void add(const char* output, const char* reference, std::size_t samples);

  /// The standard deviation, with two decimals.
  virtual std::string stddev() const = 0;
  /// 20 log10(largest value / standard deviation), with two decimals; 999.99 where nothing differs.
  std::string psnr() const;
  /// The largest difference, a whole number.
  virtual std::string largest() const = 0;
  /// Which samples differ, and which one by most.
  std::string differences() const;
  /// The number of the first sample whose difference is infinite or not a number.
  virtual std::optional<std::uint64_t> not_finite() const { return std::nullopt; }

 protected:
  std::uint64_t compared() const { return compared_; }

 private:
  virtual void compare(const char* output, const char* reference, std::size_t samples) = 0;
  /// The sum of the squared differences.
  virtual double squares() const = 0;
  /// The largest difference that there could be, in the unit of squares().
  virtual double full_scale() const = 0;
  virtual std::uint64_t largest_at() const = 0;
  virtual const DifferingSamples& differing() const = 0;

  std::uint64_t compared_ = 0;
};

}  // namespace fatespec::checks
