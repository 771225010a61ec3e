#include "reports/json_reader.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace fatespec::reports {
namespace {

using nlohmann::json;

/// Values by their names; what is missing or of another type is what it would be without.
class Line {
 public:
  explicit Line(const json& object) : object_(object) {}

  std::string text(const char* name) const {
    const auto found = object_.find(name);
    return found != object_.end() && found->is_string() ? found->get<std::string>() : "";
  }
  bool flag(const char* name) const {
    const auto found = object_.find(name);
    return found != object_.end() && found->is_boolean() && found->get<bool>();
  }
  std::uint64_t number(const char* name) const {
    const auto found = object_.find(name);
    return found != object_.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
  }
  base::Duration seconds(const char* name) const {
    constexpr double longest = 1e9;
    const auto found = object_.find(name);
    const double value = found != object_.end() && found->is_number() ? found->get<double>() : 0;
    return std::chrono::duration_cast<base::Duration>(
        std::chrono::duration<double>(value >= 0 && value < longest ? value : 0));
  }
  std::optional<int> status() const {
    const auto found = object_.find("status");
    return found != object_.end() && found->is_number_integer() ? std::optional(found->get<int>()) : std::nullopt;
  }
  std::vector<int> counts(const char* name) const {
    std::vector<int> all;
    const auto found = object_.find(name);
    if (found != object_.end() && found->is_array())
      for (const auto& one : *found)
        if (one.is_number_unsigned()) all.push_back(bounded(one.get<std::uint64_t>()));
    return all;
  }
  std::vector<std::string> texts(const char* name) const {
    std::vector<std::string> all;
    const auto found = object_.find(name);
    if (found != object_.end() && found->is_array())
      for (const auto& one : *found)
        if (one.is_string()) all.push_back(one.get<std::string>());
    return all;
  }

  model::Excerpt excerpt(const std::string& stream) const {
    return {text(stream.c_str()), number((stream + "_bytes").c_str()), flag((stream + "_truncated").c_str())};
  }
  int count(const char* name) const { return bounded(number(name)); }
  std::vector<Line> lines(const char* name) const {
    std::vector<Line> all;
    const auto found = object_.find(name);
    if (found != object_.end() && found->is_array())
      for (const auto& one : *found)
        if (one.is_object()) all.emplace_back(one);
    return all;
  }

 private:
  /// As many as a person could have asked for.
  static int bounded(std::uint64_t count) { return static_cast<int>(std::min<std::uint64_t>(count, 1'000'000)); }

  const json& object_;
};

/// Of ".123Z", what comes after the seconds.
base::UtcTime::duration part_of_second(std::string_view text) {
  auto digit = std::chrono::duration_cast<base::UtcTime::duration>(std::chrono::seconds(1));
  base::UtcTime::duration part{0};
  if (!text.starts_with('.')) return part;
  for (std::size_t i = 1; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    digit /= 10;
    part += (text[i] - '0') * digit;
  }
  return part;
}

// Years that nanoseconds cannot count are no times.
base::UtcTime time_of(const std::string& text) {
  constexpr int last_year = 2261;
  constexpr int first_year = 1678;
  constexpr int epoch = 1900;  // of tm_year
  std::tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  const bool in_range = parts.tm_year + epoch <= last_year && parts.tm_year + epoch >= first_year;
  if (rest == nullptr || !in_range) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&parts)) + part_of_second(rest);
}

std::vector<model::FailedAttempt> failed_attempts_of(const Line& line) {
  std::vector<model::FailedAttempt> attempts;
  for (const auto& attempt : line.lines("failed_attempts"))
    if (const auto verdict = model::verdict_named(attempt.text("verdict")))
      attempts.push_back({attempt.count("attempt"), *verdict, attempt.text("reason"), attempt.excerpt("stdout"),
                          attempt.excerpt("stderr"), attempt.text("kept")});
  return attempts;
}

base::Result<model::TestResult> result_of(const Line& line) {
  model::TestResult result;
  result.test = line.text("test");
  const auto verdict = model::verdict_named(line.text("verdict"));
  if (result.test.empty() || !verdict) return base::Error{base::ErrorKind::invalid, "a result without test or verdict"};
  result.suite = result.test.substr(0, result.test.find('/'));
  result.configuration = line.text("configuration");
  result.target = line.text("target");
  result.tags = line.texts("tags");
  result.verdict = *verdict;
  result.flaky = line.flag("flaky");
  result.leaky = line.flag("leaky");
  result.attempts = line.count("attempts");
  result.outputs = line.counts("outputs");
  result.failed_attempts = failed_attempts_of(line);
  result.reason = line.text("reason");
  result.detail = line.text("detail");
  result.status = line.status();
  result.signal = line.text("signal");
  result.output = line.excerpt("stdout");
  // What was no UTF-8 is not what it was.
  if (model::is_bad(result.verdict) && !result.output.truncated && result.output.text.size() == result.output.bytes)
    result.full_output = result.output.text;
  result.error = line.excerpt("stderr");
  result.wall = line.seconds("wall_s");
  result.usage = {line.seconds("user_s"), line.seconds("system_s"), line.number("max_rss_kib")};
  result.command = line.text("command");
  result.recording = line.text("recording");
  result.kept_directory = line.text("kept");
  return result;
}

}  // namespace

base::Result<ReadRun> read_json_lines(std::string_view text) {
  ReadRun run;
  bool begun = false;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    const bool cut = end == std::string_view::npos;
    const json object = json::parse(text.substr(0, end), nullptr, false);
    text.remove_prefix(cut ? text.size() : end + 1);
    const auto wrong = [&](const std::string& what) {
      return base::Error{base::ErrorKind::invalid, fmt::format("line {}: {}", number, what)};
    };
    if (!object.is_object()) {
      if (cut) break;
      return wrong("this is no JSON object");
    }
    const Line line(object);
    const std::string type = line.text("type");
    if (type == "run_started") {
      if (begun) return wrong("a second run begins");
      begun = true;
      run.id = line.text("run");
      run.version = line.text("version");
      run.shard = line.text("shard");
      run.tests = line.number("tests");
      run.started = time_of(line.text("time"));
    } else if (type == "test_finished") {
      auto result = result_of(line);
      if (!result) return wrong(result.error().message);
      result->started = run.started;
      run.results.push_back(std::move(*result));
    } else if (type == "run_finished") {
      run.finished = true;
      run.wall = line.seconds("wall_s");
    }
  }
  if (!begun) return base::Error{base::ErrorKind::invalid, "these are no results that `fatespec run --json` wrote"};
  return run;
}

}  // namespace fatespec::reports
