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

namespace fatespec::sessions {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* activation_file = "activation.json";
constexpr const char* configuration_file = "configuration.json";
constexpr const char* playlist_file_name = "_session_playlist.txt";
constexpr const char* crash_file = "_crashes_light.json";
constexpr const char* classic_crash_file = "_crashes_light.pkl";
constexpr std::uint64_t largest_file = std::uint64_t{16} << 20;

/// Files beside samples that are none.
constexpr std::array<std::string_view, 12> foreign_extensions = {".dbg", ".htm", ".html", ".json", ".log", ".pkl",
                                                                 ".py",  ".bat", ".sh",   ".md",   ".txt", ".zip"};

base::Error wrong(std::string message) { return {base::ErrorKind::usage, std::move(message)}; }

/// In a structure, since the library's values convert to and from anything, also to a Result.
struct JsonObject {
  json value;
};

/// A file's JSON object; an error names the file.
base::Result<JsonObject> read_object(const fs::path& path) {
  auto text = base::read_file(path, largest_file);
  if (!text) return text.error();
  json object = json::parse(*text, nullptr, false);
  if (!object.is_object()) return base::Error{base::ErrorKind::invalid, path.string() + ": this is no JSON object"};
  return JsonObject{std::move(object)};
}

bool flag(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::vector<std::string> names_in(const json& object, const char* key) {
  std::vector<std::string> names;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return names;
  for (const auto& name : *found)
    if (name.is_string()) names.push_back(name.get<std::string>());
  return names;
}

bool is_foreign(const std::string& name) {
  const std::string extension = base::lower(fs::path(name).extension().string());
  return std::find(foreign_extensions.begin(), foreign_extensions.end(), extension) != foreign_extensions.end();
}

base::Result<void> check_sample_name(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    return wrong(fmt::format("`{}` is no name of a sample: it may not lead out of the samples directory",
                             base::printable(name)));
  return {};
}

}  // namespace

base::Result<std::vector<std::string>> parse_playlist(const std::string& text, const fs::path& samples) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  int line_number = 0;
  for (const auto line : base::split_lines(text)) {
    ++line_number;
    const std::string name(base::trim(line));
    if (name.empty() || name.starts_with('#')) continue;
    const auto refuse = [&](const std::string& why) {
      return wrong(fmt::format("playlist, line {}: {}", line_number, why));
    };
    if (auto checked = check_sample_name(name); !checked) return refuse(checked.error().message);
    if (is_foreign(name)) return refuse(fmt::format("`{}` is nothing that a player opens", name));
    if (!seen.insert(name).second) return refuse(fmt::format("`{}` stands there twice", name));
    std::error_code ignored;
    if (!samples.empty() && !fs::is_regular_file(samples / name, ignored))
      return refuse(fmt::format("there is no sample {}", (samples / name).string()));
    names.push_back(name);
  }
  return names;
}

Session::Session(fs::path samples, std::string name)
    : samples_(std::move(samples)), name_(std::move(name)), directory_(samples_ / name_) {}

base::Result<Permissions> Session::permissions() const {
  const auto object = read_object(directory_ / configuration_file);
  if (!object) return object.error();
  return Permissions{flag(object->value, "protect_raw_data"), flag(object->value, "protect_reports"),
                     flag(object->value, "dev_debug")};
}

base::Result<void> Session::set_permissions(const Permissions& permissions) const {
  // Other keys, such as those of the classic suite, stay.
  auto object = read_object(directory_ / configuration_file);
  if (!object) return object.error();
  object->value["protect_raw_data"] = permissions.protect_raw_data;
  object->value["protect_reports"] = permissions.protect_reports;
  object->value["dev_debug"] = permissions.dev_debug;
  return base::write_file_atomically(directory_ / configuration_file, object->value.dump(1) + "\n");
}

