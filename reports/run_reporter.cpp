#include "reports/run_reporter.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "reports/causes.hpp"
#include "reports/summary.hpp"

namespace fatespec::reports {
namespace {

constexpr std::size_t slowest_shown = 5;
constexpr std::size_t bad_repeated = 20;
constexpr auto plain_interval = std::chrono::seconds(10);
constexpr auto worth_showing = std::chrono::milliseconds(100);

std::string bar(std::size_t done, std::size_t total, std::size_t columns) {
  const std::size_t filled = total == 0 ? columns : columns * done / total;
  std::string text;
  for (std::size_t i = 0; i < columns; ++i) text += i < filled ? "━" : "╌";
  return text;
}

/// A name as a filter expression takes it.
std::string filter_word(const std::string& name) {
  if (name.find_first_of("|&!() \"\\") == std::string::npos) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
  return quoted + "\"";
}

}  // namespace

RunReporter::RunReporter(Console& console, const base::Clock& clock, RunReporterOptions options)
    : console_(console), clock_(clock), options_(std::move(options)) {
  if (!options_.progress || options_.quiet) console_.disable_status_line();
}

void RunReporter::handle(const model::RunEvent& event) {
  if (const auto* run = std::get_if<model::RunStarted>(&event)) started(*run);
  else if (const auto* test = std::get_if<model::TestStarted>(&event)) test_started(*test);
  else if (const auto* lost = std::get_if<model::TestLost>(&event)) test_lost(*lost);
  else if (const auto* ended = std::get_if<model::TestEnded>(&event)) test_ended(*ended);
  else if (const auto* result = std::get_if<model::TestFinished>(&event)) test_finished(*result->result);
  else if (const auto* end = std::get_if<model::RunFinished>(&event)) finished(*end);
}

void RunReporter::started(const model::RunStarted& event) {
  run_ = event.run;
  total_ = event.tests;
  began_ = last_line_ = clock_.steady();
  for (const auto& [test, wall] : options_.expected) total_expected_ += wall;
  done_ = event.done.total();
  counts_ = event.done;
  resumed_ = event.resumed;
  if (options_.quiet) return;
  const std::string where = options_.on_cluster ? "on the cluster" : fmt::format("{} at once", options_.jobs);
  if (event.resumed)
    console_.print(fmt::format("run {} goes on: {} of {}, {}", run_, total_ - done_, number_of_tests(total_), where));
  else console_.print(fmt::format("run {}: {}, {}", run_, number_of_tests(total_), where));
}

void RunReporter::test_started(const model::TestStarted& event) {
  Running running{base::printable(event.test->name), clock_.steady(), event.attempt};
  // What is always long is not slow.
  if (const auto& slow = event.test->spec->slow)
    running.warn_after = std::max(*slow, 2 * expected(model::id_of(*event.test)));
  running_[event.test] = std::move(running);
}

void RunReporter::test_lost(const model::TestLost& event) {
  running_.erase(event.test);
  if (!options_.quiet)
    console_.print(fmt::format("{} {}  runs again: {} was lost ({})", console_.styled(Style::yellow, "lost   "),
                               base::printable(event.test->name), event.station, base::printable(event.reason)));
}

void RunReporter::test_finished(const model::TestResult& result) {
  ++done_;
  last_finished_ = clock_.steady();
  ++counts_[result.verdict];
  remember(result);
  done_expected_ += expected(model::id_of(result));
  remember_slow(result);
  if (model::is_bad(result.verdict)) {
    console_.print(describe_bad(
        result, console_, {.several_configurations = options_.several_configurations, .show_command = show_command()}));
  } else if (!result.outputs.empty() && !options_.quiet) {
    console_.print(fmt::format("{} {}  the same output {} times", console_.styled(Style::green, "stable "),
                               label(result, options_.several_configurations), result.attempts));
  } else if (result.flaky && !options_.quiet) {
    console_.print(describe_flaky(result, console_, options_.several_configurations));
  } else if (result.leaky && !options_.quiet) {
    console_.print(describe_leaky(result, console_, options_.several_configurations));
  } else if (result.verdict == model::Verdict::skip && !options_.quiet && !console_.has_status_line()) {
    console_.print(
        fmt::format("skip    {}  {}", label(result, options_.several_configurations), base::printable(result.reason)));
  }
}

// What the end tells again.
void RunReporter::remember(const model::TestResult& result) {
  if (result.flaky) ++flaky_;
  if (result.leaky) ++leaky_;
  if (!model::is_bad(result.verdict)) return;
  if (result.lacks_reference) ++missing_references_;
  bad_names_[options_.several_configurations ? result.configuration : ""].insert(result.test);
  auto& cause = causes_[cause_key(result)];
  if (cause.count > 0 && result.reason != cause.first_reason) cause.varies = true;
  if (cause.count++ == 0) {
    cause.first_reason = result.reason;
    cause.reason =
        fmt::format("{}: {}", model::name_of(result.verdict), base::shorten(base::printable(result.reason), 100));
    cause.example = label(result, options_.several_configurations);
  }
  bad_lines_.push_back(fmt::format(
      "  {} {}  {}", console_.styled(style_of(result.verdict), fmt::format("{:7}", model::name_of(result.verdict))),
      label(result, options_.several_configurations), base::shorten(base::printable(result.reason), 100)));
}

void RunReporter::remember_slow(const model::TestResult& result) {
  if (result.wall < worth_showing) return;
  slowest_.push_back({result.wall, label(result, options_.several_configurations)});
  std::sort(slowest_.begin(), slowest_.end(), [](const Slow& a, const Slow& b) { return a.wall > b.wall; });
  if (slowest_.size() > slowest_shown) slowest_.pop_back();
}

base::Duration RunReporter::expected(const model::TestId& test) const {
  if (options_.expected.empty()) return base::Duration(0);
  const auto known = options_.expected.find(test);
  return known == options_.expected.end() ? base::Duration(0) : known->second;
}

// From earlier runs' times where there are any, else from the pace of this one.
std::string RunReporter::remaining() const {
  if (done_ >= total_ || ends_early_) return "";
  const double elapsed = base::seconds(clock_.steady() - began_);
  double left = 0;
  if (total_expected_ > done_expected_) {
    left = remaining_by_history(elapsed);
  } else if (done_ > 0) {
    // As it was when the last test ended: while all wait for a long one the pace says nothing.
    const double at_last = base::seconds(last_finished_ - began_);
    const double fraction = static_cast<double>(done_) / static_cast<double>(total_);
    left = at_last * (1 - fraction) / fraction - (elapsed - at_last);
  }
  return left < 0.5 || left > 360000
             ? ""
             : "  ETA " + base::format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(left * 1000)));
}

