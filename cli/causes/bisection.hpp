// Finds the commit with which a test began to fail, by git's own bisect in a worktree of its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "cli/causes/flaky_odds.hpp"
#include "cli/common/exit_code.hpp"
#include "cli/common/tool_output.hpp"
#include "model/plan.hpp"

namespace fatespec::cli {

struct BisectionRequest {
  const model::Project& project;
  const model::PlannedTest& test;
  std::string source;  ///< the repository
  std::string build;   ///< shell command, run in a worktree
  std::string good;
  std::string bad;
  std::vector<std::string> run_arguments;  ///< of `fatespec run`, to find the test again
  std::filesystem::path directory;         ///< where worktree, binaries and state are kept
  base::Duration build_limit = std::chrono::hours(6);
};

/// Steps that were done before are not done again: git keeps them with the worktree, binaries lie by commit in a cache.
class Bisection {
 public:
  explicit Bisection(BisectionRequest request);

  /// The exit code: success if a commit was found.
  base::Result<ExitCode> run();

 private:
  enum class Answer { good, bad, untestable };

  // git.
  /// Of the worktree, where there is one, else of the source.
  ToolAnswer ask_git(const std::string& arguments) const;
  std::string git(const std::string& arguments) const { return ask_git(arguments).text; }
  base::Result<std::string> commit_of(const std::string& revision) const;
  std::string head() const;
  std::string subject_of(const std::string& commit) const;

  base::Result<void> lock();
  base::Result<void> begin();
  base::Result<void> check_ends();
  base::Result<ExitCode> search();
  base::Result<void> tell(const std::string& commit);
  void clean_up() const;

  base::Result<Answer> judge(const std::string& commit);
  base::Result<Answer> judge_bad_end(const std::string& commit);
  base::Result<bool> provide(const std::string& commit);
  base::Result<bool> build_here(const std::string& commit);
  base::Result<bool> keep_binaries(const std::string& commit, std::string& why) const;
  base::Result<Answer> run_once(const std::string& commit) const;
  std::filesystem::path place_of(const std::string& commit) const;

  bool read_state();
  base::Result<void> write_state() const;

  BisectionRequest request_;
  std::filesystem::path worktree_;
  /// Variables whose values are files of the source tree, such as FFMPEG_PATH; relative to it.
  std::vector<std::pair<std::string, std::string>> binaries_;
  std::string good_;
  std::string bad_;
  FaultEvidence evidence_;
  bool ends_checked_ = false;
  base::FileDescriptor lock_;
};

}  // namespace fatespec::cli
