// `{1OFF}`: no sample differs from the reference by more than a tolerance.
#pragma once

#include "checks/sample_check.hpp"
#include "model/spec_parameters.hpp"

namespace fatespec::checks {

class OneOffCheck final : public SampleCheck {
 public:
  OneOffCheck(const model::OneOff& parameters, ReferencePtr reference, TextExpectation expectation);

 private:
  void compare(const char* output, const char* reference, std::size_t samples) override;
  std::string conclude(Reading& reading) override;

  model::OneOff parameters_;
  std::uint64_t differing_ = 0;
  std::uint64_t first_ = 0;
  std::uint64_t largest_ = 0;
};

}  // namespace fatespec::checks
