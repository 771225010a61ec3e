// `{STDDEV}`: the standard deviation of the differences is what it was, within a fuzz. The rule of FATE's `stddev`.
#pragma once

#include <memory>
#include <string>

#include "checks/deviation.hpp"
#include "checks/sample_check.hpp"
#include "model/spec_parameters.hpp"

namespace fatespec::checks {

class StdDevCheck final : public SampleCheck {
 public:
  StdDevCheck(const model::StdDev& parameters, ReferencePtr reference, TextExpectation expectation);

 private:
  void compare(const char* output, const char* reference, std::size_t samples) override;
  std::string conclude(Reading& reading) override;

  model::StdDev parameters_;
  std::unique_ptr<Deviation> deviation_;
};

}  // namespace fatespec::checks