// What runs counts as far as it has come: the first to end are often failures of a moment, before the longest.
double RunReporter::remaining_by_history(double elapsed) const {
  double work = base::seconds(done_expected_);
  double longest = 0;
  for (const auto& [test, running] : running_) {
    const double whole = base::seconds(expected(model::id_of(*test)));
    const double so_far = std::min(whole, base::seconds(clock_.steady() - running.started));
    work += so_far;
    longest = std::max(longest, whole - so_far);
  }
  if (work <= 0) return 0;
  return std::max(longest, elapsed * (base::seconds(total_expected_) - work) / work);
}

std::string RunReporter::status_line() const {
  const std::size_t width = console_.width();
  std::uint64_t bad = 0;
  for (const auto verdict : model::all_verdicts)
    if (model::is_bad(verdict)) bad += counts_[verdict];
  std::size_t left = width - std::min<std::size_t>(width, 1);  // a full line would wrap
  // A narrow terminal does without what matters least.
  const auto take = [&](std::string text) {
    if (text.size() > left) return std::string();
    left -= text.size();
    return text;
  };
  const std::string head = take(fmt::format(" {}/{}", done_, total_));
  const std::string bad_text = take(bad == 0 ? "" : fmt::format("  {} bad", bad));
  const std::string eta = take(remaining());
  constexpr std::size_t widest_bar = 20;
  const std::size_t bar_columns = std::min(widest_bar, left);
  left -= bar_columns;
  std::vector<const Running*> tests;
  for (const auto& [test, running] : running_) tests.push_back(&running);
  std::sort(tests.begin(), tests.end(), [](const Running* a, const Running* b) { return a->started < b->started; });
  std::string names;
  for (const auto& [about, text] : activities_) {
    const std::size_t columns = base::columns_of(text) + 2;
    if (columns > left) break;
    names += "  " + text;
    left -= columns;
  }
  for (const Running* test : tests) {
    const std::string part = fmt::format("  {} {}", test->name, base::format_duration(clock_.steady() - test->started));
    const std::size_t columns = base::columns_of(part);
    if (columns > left) {
      if (names.empty() && left > 12) names = base::shorten(part, left);
      break;
    }
    names += part;
    left -= columns;
  }
  return console_.styled(bad == 0 ? Style::green : Style::red, bar(done_, total_, bar_columns)) + head +
         console_.styled(Style::red, bad_text) + eta + console_.styled(Style::dim, names);
}

// Told again each time that the time has doubled.
void RunReporter::warn_of_slow() {
  for (auto& [test, running] : running_) {
    const base::Duration so_far = clock_.steady() - running.started;
    if (so_far < running.warn_after) continue;
    const base::Duration usual = expected(model::id_of(*test));
    console_.print(fmt::format("{} {}  running for {}{}", console_.styled(Style::yellow, "slow   "), running.name,
                               base::format_duration(so_far),
                               usual.count() > 0 ? ", usually " + base::format_duration(usual) : ""));
    running.warn_after = 2 * so_far;
  }
}

void RunReporter::tick() {
  if (!options_.quiet) warn_of_slow();
  if (console_.has_status_line()) {
    console_.status(status_line());
  } else if (!options_.quiet && options_.progress && clock_.steady() - last_line_ >= plain_interval) {
    last_line_ = clock_.steady();
    console_.print(fmt::format("{}/{} done{}", done_, total_, remaining()));
  }
}

