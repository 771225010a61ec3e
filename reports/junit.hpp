// JUnit XML, as CI systems read it: a test suite for each suite and configuration.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/event.hpp"
#include "model/result.hpp"

namespace fatespec::reports {

/// The document. fail, timeout and xpass are failures, crash and error are errors, xfail and skip are skipped. No
/// environment is told.
std::string junit_xml(const std::vector<std::shared_ptr<const model::TestResult>>& results);

/// A sink that collects the results of a run; of good ones, only what the document tells. Of a run that was cut short
/// the document has an error for what is missing.
class JunitCollector {
 public:
  void handle(const model::RunEvent& event);
  base::Result<void> write(const std::string& path) const;

 private:
  std::vector<std::shared_ptr<const model::TestResult>> results_;
  std::size_t planned_ = 0;
};

}  // namespace fatespec::reports
