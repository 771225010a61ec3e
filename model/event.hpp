// The spine: everything that happens in a run is an event, and progress, results, JSON and JUnit are sinks of events.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "model/plan.hpp"
#include "model/result.hpp"

namespace fatespec::model {

struct RunStarted {
  std::string run;
  std::string version;
  std::string command;
  std::size_t tests = 0;
  base::UtcTime time;
  bool resumed = false;     ///< a run that was cut short goes on
  VerdictCounts done = {};  ///< of the results that it had already
  /// Of the source trees under test, by configuration: a commit, with "-dirty" behind it where the tree has changes.
  std::map<std::string, std::string> revisions = {};
  std::string host = {};       ///< empty: this machine
  std::string directory = {};  ///< where it was started; with an empty host: here
  std::string shard = {};      ///< "K/N" of a run of a part of the tests
};

struct TestStarted {
  const PlannedTest* test = nullptr;  ///< lives as long as the plan
  int attempt = 1;
};

/// The station that ran it was lost: the test waits again.
struct TestLost {
  const PlannedTest* test = nullptr;
  std::string station;
  std::string reason;
};

/// Nothing of it runs any more. Its result is told once it is final and safe.
struct TestEnded {
  const PlannedTest* test = nullptr;
};

struct TestFinished {
  std::shared_ptr<const TestResult> result;
};

/// What the failing combinations of a test's matrix have in common.
struct Attribution {
  std::string test;  ///< without its combination
  std::string configuration;
  std::string text;  ///< "fails exactly when THREADS>1"
};

struct RunFinished {
  std::string run;
  VerdictCounts counts;
  base::Duration wall{0};
  base::UtcTime time;
  int exit_code = 0;
  std::string interrupted_by;  ///< what cut it short: "SIGINT", "--fail-fast", "the loss of the results file" …
  std::vector<Attribution> attributions = {};
  std::vector<std::string> lost_stations = {};  ///< "pi4: no answer …": boards that did not come back
};

using RunEvent = std::variant<RunStarted, TestStarted, TestLost, TestEnded, TestFinished, RunFinished>;

/// Called on the scheduler's thread; must not block.
using EventSink = std::function<void(const RunEvent&)>;

}  // namespace fatespec::model
