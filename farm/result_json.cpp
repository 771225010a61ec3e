#include "farm/result_json.hpp"

#include <chrono>

#include <nlohmann/json.hpp>

#include "base/hex.hpp"
#include "base/text.hpp"

namespace fatespec::farm {
namespace {

using nlohmann::json;

/// Bytes that are no UTF-8 are an object with their hexadecimal digits.
json text(const std::string& bytes) {
  if (base::is_utf8(bytes)) return bytes;
  return {{"hex", base::to_hex(bytes)}};
}

json text(const model::Excerpt& excerpt) {
  return {{"text", text(excerpt.text)}, {"bytes", excerpt.bytes}, {"truncated", excerpt.truncated}};
}

json nanoseconds(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

json to_json(const model::FailedAttempt& attempt) {
  return {{"number", attempt.number},       {"verdict", model::name_of(attempt.verdict)},
          {"reason", text(attempt.reason)}, {"stdout", text(attempt.output)},
          {"stderr", text(attempt.error)},  {"kept_directory", text(attempt.kept_directory)}};
}

/// Members by their names, of the wanted type or empty.
class Reader {
 public:
  explicit Reader(const json& object) : object_(object) {}

  const json& member(const char* name) const {
    static const json nothing;
    const auto found = object_.is_object() ? object_.find(name) : object_.end();
    return object_.is_object() && found != object_.end() ? *found : nothing;
  }
  std::string text(const char* name) const {
    const json& value = member(name);
    if (value.is_string()) return value.get<std::string>();
    const Reader inner(value);
    const json& digits = inner.member("hex");
    return digits.is_string() ? base::from_hex(digits.get<std::string>()).value_or("") : "";
  }
  template <class T>
  T number(const char* name) const {
    const json& value = member(name);
    return value.is_number_integer() ? value.get<T>() : T{};
  }
  bool flag(const char* name) const { return member(name).is_boolean() && member(name).get<bool>(); }
  base::Duration duration(const char* name) const {
    return std::chrono::duration_cast<base::Duration>(std::chrono::nanoseconds(number<std::int64_t>(name)));
  }
  model::Excerpt excerpt(const char* name) const {
    const Reader inner(member(name));
    return {inner.text("text"), inner.number<std::uint64_t>("bytes"), inner.flag("truncated")};
  }
  model::Verdict verdict() const { return model::verdict_named(text("verdict")).value_or(model::Verdict::error); }

 private:
  const json& object_;
};

model::FailedAttempt attempt_from(const json& object) {
  const Reader reader(object);
  return {reader.number<int>("number"), reader.verdict(),         reader.text("reason"),
          reader.excerpt("stdout"),     reader.excerpt("stderr"), reader.text("kept_directory")};
}

}  // namespace

json to_json(const model::TestResult& result) {
  json object = {
      {"test", text(result.test)},
      {"suite", text(result.suite)},
      {"configuration", text(result.configuration)},
      {"target", text(result.target)},
      {"tags", json::array()},
      {"verdict", model::name_of(result.verdict)},
      {"flaky", result.flaky},
      {"leaky", result.leaky},
      {"attempts", result.attempts},
      {"outputs", result.outputs},
      {"fingerprint", text(result.fingerprint)},
      {"reason", text(result.reason)},
      {"detail", text(result.detail)},
      {"signal", result.signal},
      {"stdout", text(result.output)},
      {"stderr", text(result.error)},
      {"wall_ns", nanoseconds(result.wall)},
      {"user_ns", nanoseconds(result.usage.user)},
      {"system_ns", nanoseconds(result.usage.system)},
      {"max_rss_kib", result.usage.max_rss_kib},
      {"command", text(result.command)},
      {"kept_directory", text(result.kept_directory)},
      {"recording", text(result.recording)},
      {"started_ns", nanoseconds(std::chrono::duration_cast<base::Duration>(result.started.time_since_epoch()))},
      {"failed_attempts", json::array()}};
  for (const auto& tag : result.tags) object["tags"].push_back(text(tag));
  if (result.status) object["status"] = *result.status;
  if (result.full_output) object["full_output"] = text(*result.full_output);
  for (const auto& attempt : result.failed_attempts) object["failed_attempts"].push_back(to_json(attempt));
  return object;
}

base::Result<model::TestResult> result_from(const json& object) {
  const Reader reader(object);
  model::TestResult result;
  result.test = reader.text("test");
  if (result.test.empty() || !model::verdict_named(reader.text("verdict")))
    return base::Error{base::ErrorKind::invalid, "a result without test or verdict"};
  result.suite = reader.text("suite");
  result.configuration = reader.text("configuration");
  result.target = reader.text("target");
  for (const auto& tag : reader.member("tags"))
    if (tag.is_string()) result.tags.push_back(tag.get<std::string>());
  result.verdict = reader.verdict();
  result.flaky = reader.flag("flaky");
  result.leaky = reader.flag("leaky");
  result.attempts = reader.number<int>("attempts");
  for (const auto& count : reader.member("outputs"))
    if (count.is_number_integer()) result.outputs.push_back(count.get<int>());
  result.fingerprint = reader.text("fingerprint");
  result.reason = reader.text("reason");
  result.detail = reader.text("detail");
  if (reader.member("status").is_number_integer()) result.status = reader.number<int>("status");
  result.signal = reader.text("signal");
  result.output = reader.excerpt("stdout");
  result.error = reader.excerpt("stderr");
  if (!reader.member("full_output").is_null()) result.full_output = reader.text("full_output");
  result.wall = reader.duration("wall_ns");
  result.usage = {reader.duration("user_ns"), reader.duration("system_ns"),
                  reader.number<std::uint64_t>("max_rss_kib")};
  result.command = reader.text("command");
  result.kept_directory = reader.text("kept_directory");
  result.recording = reader.text("recording");
  result.started = base::UtcTime(std::chrono::duration_cast<base::UtcTime::duration>(reader.duration("started_ns")));
  for (const auto& attempt : reader.member("failed_attempts")) result.failed_attempts.push_back(attempt_from(attempt));
  return result;
}

}  // namespace fatespec::farm
