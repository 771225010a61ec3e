#include "reports/json_lines.hpp"

#include <cerrno>
#include <chrono>

#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"

namespace fatespec::reports {
namespace {

using Json = nlohmann::ordered_json;

// What a stranger's results file has may be no UTF-8 anywhere.
std::string text_of(const Json& line) { return line.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Microseconds: what the clocks give, and short to read. Halves are rounded as the store rounds them.
double rounded(base::Duration duration) {
  return static_cast<double>(std::chrono::round<std::chrono::microseconds>(duration).count()) / 1e6;
}

/// Head and tail apart: the ends of two characters that were cut could look like one that was never there.
std::string utf8_of(const model::Excerpt& excerpt) {
  const std::string_view text = excerpt.text;
  const std::size_t head = excerpt.truncated ? text.size() / 2 : text.size();
  return base::to_utf8(text.substr(0, head)) + base::to_utf8(text.substr(head));
}

void add_excerpt(Json& line, const std::string& stream, const model::Excerpt& excerpt) {
  line[stream] = utf8_of(excerpt);
  line[stream + "_bytes"] = excerpt.bytes;
  line[stream + "_truncated"] = excerpt.truncated;
}

/// Where there is something to see.
void add_path(Json& line, const char* name, const std::string& path) {
  if (!path.empty()) line[name] = base::to_utf8(path);
}

Json object_of(const model::FailedAttempt& attempt) {
  Json object = {{"attempt", attempt.number},
                 {"verdict", model::name_of(attempt.verdict)},
                 {"reason", base::to_utf8(attempt.reason)}};
  add_excerpt(object, "stdout", attempt.output);
  add_excerpt(object, "stderr", attempt.error);
  add_path(object, "kept", attempt.kept_directory);
  return object;
}

}  // namespace

std::string json_line(const model::RunStarted& event) {
  Json line = {{"type", "run_started"},
               {"run", event.run},
               {"version", event.version},
               {"tests", event.tests},
               {"time", base::iso8601(event.time)}};
  if (!event.shard.empty()) line["shard"] = event.shard;
  return text_of(line);
}

std::string json_line(const model::TestResult& result) {
  Json line = {{"type", "test_finished"},
               {"test", base::to_utf8(result.test)},
               {"configuration", base::to_utf8(result.configuration)},
               {"target", base::to_utf8(result.target)},
               {"verdict", model::name_of(result.verdict)},
               {"flaky", result.flaky},
               {"leaky", result.leaky},
               {"attempts", result.attempts},
               {"reason", base::to_utf8(result.reason)},
               {"status", result.status ? Json(*result.status) : Json()},
               {"signal", result.signal.empty() ? Json() : Json(result.signal)}};
  add_excerpt(line, "stdout", result.output);
  add_excerpt(line, "stderr", result.error);
  line["wall_s"] = rounded(result.wall);
  line["user_s"] = rounded(result.usage.user);
  line["system_s"] = rounded(result.usage.system);
  line["max_rss_kib"] = result.usage.max_rss_kib;
  line["command"] = base::to_utf8(result.command);
  for (const auto& tag : result.tags) line["tags"].push_back(base::to_utf8(tag));
  if (!result.outputs.empty()) line["outputs"] = result.outputs;
  add_path(line, "recording", result.recording);
  add_path(line, "kept", result.kept_directory);
  if (!result.detail.empty()) line["detail"] = base::to_utf8(result.detail);
  for (const auto& attempt : result.failed_attempts) line["failed_attempts"].push_back(object_of(attempt));
  return text_of(line);
}

std::string json_line(const model::RunFinished& event) {
  Json line = {{"type", "run_finished"}, {"run", event.run}};
  for (const auto verdict : model::all_verdicts) line[std::string(model::name_of(verdict))] = event.counts[verdict];
  line["wall_s"] = rounded(event.wall);
  line["exit"] = event.exit_code;
  if (!event.interrupted_by.empty()) line["cut_by"] = event.interrupted_by;
  for (const auto& lost : event.lost_stations) line["lost_targets"].push_back(base::to_utf8(lost));
  for (const auto& found : event.attributions)
    line["attributions"].push_back({{"test", base::to_utf8(found.test)},
                                    {"configuration", base::to_utf8(found.configuration)},
                                    {"text", base::to_utf8(found.text)}});
  return text_of(line);
}

std::string json_lines(const model::Run& run, const std::vector<model::TestResult>& results,
                       const std::vector<model::Attribution>& attributions, const std::string& shard) {
  model::RunStarted begin{run.id, run.version, run.command, run.planned, run.started};
  begin.shard = shard;
  std::string text = json_line(begin) + "\n";
  for (const auto& result : results) text += json_line(result) + "\n";
  if (!run.finished) return text;
  const model::RunFinished end{
      run.id,     run.counts,  *run.finished - run.started, *run.finished, run.exit_code.value_or(0),
      run.cut_by, attributions};
  return text + json_line(end) + "\n";
}

std::string json_line(const model::PlannedTest& test) {
  Json line = {{"test", base::to_utf8(test.name)},
               {"configuration", base::to_utf8(test.configuration->name)},
               {"target", base::to_utf8(test.target)},
               {"file", base::to_utf8(test.suite->file)},
               {"line", test.spec->origin.line},
               {"tags", Json::array()},
               {"spec", base::to_utf8(test.spec->spec.text)},
               {"skip", test.skip_reason ? Json(base::to_utf8(*test.skip_reason)) : Json()}};
  for (const auto& tag : test.spec->tags) line["tags"].push_back(base::to_utf8(tag));
  return text_of(line);
}

base::Result<std::unique_ptr<JsonLinesWriter>> JsonLinesWriter::open(const std::string& path) {
  std::FILE* file = path == "-" ? stdout : std::fopen(path.c_str(), "we");
  if (file == nullptr) return base::file_error(path, errno);
  return std::unique_ptr<JsonLinesWriter>(new JsonLinesWriter(file));
}

JsonLinesWriter::~JsonLinesWriter() {
  if (file_ != stdout) std::fclose(file_);
}

void JsonLinesWriter::write(const std::string& line) {
  const bool written = std::fwrite(line.data(), 1, line.size(), file_) == line.size() && std::fputc('\n', file_) != EOF;
  good_ = std::fflush(file_) == 0 && written && good_;
}

void JsonLinesWriter::handle(const model::RunEvent& event) {
  if (const auto* started = std::get_if<model::RunStarted>(&event)) write(json_line(*started));
  if (const auto* finished = std::get_if<model::TestFinished>(&event)) write(json_line(*finished->result));
  if (const auto* finished = std::get_if<model::RunFinished>(&event)) write(json_line(*finished));
}

}  // namespace fatespec::reports
