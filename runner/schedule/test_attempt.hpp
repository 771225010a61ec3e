// One attempt at one test, from its empty directory to a judgement.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "checks/verdict.hpp"
#include "model/plan.hpp"
#include "runner/executor.hpp"
#include "runner/schedule/check_factory.hpp"
#include "runner/schedule/check_feed.hpp"
#include "runner/schedule/full_disk.hpp"
#include "runner/station.hpp"

namespace fatespec::runner {

/// What the attempts of a run on one station work with.
struct AttemptContext {
  Loops loops;
  Station& station;
  const model::Project& project;
  bool fingerprints = false;    ///< of the output of every test
  std::string recordings = {};  ///< directory in which players' recordings are kept; empty: they are not
  std::shared_ptr<FullDisk> disk = std::make_shared<FullDisk>();
};

struct AttemptOutcome {
  model::Execution execution;
  checks::Reading output;
  checks::Reading error;
  checks::Judgement judgement;
  std::string command;
  std::string directory;    ///< $TEST_DIR; still there
  bool fills_disk = false;  ///< it has left no space, or little
};

class TestAttempt : public std::enable_shared_from_this<TestAttempt> {
 public:
  /// The outcome is the receiver's to take from.
  using Done = std::function<void(AttemptOutcome&)>;

  TestAttempt(AttemptContext context, const model::PlannedTest& test) : context_(std::move(context)), test_(test) {}

  /// `done` is called once, later, on the loop's thread. Before it, `processes_ended` is called if all that is left to
  /// do is to judge what is here already.
  void start(Done done, std::function<void()> processes_ended);
  void cancel(bool now);
  void suspend();
  void resume();

 private:
  void fail_to_start(std::string problem);
  void look_at_size();
  checks::Reading size_reading(std::uint64_t size) const;
  void execute();
  void executed(model::Execution execution);
  bool reads_file() const;
  bool worth_reading() const;
  std::string file_to_read() const;
  OutputCheckOptions check_options(bool digested) const;
  void read_file();
  void file_read(const model::Execution& end, checks::Reading reading);
  void finish_output();
  void output_read(checks::Reading reading);
  void error_read(checks::Reading reading);
  void conclude();
  std::string working_directory() const;
  CheckFeed::Factory output_check() const;
  std::vector<std::string> environment() const;
  ExecutionRequest new_request() const;
  bool wants_fingerprint() const;
  void add_fingerprint();
  base::DigestAlgorithm fingerprint_algorithm() const;
  std::uint64_t free_disk() const;
  void look_at_disk();
  void blame_full_disk();

  AttemptContext context_;
  const model::PlannedTest& test_;
  Done done_;
  std::function<void()> processes_ended_;
  base::SteadyTime began_;
  std::shared_ptr<const model::Variables> variables_;
  std::shared_ptr<CheckFeed> output_;
  std::shared_ptr<CheckFeed> error_;
  std::shared_ptr<RunningExecution> running_;  ///< the command, or after it the reading of a file
  AttemptOutcome outcome_;
};

}  // namespace fatespec::runner
