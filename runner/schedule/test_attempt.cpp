#include "runner/schedule/test_attempt.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "checks/discard_check.hpp"
#include "checks/fingerprint_check.hpp"
#include "checks/log_tail_check.hpp"
#include "checks/text_check.hpp"
#include "runner/limits.hpp"
#include "runner/plan/command_line.hpp"
#include "runner/plan/environment.hpp"
#include "runner/plan/misspelt_variable.hpp"
#include "runner/schedule/check_factory.hpp"
#include "runner/schedule/file_reading.hpp"

namespace fatespec::runner {

namespace asio = boost::asio;
using model::SpecType;

/// The free space of a disk is asked for no more often.
constexpr auto about_now = std::chrono::milliseconds(50);

void TestAttempt::start(Done done, std::function<void()> processes_ended) {
  done_ = std::move(done);
  processes_ended_ = std::move(processes_ended);
  began_ = std::chrono::steady_clock::now();
  auto directory = context_.station.workspace().make_directory();
  if (!directory) {
    fail_to_start(directory.error().str());
    return;
  }
  outcome_.directory = *directory;
  variables_ = std::make_shared<const model::Variables>(with_test_directory(test_, *directory));
  outcome_.command = command_line(context_.project, test_, *variables_);
  if (test_.spec->parsed.type == SpecType::filesize) look_at_size();
  else execute();
}

void TestAttempt::cancel(bool now) {
  if (running_) running_->cancel(now);
}

void TestAttempt::suspend() {
  if (running_) running_->suspend();
}

void TestAttempt::resume() {
  if (running_) running_->resume();
}

void TestAttempt::fail_to_start(std::string problem) {
  outcome_.execution.ending = model::Ending::not_started;
  outcome_.execution.problem = std::move(problem);
  asio::post(context_.loops.loop, [self = shared_from_this()] { self->conclude(); });
}

std::string TestAttempt::working_directory() const {
  return runner::working_directory(context_.project, test_, *variables_);
}

void TestAttempt::look_at_size() {
  const std::string path = filesize_path(context_.project, test_, *variables_);
  struct stat status {};
  outcome_.execution.ending = model::Ending::exited;
  checks::Reading reading;
  std::string problem;
  if (::stat(path.c_str(), &status) != 0) problem = fmt::format("{}: {}", path, std::strerror(errno));
  else if (!S_ISREG(status.st_mode)) problem = path + ": not a regular file";
  if (!problem.empty()) {
    outcome_.execution.status = 1;
    outcome_.error.output = {problem, problem.size(), false};
  } else {
    reading = size_reading(static_cast<std::uint64_t>(status.st_size));
  }
  outcome_.output = std::move(reading);
  add_fingerprint();
  asio::post(context_.loops.loop, [self = shared_from_this()] { self->conclude(); });
}

// The bounds of `size` are those of the file, the stdout is its size in decimal.
checks::Reading TestAttempt::size_reading(std::uint64_t size) const {
  const auto& bounds = test_.spec->expect.size;
  const auto check = make_output_check(test_, *variables_);
  check->consume(std::to_string(size));
  checks::Reading reading = check->finish();
  const std::string missed = bounds ? checks::missed_bound(*bounds, size) : "";
  if (missed.empty()) return reading;
  reading.set(checks::Finding::differs, fmt::format("size {}, {}", size, missed));
  return reading;
}

CheckFeed::Factory TestAttempt::output_check() const {
  return [this]() -> std::unique_ptr<checks::Check> {
    auto check = make_output_check(test_, *variables_);
    if (!wants_fingerprint() || model::is_build(test_.spec->parsed.type)) return check;
    return std::make_unique<checks::FingerprintCheck>(std::move(check), fingerprint_algorithm());
  };
}

bool TestAttempt::wants_fingerprint() const {
  const auto& known = test_.spec->expect_fail;
  return context_.fingerprints || test_.spec->agree || (known && !known->stdout_digest.empty());
}

base::DigestAlgorithm TestAttempt::fingerprint_algorithm() const {
  const auto& known = test_.spec->expect_fail;
  const std::size_t length = known ? known->stdout_digest.size() : 0;
  return base::digest_of_length(length).value_or(base::DigestAlgorithm::md5);
}

void TestAttempt::execute() {
  CheckFeed::Factory factory = output_check();
  if (reads_file()) factory = [] { return std::make_unique<checks::DiscardCheck>(); };
  output_ = std::make_shared<CheckFeed>(context_.loops, std::move(factory), cost_of_check(test_, *variables_));
  error_ = std::make_shared<CheckFeed>(
      context_.loops, [this] { return make_error_check(test_, *variables_); }, CheckCost::small);

  ExecutionRequest request = new_request();
  request.command = outcome_.command;
  if (test_.spec->stdin_file)
    request.stdin_file = absolute_path(test_.spec->stdin_file->text, *variables_, test_.suite->directory);
  request.limits =
      execution_limits(context_.project.limits, test_.spec->limits, context_.station.workspace().free_space(about_now));
  request.stack_if_it_hangs = true;
  running_ = context_.station.executor().execute(
      std::move(request), *output_, *error_,
      [self = shared_from_this()](model::Execution execution) { self->executed(std::move(execution)); });
}

std::vector<std::string> TestAttempt::environment() const {
  return test_environment(context_.project, test_, *variables_, outcome_.directory, context_.station.is_local());
}

ExecutionRequest TestAttempt::new_request() const {
  ExecutionRequest request;
  request.environment = std::make_shared<const std::vector<std::string>>(environment());
  request.directory = working_directory();
  request.marker = "TEST_DIR=" + outcome_.directory;
  request.test_directory = outcome_.directory;
  request.timeout = test_.timeout;
  return request;
}

void TestAttempt::executed(model::Execution execution) {
  running_.reset();
  outcome_.execution = std::move(execution);
  look_at_disk();
  if (reads_file() && worth_reading()) {
    read_file();
    return;
  }
  const model::Ending ending = outcome_.execution.ending;
  const bool is_over = ending != model::Ending::lost && ending != model::Ending::cancelled;
  if (is_over && !outcome_.fills_disk) processes_ended_();  // the next would fail of the same
  finish_output();
}

// `{MD5FILE}` and its kin read what the command was to write, `{PLAYER}` the recording.
bool TestAttempt::reads_file() const {
  const SpecType type = test_.spec->parsed.type;
  return type == SpecType::digest_file || type == SpecType::player;
}

// A recording tells most where the player did not come to its end.
bool TestAttempt::worth_reading() const {
  const model::Ending ending = outcome_.execution.ending;
  if (ending == model::Ending::exited)
    return test_.spec->parsed.type == SpecType::digest_file || outcome_.execution.status < model::status_not_executable;
  return test_.spec->parsed.type == SpecType::player &&
         (ending == model::Ending::signalled || ending == model::Ending::timed_out);
}

std::string TestAttempt::file_to_read() const {
  if (test_.spec->parsed.type == SpecType::player) return recording_path(*variables_);
  return absolute_path(test_.spec->parsed.arguments[0].value, *variables_, working_directory());
}

OutputCheckOptions TestAttempt::check_options(bool digested) const {
  OutputCheckOptions options{.digested = digested};
  if (test_.spec->parsed.type != SpecType::player || context_.recordings.empty()) return options;
  // Repetitions may run at once: each has its own.
  const std::string repetition = test_.repetition == 0 ? "" : fmt::format(".{}", test_.repetition);
  options.recording = context_.recordings + "/" + file_name_of(test_) + repetition + ".dbg";
  return options;
}

// It has as long as the test had.
void TestAttempt::read_file() {
  const std::string path = file_to_read();
  const auto factory = [this](bool digested) {
    return [this, digested] { return make_output_check(test_, *variables_, check_options(digested)); };
  };
  auto done = [self = shared_from_this()](const model::Execution& end, checks::Reading reading) {
    self->file_read(end, std::move(reading));
  };
  const bool digests = test_.spec->parsed.type == SpecType::digest_file;
  Executor& executor = context_.station.executor();
  const auto there = executor.file_command(path, digests ? std::optional(test_.spec->parsed.digest) : std::nullopt);
  if (!there) {
    running_ = read_file_here(context_.loops, path, factory(false), test_.timeout, std::move(done));
    return;
  }
  ExecutionRequest request = new_request();
  request.command = there->command;
  request.prefix = PrefixScope::nothing;
  running_ =
      read_file_there(context_.loops, executor, path, std::move(request), factory(there->digested), std::move(done));
}

// Of a player that crashed or hung, that is its verdict however long the reading takes. What else may become of a
// program that reads says nothing of the test; the reading tells it.
void TestAttempt::file_read(const model::Execution& end, checks::Reading reading) {
  using model::Ending;
  running_.reset();
  model::Execution& execution = outcome_.execution;
  const bool is_over = end.ending == Ending::cancelled || end.ending == Ending::lost;
  if (is_over || (end.ending == Ending::timed_out && execution.ending == Ending::exited)) {
    execution.ending = end.ending;
    execution.problem = end.problem;
    execution.took_down = end.took_down;
  }
  output_read(std::move(reading));
}

void TestAttempt::finish_output() {
  output_->finish([self = shared_from_this()](checks::Reading reading) { self->output_read(std::move(reading)); });
}

void TestAttempt::output_read(checks::Reading reading) {
  outcome_.output = std::move(reading);
  add_fingerprint();
  error_->finish([self = shared_from_this()](checks::Reading error) { self->error_read(std::move(error)); });
}

/// That of what the stdout became, where there is none of what the command wrote: of a file its digest tells as much.
void TestAttempt::add_fingerprint() {
  if (wants_fingerprint() && outcome_.output.fingerprint.empty())
    outcome_.output.fingerprint = base::digest_hex(fingerprint_algorithm(), outcome_.output.output.text);
}

void TestAttempt::error_read(checks::Reading reading) {
  outcome_.error = std::move(reading);
  conclude();
}

// Of a build, the log's end is shown if it failed and nothing if it did not.
static void show_log(checks::Judgement& judgement, AttemptOutcome& outcome) {
  if (judgement.verdict == model::Verdict::pass) {
    outcome.output.output = {};
    return;
  }
  const std::string stack = std::move(judgement.detail);
  judgement.detail = outcome.output.output.text;
  outcome.error.output = checks::last_lines(outcome.error.output);
  if (outcome.error.output.bytes > 0) judgement.detail += "--- stderr\n" + outcome.error.output.text;
  if (outcome.execution.ending == model::Ending::timed_out) judgement.detail += stack;
}

// Of a test that passed, too: those beside it may fail. Where there was plenty it is enough that those look anew.
std::uint64_t TestAttempt::free_disk() const {
  constexpr std::uint64_t plenty = std::uint64_t{16} << 30;
  const model::Execution& execution = outcome_.execution;
  if (execution.free_disk) return *execution.free_disk;
  const Workspace& workspace = context_.station.workspace();
  const bool is_well = execution.ending == model::Ending::exited && execution.status == 0;
  const std::uint64_t free = is_well ? workspace.free_space(about_now) : 0;
  return free >= plenty ? free : workspace.free_space(base::Duration(0));
}

void TestAttempt::look_at_disk() {
  constexpr std::uint64_t next_to_nothing = std::uint64_t{256} << 10;
  const bool is_full = free_disk() <= next_to_nothing;
  if (is_full) context_.disk->found(std::chrono::steady_clock::now());
  outcome_.fills_disk = is_full || outcome_.execution.ending == model::Ending::short_of_disk;
}

// What fails while the disk is full says nothing about the program.
void TestAttempt::blame_full_disk() {
  using model::Ending;
  const Ending ending = outcome_.execution.ending;
  if (!context_.disk->since(began_) || ending == Ending::over_limit || ending == Ending::short_of_disk) return;
  outcome_.judgement.verdict = model::Verdict::error;
  outcome_.judgement.reason = fmt::format("disk full: no space {} left in {} ({})", outcome_.fills_disk ? "is" : "was",
                                          context_.station.workspace().directory(), outcome_.judgement.reason);
}

void TestAttempt::conclude() {
  // Not with the attempt's own directory, in which something may be kept.
  if (variables_) outcome_.command = paste_line(context_.project, test_);
  outcome_.judgement = checks::judge(*test_.spec, {outcome_.execution, outcome_.output, outcome_.error});
  if (outcome_.judgement.verdict != model::Verdict::pass) {
    if (variables_) outcome_.judgement.reason += misspelt_variable(test_, *variables_, environment());
    blame_full_disk();
  }
  // What has not run has no output, not even an empty one with a digest.
  if (outcome_.judgement.verdict == model::Verdict::error && outcome_.execution.ending == model::Ending::not_started)
    outcome_.output.output = {};
  if (model::is_build(test_.spec->parsed.type)) {
    show_log(outcome_.judgement, outcome_);
    outcome_.output.fingerprint.clear();  // a log tells when it was written, and where
    add_fingerprint();
  }
  output_.reset();
  error_.reset();
  const auto done = std::exchange(done_, nullptr);
  done(outcome_);
}

}  // namespace fatespec::runner
