// Runs of suites on boards, for the tests beside it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/support/ssh_server.hpp"

namespace fatespec::test {

constexpr const char* one_test = "tests: [{name: a, spec: /bin/true}]";

/// A project whose configuration `b` has the target `board`.
class BoardProject {
 public:
  /// `target`: its settings, as SshServer::target() gives them. `more`: further lines of the configuration file.
  explicit BoardProject(const std::string& target, const std::string& more = "") {
    directory_.write("fatespec.yaml",
                     "configurations: {b: {target: board}}\ntargets:\n  board: {" + target + "}\n" + more);
  }

  /// Runs a suite (its `tests:` and what follows) with --json.
  SuiteRun run(const std::string& tests, const std::string& arguments = "") const {
    return run_suite(directory_, tests, arguments);
  }
  const TemporaryDirectory& directory() const { return directory_; }

 private:
  TemporaryDirectory directory_;
};

/// Skips a test, with the reason, where no sshd can be started.
#define FATESPEC_NEEDS_SSH_SERVER() \
  if (const std::string why_ = fatespec::test::no_ssh_server(); !why_.empty()) GTEST_SKIP() << why_

}  // namespace fatespec::test
