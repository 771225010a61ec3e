#include "sessions/session.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "sessions/crash_pickle.hpp"
#include "sessions/playlist.hpp"
#include "sessions/session_files.hpp"

namespace fatespec::sessions {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* crash_file = "_crashes_light.json";
constexpr const char* classic_crash_file = "_crashes_light.pkl";
constexpr const char* crash_reports_file = "_crash_reports.json";

bool flag(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace

Session::Session(fs::path samples, std::string name)
    : samples_(std::move(samples)), name_(std::move(name)), directory_(samples_ / name_) {}

fs::path Session::recording(const std::string& sample, int play) const {
  return directory_ / "dbg" / (play == 1 ? sample + ".dbg" : fmt::format("{}.dbg.{}", sample, play));
}

int Session::plays(const std::string& sample) const {
  std::error_code ignored;
  int count = 0;
  while (fs::exists(recording(sample, count + 1), ignored)) ++count;
  return count;
}

base::Result<Permissions> Session::permissions() const {
  const auto object = read_object(directory_ / configuration_file);
  if (!object) return object.error();
  return Permissions{flag(object->value, "protect_raw_data"), flag(object->value, "protect_reports"),
                     flag(object->value, "dev_debug"), flag(object->value, "quarantined")};
}

base::Result<void> Session::set_permissions(const Permissions& permissions) const {
  // Other keys, such as those of the classic suite, stay.
  auto object = read_object(directory_ / configuration_file);
  if (!object) return object.error();
  object->value["protect_raw_data"] = permissions.protect_raw_data;
  object->value["protect_reports"] = permissions.protect_reports;
  object->value["dev_debug"] = permissions.dev_debug;
  object->value["quarantined"] = permissions.quarantined;
  return base::write_file_atomically(directory_ / configuration_file, object->value.dump(1) + "\n");
}

base::Result<std::vector<std::string>> Session::playlist() const {
  std::error_code ignored;
  if (fs::exists(raw(playlist_file_name), ignored)) {
    auto text = read_session_file(raw(playlist_file_name));
    if (!text) return text.error();
    return parse_playlist(*text, {samples_, directory_ / "dbg"});
  }
  return samples_in(samples_);
}

base::Result<void> Session::keep_playlist() const {
  std::error_code ignored;
  if (fs::exists(raw(playlist_file_name), ignored)) return {};
  const auto names = samples_in(samples_);
  return names.empty() ? base::Result<void>()
                       : base::write_file_atomically(raw(playlist_file_name), playlist_text(names));
}

base::Result<std::optional<CrashState>> Session::crash_state() const {
  std::error_code ignored;
  if (!fs::exists(raw(crash_file), ignored)) {
    if (!fs::exists(raw(classic_crash_file), ignored)) return std::optional<CrashState>();
    const auto pickled = read_session_file(raw(classic_crash_file));
    if (!pickled) return pickled.error();
    auto state = read_crash_pickle(*pickled);
    if (!state) return base::Error{state.error().kind, raw(classic_crash_file).string() + ": " + state.error().message};
    return std::optional(std::move(*state));
  }
  const auto object = read_object(raw(crash_file));
  if (!object) return object.error();
  CrashState state;
  const auto retries = object->value.find("retries");
  if (retries != object->value.end() && retries->is_number_integer())
    state.retries = static_cast<int>(std::clamp<std::int64_t>(retries->get<std::int64_t>(), 0, 1'000'000));
  state.sometimes = texts_at(object->value, "sometimes_crashed");
  state.still = texts_at(object->value, "still_crashing");
  return std::optional(state);
}

namespace {

std::vector<std::string> utf8_of(const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  for (const auto& name : names) texts.push_back(base::to_utf8(name));
  return texts;
}

}  // namespace

base::Result<void> Session::set_crash_state(const CrashState& state) const {
  const Json object = {{"version", 1},
                       {"retries", state.retries},
                       {"sometimes_crashed", utf8_of(state.sometimes)},
                       {"still_crashing", utf8_of(state.still)}};
  return base::write_file_atomically(raw(crash_file), object.dump(1) + "\n");
}

base::Result<std::vector<CrashReport>> Session::crash_reports() const {
  std::vector<CrashReport> crashes;
  std::error_code ignored;
  if (!fs::exists(raw(crash_reports_file), ignored)) return crashes;
  const auto object = read_object(raw(crash_reports_file));
  if (!object) return object.error();
  const auto all = object->value.find("crashes");
  if (all != object->value.end() && all->is_array())
    for (const auto& one : *all) crashes.push_back(crash_of_json(one));
  return crashes;
}

base::Result<void> Session::set_crash_reports(const std::vector<CrashReport>& crashes) const {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto& crash : crashes) all.push_back(crash_json(crash));
  const nlohmann::ordered_json object = {{"version", 1}, {"crashes", std::move(all)}};
  return base::write_file_atomically(raw(crash_reports_file), object.dump(1) + "\n");
}

std::string Session::samples_version() const {
  const auto text = read_session_file(raw(samples_version_file));
  if (!text) return "";
  const auto lines = base::split_lines(*text);
  return lines.empty() ? "" : std::string(base::trim(lines.front()));
}

std::string Session::command(const std::string& what) const {
  const std::string samples = samples_ == "." ? "" : " --samples-dir " + base::shell_quote(samples_.string());
  return fmt::format("fatespec session {}{} --session {}", what, samples, name_);
}

base::Result<void> Session::write_report(const std::string& file,
                                         const std::function<void(const TextSink&)>& writer) const {
  const auto allowed = permissions();
  if (!allowed) return allowed.error();
  if (allowed->protect_reports)
    return base::usage_error(fmt::format("the reports of session `{}` are protected; name a file with -o, or {}", name_,
                                         command("unprotect reports")));
  if (auto made = base::make_directories(directory_ / "reports"); !made) return made.error();
  return write_text_file(report(file), writer);
}

base::Result<void> write_text_file(const std::filesystem::path& path,
                                   const std::function<void(const TextSink&)>& writer) {
  auto replacement = base::FileReplacement::begin(path);
  if (!replacement) return replacement.error();
  base::Result<void> written = {};
  writer([&](std::string_view text) {
    if (written) written = replacement->write(text);
  });
  return written ? replacement->commit() : written;
}

base::Result<void> Session::check_writable_recordings(bool replace) const {
  const auto allowed = permissions();
  if (!allowed) return allowed.error();
  if (allowed->quarantined)
    return base::usage_error(fmt::format("session `{}` came from elsewhere: it is not played", name_));
  if (allowed->protect_raw_data)
    return base::usage_error(
        fmt::format("the raw data of session `{}` are protected; {}", name_, command("unprotect raw_data")));
  if (replace && !allowed->dev_debug)
    return base::usage_error(
        fmt::format("session `{}` has recordings already: they are rewritten only with `dev_debug` in {}; better "
                    "make a new session",
                    name_, (directory_ / configuration_file).string()));
  return {};
}

}  // namespace fatespec::sessions
