// Everything expanded: what a run will do, test by test.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/configuration.hpp"
#include "model/suite.hpp"
#include "model/test_id.hpp"

namespace fatespec::model {

/// Names and values of a matrix, in its order.
using Combination = std::vector<std::pair<std::string, std::string>>;

/// One test under one configuration: ready to run, or with the reason why it will not.
struct PlannedTest {
  std::size_t index = 0;  ///< position in the plan
  std::size_t rank = 0;   ///< of two tests that could start, the one with the lower rank does
  std::string name;       ///< suite/test, with `[NAME=value,…]` for a matrix
  std::shared_ptr<const Suite> suite;
  std::shared_ptr<const TestSpec> spec;
  std::shared_ptr<const Configuration> configuration;
  std::string target = "local";
  std::shared_ptr<const Variables> variables;  ///< resolved but for $TEST_DIR
  Combination matrix;
  std::optional<base::Duration> timeout;
  int retries = 0;
  int repetitions = 1;  ///< the test stands in the plan that many times, and has one result
  int repetition = 0;   ///< which of them this is; all have the `index` of the first
  std::optional<std::string> skip_reason;
  /// Shell commands of `only_if`: the test is skipped if none of them exits with 0. Empty: nothing to ask.
  std::vector<std::string> probes;
};

inline TestId id_of(const PlannedTest& test) { return {test.name, test.configuration->name}; }

/// suite/test, without the combination of a matrix.
std::string declared_name(const PlannedTest& test);
/// What all combinations of a test have in common.
inline TestId group_of(const PlannedTest& test) { return {declared_name(test), test.configuration->name}; }

/// `suite/test[NAME=value,…]`.
std::string full_name(const Suite& suite, const TestSpec& test, const Combination& combination);
/// A full name taken apart.
struct FullName {
  std::string declared;          ///< suite/test
  Combination combination = {};  ///< of the matrix; empty if there is none
};
FullName parse_full_name(const std::string& name);

/// The target that a configuration runs on, if it is a board or a pool; nullptr if it is this machine.
const Target* board_of(const Project& project, const std::string& target);
/// The same of a test: what always stays here has none, whatever its configuration says.
const Target* board_of(const Project& project, const PlannedTest& test);

struct TestPlan {
  std::shared_ptr<const Project> project;
  std::vector<PlannedTest> tests;
};

}  // namespace fatespec::model