void RunReporter::finished(const model::RunFinished& event) {
  console_.clear_status();
  if (!options_.quiet) {
    show_bad_again();
    show_causes();
    show_attributions(event);
    show_slowest();
  }
  for (const auto& lost : event.lost_stations)
    console_.print(console_.styled(Style::red, "lost    ") + base::printable(lost));
  std::string cut = event.interrupted_by.empty() ? "" : ", cut short by " + event.interrupted_by;
  if (!cut.empty() && done_ < total_)
    cut += fmt::format(": {} of {} have no result", total_ - done_, number_of_tests(total_));
  console_.print(fmt::format(
      "{} in {}{}{}",
      console_.styled(Style::bold, number_of_tests(event.counts.total())) + ": " + describe(event.counts, console_),
      base::format_duration(resumed_ ? clock_.steady() - began_ : event.wall), describe_marks(flaky_, leaky_), cut));
  if (!options_.quiet) show_next_steps(event);
  console_.flush();
}

void RunReporter::show_progress(const std::string& about, const std::string& text) {
  if (text.empty()) activities_.erase(about);
  else activities_[about] = base::printable(text);
}

std::string RunReporter::show_command() const {
  return options_.results.empty() ? "" : "fatespec show " + run_ + options_.store_options;
}

// What scrolled away long ago is worth a line at the end.
void RunReporter::show_bad_again() {
  if (bad_lines_.size() < 2) return;
  console_.print("");
  for (std::size_t i = 0; i < std::min(bad_lines_.size(), bad_repeated); ++i) console_.print(bad_lines_[i]);
  if (bad_lines_.size() > bad_repeated)
    console_.print(fmt::format("  … and {} more", bad_lines_.size() - bad_repeated));
}

// Many failures are a few causes; told where that is so.
void RunReporter::show_causes() {
  constexpr std::size_t most = 10;
  if (bad_lines_.size() < 3 || causes_.size() == bad_lines_.size()) return;
  std::vector<SeenCause> causes;
  for (const auto& [key, cause] : causes_) causes.push_back(cause);
  std::stable_sort(causes.begin(), causes.end(),
                   [](const SeenCause& a, const SeenCause& b) { return a.count > b.count; });
  console_.print(fmt::format("\n{} bad, {}:", bad_lines_.size(),
                             causes.size() == 1 ? "1 cause" : fmt::format("{} causes", causes.size())));
  for (std::size_t i = 0; i < std::min(most, causes.size()); ++i)
    console_.print(fmt::format("  {:4} x {}, such as {}", causes[i].count,
                               causes[i].reason + (causes[i].varies ? " (or alike)" : ""), causes[i].example));
  if (causes.size() > most) console_.print(fmt::format("  … and {} more", causes.size() - most));
}

void RunReporter::show_attributions(const model::RunFinished& event) {
  if (!event.attributions.empty()) console_.print("");
  for (const auto& found : event.attributions)
    console_.print(describe(found, console_, options_.several_configurations));
}

void RunReporter::show_slowest() {
  if (slowest_.empty()) return;
  console_.print("");
  console_.print(console_.styled(Style::dim, "slowest:"));
  for (const auto& slow : slowest_)
    console_.print(fmt::format("  {:>8}  {}", base::format_duration(slow.wall), slow.name));
  console_.print("");
}

/// Just what was bad: a test may be good under another configuration.
std::string RunReporter::filter_of_bad() const {
  std::string filter;
  for (const auto& [configuration, tests] : bad_names_) {
    std::string names;
    for (const auto& name : tests)
      names += std::string(names.empty() ? "" : " | ") + "name(=" + filter_word(name) + ")";
    if (tests.size() > 1 && !configuration.empty()) names = "(" + names + ")";
    if (!configuration.empty()) names = "configuration(=" + filter_word(configuration) + ") & " + names;
    filter += (filter.empty() ? "" : " | ") + names;
  }
  return filter;
}

void RunReporter::show_next_steps(const model::RunFinished& event) {
  if (!bad_names_.empty() && !options_.rerun_command.empty()) {
    const std::string filter = filter_of_bad();
    constexpr std::size_t longest = 600;
    const bool can_be_pasted = filter.size() <= longest && base::printable(filter) == filter;
    if (can_be_pasted) console_.print("again:   " + options_.rerun_command + " --filter " + base::shell_quote(filter));
    else if (!options_.results.empty()) console_.print("again:   " + options_.rerun_command + " --rerun-failed");
  }
  if (missing_references_ > 0 && !options_.results.empty())
    console_.print(fmt::format("accept:  fatespec accept{}   (shows and makes {})", options_.store_options,
                               missing_references_ == 1 ? "the reference that is missing"
                                                        : fmt::format("{} missing references", missing_references_)));
  if (!event.interrupted_by.empty() && done_ < total_ && !options_.results.empty() && !options_.resume_command.empty())
    console_.print("go on:   " + options_.resume_command);
  if (!options_.results.empty()) console_.print(fmt::format("results: {}   (in {})", show_command(), options_.results));
}

}  // namespace fatespec::reports
