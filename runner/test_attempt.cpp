#include "runner/test_attempt.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/file.hpp"
#include "checks/fingerprint_check.hpp"
#include "checks/log_tail_check.hpp"
#include "runner/check_factory.hpp"
#include "runner/command_line.hpp"
#include "runner/disk_usage.hpp"
#include "runner/environment.hpp"
#include "runner/limits.hpp"
#include "runner/plan_builder.hpp"

namespace fatespec::runner {
namespace {

namespace asio = boost::asio;
using model::SpecType;

bool is_make(SpecType type) { return type == SpecType::make || type == SpecType::make_test; }

/// Takes output that nobody looks at.
class DiscardCheck final : public checks::Check {
 public:
  void consume(std::string_view) override {}
  checks::Reading finish() override { return {}; }
};

/// Digests the file that a test was to write.
checks::Reading read_file_into(checks::Check& check, const std::string& path) {
  const auto failed = [&](const std::string& reason) {
    checks::Reading reading;
    reading.passed = false;
    reading.reason = reason;
    return reading;
  };
  const base::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file && errno == ENOENT) return failed(fmt::format("the command wrote no file {}", path));
  if (!file) return failed(fmt::format("{}: {}", path, std::strerror(errno)));
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return failed(path + ": not a regular file");
  std::vector<char> buffer(std::size_t{256} << 10);
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0) return failed(fmt::format("{}: {}", path, std::strerror(errno)));
    if (got == 0) return check.finish();
    check.consume({buffer.data(), static_cast<std::size_t>(got)});
  }
}

}  // namespace

void TestAttempt::start(Done done) {
  done_ = std::move(done);
  auto directory = context_.scratch.make_directory();
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
  asio::post(context_.loops.loop, [self = shared_from_this()] { self->conclude(); });
}

// The bounds of `size` are those of the file, the stdout is its size in decimal.
checks::Reading TestAttempt::size_reading(std::uint64_t size) const {
  const auto& bounds = test_.spec->expect.size;
  const auto check = make_output_check(test_, *variables_);
  check->consume(std::to_string(size));
  checks::Reading reading = check->finish();
  const bool small = bounds && bounds->min && size < *bounds->min;
  const bool large = bounds && bounds->max && size > *bounds->max;
  if (!small && !large) return reading;
  reading.passed = false;
  reading.reason =
      fmt::format("size {}, {} {}", size, small ? "less than" : "more than", small ? *bounds->min : *bounds->max);
  return reading;
}

CheckFeed::Factory TestAttempt::output_check() const {
  return [this]() -> std::unique_ptr<checks::Check> {
    auto check = make_output_check(test_, *variables_);
    if (!wants_fingerprint()) return check;
    return std::make_unique<checks::FingerprintCheck>(std::move(check));
  };
}

bool TestAttempt::wants_fingerprint() const { return context_.fingerprints || test_.spec->agree; }

void TestAttempt::execute() {
  const bool costly = is_costly(test_, *variables_);
  const bool reads_file = test_.spec->parsed.type == SpecType::digest_file;
  CheckFeed::Factory factory = output_check();
  if (reads_file) factory = [] { return std::make_unique<DiscardCheck>(); };
  output_ = std::make_shared<CheckFeed>(context_.loops, std::move(factory), costly);
  error_ = std::make_shared<CheckFeed>(
      context_.loops, [this] { return make_error_check(test_, *variables_); }, false);

  ExecutionRequest request;
  request.command = outcome_.command;
  request.environment = std::make_shared<const std::vector<std::string>>(
      test_environment(context_.project, test_, *variables_, outcome_.directory));
  request.directory = working_directory();
  request.marker = "TEST_DIR=" + outcome_.directory;
  if (test_.spec->stdin_file)
    request.stdin_file = absolute_path(test_.spec->stdin_file->text, *variables_, test_.suite->directory);
  request.test_directory = outcome_.directory;
  request.timeout = test_.timeout;
  request.limits = execution_limits(context_.project.limits, test_.spec->limits, context_.free_space);
  request.stack_if_it_hangs = true;
  running_ = context_.executor.execute(
      std::move(request), *output_, *error_,
      [self = shared_from_this()](model::Execution execution) { self->executed(std::move(execution)); });
}

void TestAttempt::executed(model::Execution execution) {
  running_.reset();
  outcome_.execution = std::move(execution);
  if (test_.spec->parsed.type == SpecType::digest_file && outcome_.execution.ending == model::Ending::exited)
    read_digest_file();
  else finish_output();
}

void TestAttempt::read_digest_file() {
  asio::post(context_.loops.pool, [self = shared_from_this()] {
    const std::string path =
        absolute_path(self->test_.spec->parsed.arguments[0].value, *self->variables_, self->working_directory());
    const auto check = make_output_check(self->test_, *self->variables_);
    auto reading = std::make_shared<checks::Reading>(read_file_into(*check, path));
    asio::post(self->context_.loops.loop, [self, reading] { self->output_read(std::move(*reading)); });
  });
}

void TestAttempt::finish_output() {
  output_->finish([self = shared_from_this()](checks::Reading reading) { self->output_read(std::move(reading)); });
}

void TestAttempt::output_read(checks::Reading reading) {
  outcome_.output = std::move(reading);
  if (wants_fingerprint() && outcome_.output.fingerprint.empty())  // of a file, its digest tells as much
    outcome_.output.fingerprint = base::digest_hex(base::DigestAlgorithm::md5, outcome_.output.output.text);
  error_->finish([self = shared_from_this()](checks::Reading error) { self->error_read(std::move(error)); });
}

void TestAttempt::error_read(checks::Reading reading) {
  outcome_.error = std::move(reading);
  conclude();
}

// Of a build, the log's end is shown if it failed and nothing if it did not.
static void show_log(checks::Judgement& judgement, AttemptOutcome& outcome) {
  constexpr std::size_t shown = 30;
  if (judgement.verdict == model::Verdict::pass) {
    outcome.output.output = {};
    return;
  }
  judgement.detail = outcome.output.output.text;
  const std::string errors = checks::last_lines(outcome.error.output, shown);
  outcome.error.output = {errors, errors.size(), false};
  if (!errors.empty()) judgement.detail += "--- stderr\n" + errors;
}

// What fails while the disk is full says nothing about the program.
void TestAttempt::blame_full_disk() {
  constexpr std::uint64_t next_to_nothing = std::uint64_t{256} << 10;
  const auto space = disk_space(context_.scratch.directory());
  if (!space || space->free > next_to_nothing || outcome_.execution.ending == model::Ending::over_limit) return;
  outcome_.judgement.verdict = model::Verdict::error;
  outcome_.judgement.reason =
      fmt::format("disk full: no space is left in {} ({})", context_.scratch.directory(), outcome_.judgement.reason);
}

void TestAttempt::conclude() {
  if (variables_) outcome_.command = paste_line(context_.project, test_, *variables_);
  outcome_.judgement = checks::judge(*test_.spec, {outcome_.execution, outcome_.output, outcome_.error});
  if (outcome_.judgement.verdict != model::Verdict::pass) blame_full_disk();
  if (is_make(test_.spec->parsed.type)) show_log(outcome_.judgement, outcome_);
  output_.reset();
  error_.reset();
  auto done = std::exchange(done_, nullptr);
  done(std::move(outcome_));
}

}  // namespace fatespec::runner