base::Result<std::vector<std::string>> Session::playlist() const {
  std::error_code ignored;
  if (fs::exists(raw(playlist_file_name), ignored)) {
    auto text = base::read_file(raw(playlist_file_name), largest_file);
    if (!text) return text.error();
    return parse_playlist(*text, {});
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(samples_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file(ignored) && !is_foreign(name) && !name.starts_with('.')) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

base::Result<std::optional<CrashState>> Session::crash_state() const {
  std::error_code ignored;
  if (!fs::exists(raw(crash_file), ignored)) {
    if (!fs::exists(raw(classic_crash_file), ignored)) return std::optional<CrashState>();
    const auto pickled = base::read_file(raw(classic_crash_file), largest_file);
    if (!pickled) return pickled.error();
    auto state = read_crash_pickle(*pickled);
    if (!state) return base::Error{state.error().kind, raw(classic_crash_file).string() + ": " + state.error().message};
    return std::optional(std::move(*state));
  }
  const auto object = read_object(raw(crash_file));
  if (!object) return object.error();
  CrashState state;
  const auto retries = object->value.find("retries");
  if (retries != object->value.end() && retries->is_number_integer()) state.retries = retries->get<int>();
  state.sometimes = names_in(object->value, "sometimes_crashed");
  state.still = names_in(object->value, "still_crashing");
  return std::optional(state);
}

base::Result<void> Session::set_crash_state(const CrashState& state) const {
  const json object = {{"version", 1},
                       {"retries", state.retries},
                       {"sometimes_crashed", state.sometimes},
                       {"still_crashing", state.still}};
  return base::write_file_atomically(raw(crash_file), object.dump(1) + "\n");
}

std::string Session::samples_version() const {
  const auto text = base::read_file(raw("_samples_version.txt"), largest_file);
  if (!text) return "";
  const auto lines = base::split_lines(*text);
  return lines.empty() ? "" : std::string(base::trim(lines.front()));
}

base::Result<void> Session::write_report(const std::string& file,
                                         const std::function<void(const TextSink&)>& writer) const {
  const auto allowed = permissions();
  if (!allowed) return allowed.error();
  if (allowed->protect_reports)
    return wrong(fmt::format("the reports of session `{}` are protected; fatespec session unprotect reports", name_));
  if (auto made = base::make_directories(directory_ / "reports"); !made) return made.error();
  auto replacement = base::FileReplacement::begin(report(file));
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
  if (allowed->protect_raw_data)
    return wrong(fmt::format("the raw data of session `{}` are protected; fatespec session unprotect raw_data", name_));
  if (replace && !allowed->dev_debug)
    return wrong(
        fmt::format("session `{}` has recordings already: they are rewritten only with `dev_debug` in {}; better "
                    "make a new session",
                    name_, (directory_ / configuration_file).string()));
  return {};
}

base::Result<void> SamplesDirectory::check_name(const std::string& name) {
  constexpr std::size_t longest = 64;
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
  if (!name.empty() && plain && name.front() != '.' && name.size() <= longest) return {};
  return wrong(
      fmt::format("`{}` is no name for a session: up to 64 letters, digits, `-`, `_` and `.`", base::printable(name)));
}

base::Result<Session> SamplesDirectory::create(const std::string& name, const std::string& playlist_file,
                                               const std::vector<std::pair<std::string, std::string>>& info) const {
  if (auto checked = check_name(name); !checked) return checked.error();
  std::error_code code;
  if (!fs::is_directory(path_, code)) return wrong(fmt::format("there is no samples directory {}", path_.string()));
  if (fs::exists(path_ / name, code)) return wrong(fmt::format("{} exists already", (path_ / name).string()));
  std::string playlist;
  if (!playlist_file.empty()) {
    auto text = base::read_file(playlist_file, largest_file);
    if (!text) return text.error();
    if (auto names = parse_playlist(*text, path_); !names) return names.error();
    playlist = std::move(*text);
  }
  // Made aside and moved in place: a failure leaves nothing behind.
  const fs::path aside = path_ / fmt::format(".{}.{}.new", name, ::getpid());
  const auto fill = [&]() -> base::Result<void> {
    if (auto made = base::make_directories(aside / "dbg"); !made) return made.error();
    if (auto made = base::make_directories(aside / "reports"); !made) return made.error();
    const json configuration = {{"config_vs", "1.0"},
                                {"protect_raw_data", false},
                                {"protect_reports", false},
                                {"dev_debug", false},
                                {"has_playlist", !playlist_file.empty()}};
    if (auto done = base::write_file_atomically(aside / configuration_file, configuration.dump(1) + "\n"); !done)
      return done.error();
    if (!playlist_file.empty())
      if (auto done = base::write_file_atomically(aside / "dbg" / playlist_file_name, playlist); !done)
        return done.error();
    for (const auto& [file, text] : info)
      if (auto done = base::write_file_atomically(aside / "dbg" / file, text); !done) return done.error();
    fs::rename(aside, path_ / name, code);
    if (code) return base::io_error((path_ / name).string(), code.value());
    return {};
  };
  if (auto filled = fill(); !filled) {
    (void)base::remove_tree(aside);
    return filled.error();
  }
  return Session(path_, name);
}

base::Result<Session> SamplesDirectory::find(const std::string& name) const {
  if (auto checked = check_name(name); !checked) return checked.error();
  std::error_code ignored;
  if (fs::is_regular_file(path_ / name / configuration_file, ignored)) return Session(path_, name);
  const auto names = list();
  return base::Error{base::ErrorKind::not_found, fmt::format("there is no session `{}` in {}{}", name, path_.string(),
                                                             names ? base::did_you_mean(name, *names) : std::string())};
}

base::Result<std::vector<std::string>> SamplesDirectory::list() const {
  std::error_code code;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path_, code))
    if (std::error_code ignored;
        fs::is_regular_file(entry.path() / configuration_file, ignored) && check_name(entry.path().filename().string()))
      names.push_back(entry.path().filename().string());
  if (code) return base::io_error(path_.string(), code.value());
  std::sort(names.begin(), names.end());
  return names;
}

base::Result<std::optional<std::string>> SamplesDirectory::active() const {
  std::error_code ignored;
  if (!fs::exists(path_ / activation_file, ignored)) return std::optional<std::string>();
  const auto object = read_object(path_ / activation_file);
  if (!object) return object.error();
  const auto name = object->value.find("active_session");
  if (name == object->value.end() || !name->is_string()) return std::optional<std::string>();
  return std::optional(name->get<std::string>());
}

base::Result<void> SamplesDirectory::activate(const std::optional<std::string>& name) const {
  if (name) {
    if (auto found = find(*name); !found) return found.error();
  }
  const json object = {{"version", 1}, {"active_session", name ? json(*name) : json(nullptr)}};
  return base::write_file_atomically(path_ / activation_file, object.dump(1) + "\n");
}

base::Result<std::string> SamplesDirectory::next_test_run() const {
  std::error_code ignored;
  for (int number = 0;; ++number) {
    std::string name = fmt::format("testrun_{:02}", number);
    if (!fs::exists(path_ / name, ignored)) return name;
  }
}

}  // namespace fatespec::sessions
