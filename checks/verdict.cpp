#include "checks/verdict.hpp"

#include <csignal>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/signals.hpp"
#include "base/text.hpp"

namespace fatespec::checks {
namespace {

using model::Ending;
using model::ExpectedStatus;
using model::Verdict;

constexpr int last_plain_signal = 31;

/// The signal that a shell reports as status 128 + n; 0 if the status is none of that kind.
int signal_of_shell(const model::Execution& execution) {
  const int signal = execution.status - model::status_signal_base;
  return execution.via_shell && signal > 0 && signal <= last_plain_signal ? signal : 0;
}

/// A status that a program gives itself, rather than a shell for one that was not found or crashed.
bool is_programs_own(const model::Execution& execution) {
  return execution.status != model::status_not_found && execution.status != model::status_not_executable &&
         signal_of_shell(execution) == 0;
}

bool status_as_expected(const ExpectedStatus& expected, const model::Execution& execution) {
  const bool exited = execution.ending == Ending::exited;
  switch (expected.kind) {
    case ExpectedStatus::Kind::exactly: return exited && execution.status == expected.value;
    case ExpectedStatus::Kind::nonzero: return exited && execution.status != 0 && is_programs_own(execution);
    case ExpectedStatus::Kind::signal:
      return exited ? signal_of_shell(execution) == expected.value : execution.signal == expected.value;
  }
  return false;
}

std::string describe(const ExpectedStatus& expected) {
  switch (expected.kind) {
    case ExpectedStatus::Kind::exactly: return fmt::format("{}", expected.value);
    case ExpectedStatus::Kind::nonzero: return "nonzero";
    case ExpectedStatus::Kind::signal: return base::signal_name(expected.value);
  }
  return "";
}

/// A program that could not be started has the status that a shell would have given, if the test expects that one: its
/// other expectations then decide.
model::Execution as_a_shell_reports(const model::Execution& execution, const ExpectedStatus& expected) {
  model::Execution reported = execution;
  if (execution.ending != Ending::not_started || execution.status == 0) return reported;
  reported.ending = Ending::exited;
  reported.problem.clear();
  if (status_as_expected(expected, reported)) return reported;
  reported.problem = execution.problem;
  reported.ending = Ending::not_started;
  return reported;
}

// The last line of stderr is what a maintainer reads first.
std::string last_line(const Reading& error) {
  const auto lines = base::split_lines(error.output.text);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    if (!base::trim(*line).empty()) return ": " + base::shorten(base::printable(base::trim(*line)), 120);
  return "";
}

/// What we ended, or could not run. False if it ended by itself.
bool judge_intervention(const model::Execution& execution, Judgement& judgement) {
  switch (execution.ending) {
    case Ending::exited:
    case Ending::signalled: return false;
    case Ending::timed_out: judgement.verdict = Verdict::timeout; break;
    case Ending::over_limit: judgement.verdict = Verdict::fail; break;
    case Ending::not_started:
    case Ending::cancelled:
    case Ending::lost:
    case Ending::unreadable:
    case Ending::short_of_disk: judgement.verdict = Verdict::error; break;
  }
  judgement.reason = execution.problem;
  if (judgement.verdict != Verdict::error) judgement.detail = execution.stack;
  return true;
}

/// It ended otherwise than it should.
void judge_ending(const model::TestSpec& test, const Evidence& evidence, Judgement& judgement) {
  const model::Execution& execution = evidence.execution;
  const std::string said = last_line(evidence.error);
  if (execution.ending == Ending::signalled) {
    judgement.verdict = Verdict::crash;
    judgement.reason = fmt::format("ended by {}{}", base::signal_name(execution.signal), said);
  } else if (const int signal = signal_of_shell(execution)) {
    judgement.verdict = Verdict::crash;
    judgement.signal = base::signal_name(signal);
    judgement.reason = fmt::format("a program of the command ended by {}{}", judgement.signal, said);
  } else if (execution.status == model::status_not_found || execution.status == model::status_not_executable) {
    judgement.verdict = Verdict::error;
    judgement.reason = fmt::format("program {} (status {}){}",
                                   execution.status == model::status_not_found ? "not found" : "not executable",
                                   execution.status, said);
  } else {
    judgement.verdict = Verdict::fail;
    judgement.reason = fmt::format("status {}, expected {}{}", execution.status, describe(test.expect.status), said);
  }
}

/// It ended as it should: what it wrote decides.
void judge_output(const Evidence& evidence, Judgement& judgement) {
  for (const Reading* stream : {&evidence.output, &evidence.error}) {
    if (stream->passed()) continue;
    judgement.verdict = Verdict::fail;
    judgement.reason += (judgement.reason.empty() ? "" : "; ") + stream->reason;
    judgement.detail += stream->detail;
  }
  if (judgement.verdict != Verdict::fail && !evidence.execution.problem.empty()) {
    judgement.verdict = Verdict::error;  // it left processes behind that cannot be killed
    judgement.reason = evidence.execution.problem;
  }
}

void judge_unaided(const model::TestSpec& test, const Evidence& evidence, Judgement& judgement) {
  const model::Execution& execution = evidence.execution;
  const bool as_expected = status_as_expected(test.expect.status, execution);
  // That it crashed is certain without any reference.
  const bool crashed = !as_expected && (execution.ending == Ending::signalled || signal_of_shell(execution) != 0);
  if (!crashed && (evidence.output.is_undecidable() || evidence.error.is_undecidable())) {
    judgement.verdict = Verdict::error;
    judgement.reason = evidence.output.is_undecidable() ? evidence.output.reason : evidence.error.reason;
    if (!as_expected) {
      Judgement ended;
      judge_ending(test, evidence, ended);
      judgement.reason += "; " + ended.reason;
    }
  } else if (as_expected) {
    judge_output(evidence, judgement);
  } else {
    judge_ending(test, evidence, judgement);
    if (model::compares_samples(test.parsed.type) && !evidence.output.passed())
      judgement.reason += "; " + evidence.output.reason;
    judgement.detail = evidence.output.detail;
  }
}

bool has_signal(Ending ending) {
  return ending == Ending::signalled || (model::is_ended_by_runner(ending) && ending != Ending::cancelled);
}

}  // namespace

Judgement judge(const model::TestSpec& test, const Evidence& evidence) {
  model::Execution execution = as_a_shell_reports(evidence.execution, test.expect.status);
  // Of defects that are allowed, the player's own status knows nothing.
  const bool defects_only =
      evidence.output.explains_status && execution.ending == Ending::exited && execution.status == 1;
  if (defects_only) execution.status = evidence.output.passed() ? 0 : 1;
  if (defects_only && !evidence.output.passed() && test.expect.status.kind == ExpectedStatus::Kind::exactly &&
      test.expect.status.value == 0)
    return {Verdict::fail, evidence.output.reason, evidence.output.detail, 1, ""};
  Judgement judgement;
  if (execution.ending == Ending::exited) judgement.status = execution.status;
  if (model::compares_samples(test.parsed.type) && !evidence.output.passed() && judgement.status == 0)
    judgement.status = 1;
  if (has_signal(execution.ending) && execution.signal != 0) judgement.signal = base::signal_name(execution.signal);
  if (!judge_intervention(execution, judgement))
    judge_unaided(test, {execution, evidence.output, evidence.error}, judgement);
  return judgement;
}

/// True if that is the digest of what the command wrote, or of what the test's stdout became. Of `{MD5}` and its kin
/// the latter is a digest itself, which will do as well.
static bool is_output(const std::string& digest, const Reading& output) {
  const std::string& text = output.full_output ? *output.full_output : output.output.text;
  if (digest == output.fingerprint || digest == base::trim(text)) return true;
  const auto algorithm = base::digest_of_length(digest.size());
  return algorithm && base::digest_hex(*algorithm, text) == digest;
}

bool is_expired(const model::KnownFailure& known, std::string_view today) {
  return !known.expires.empty() && today > known.expires;
}

void apply_known_failure(const model::KnownFailure& known, const Reading& output, std::string_view today,
                         Judgement& judgement) {
  const std::string why = known.reason + (known.bug.empty() ? "" : (known.reason.empty() ? "" : ", ") + known.bug);
  if (is_expired(known, today)) {
    if (judgement.verdict != Verdict::pass)
      judgement.reason += fmt::format(" (was a known failure until {}: {})", known.expires, why);
    return;
  }
  if (judgement.verdict == Verdict::pass) {
    judgement.verdict = Verdict::xpass;
    judgement.reason = "passed, but is known to fail: " + why;
    return;
  }
  const bool failed = judgement.verdict == Verdict::fail || judgement.verdict == Verdict::crash ||
                      judgement.verdict == Verdict::timeout;
  if (!failed) return;
  if (!known.stdout_digest.empty()) {
    // A wrong output is what is known, and no crash and no hang, whatever came before it.
    if (judgement.verdict != Verdict::fail) {
      judgement.reason += fmt::format(" (not the known failure, {}: that has a wrong output)", why);
      return;
    }
    if (!is_output(known.stdout_digest, output)) {
      judgement.reason += fmt::format(" (not the known failure, {}: the digest of stdout is {})", why,
                                      output.fingerprint.empty() ? "unknown" : output.fingerprint);
      return;
    }
  }
  judgement.verdict = Verdict::xfail;
  judgement.reason = why + ": " + judgement.reason;
}

}  // namespace fatespec::checks
