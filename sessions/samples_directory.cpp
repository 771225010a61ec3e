#include "sessions/samples_directory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sessions/playlist.hpp"
#include "sessions/session_files.hpp"

namespace fatespec::sessions {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

}  // namespace

base::Result<void> SamplesDirectory::check_name(const std::string& name) {
  constexpr std::size_t longest = 64;
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
  if (!name.empty() && plain && name.front() != '.' && name.front() != '-' && name != activation_file &&
      name.size() <= longest)
    return {};
  return base::usage_error(
      fmt::format("`{}` is no name for a session: up to 64 letters, digits, `-`, `_` and `.`", base::printable(name)));
}

base::Result<Session> SamplesDirectory::create_with(
    const std::string& name, const std::function<base::Result<void>(const fs::path&)>& fill) const {
  if (auto checked = check_name(name); !checked) return checked.error();
  std::error_code code;
  if (!fs::is_directory(path_, code))
    return base::usage_error(fmt::format("there is no samples directory {}", path_.string()));
  if (fs::exists(path_ / name, code))
    return base::usage_error(fmt::format("{} exists already", (path_ / name).string()));
  // Made aside and moved in place: a failure leaves nothing behind.
  const fs::path aside = path_ / fmt::format(".{}.{}.new", name, ::getpid());
  const auto make = [&]() -> base::Result<void> {
    if (auto made = base::make_directories(aside / "dbg"); !made) return made.error();
    if (auto made = base::make_directories(aside / "reports"); !made) return made.error();
    if (auto filled = fill(aside); !filled) return filled.error();
    fs::rename(aside, path_ / name, code);
    if (code) return base::io_error((path_ / name).string(), code.value());
    return {};
  };
  if (auto made = make(); !made) {
    (void)base::remove_tree(aside);
    return made.error();
  }
  return Session(path_, name);
}

base::Result<void> SamplesDirectory::write_files(const fs::path& directory, const std::string& playlist,
                                                 const std::vector<std::pair<std::string, std::string>>& info) {
  const Json configuration = {{"config_vs", "1.0"},
                              {"protect_raw_data", false},
                              {"protect_reports", false},
                              {"dev_debug", false},
                              {"has_playlist", !playlist.empty()}};
  if (!playlist.empty())
    if (auto done = base::write_file_atomically(directory / "dbg" / playlist_file_name, playlist); !done) return done;
  // Which version of the sample set was played, if the set says so.
  for (const char* name : {"samples_version.txt", samples_version_file})
    if (const auto version = base::read_file(directory.parent_path() / name, largest_session_file))
      if (auto done = base::write_file_atomically(directory / "dbg" / samples_version_file, *version); !done)
        return done;
  for (const auto& [file, text] : info)
    if (auto done = base::write_file_atomically(directory / "dbg" / file, text); !done) return done;
  return base::write_file_atomically(directory / configuration_file, configuration.dump(1) + "\n");
}

base::Result<Session> SamplesDirectory::adopt(const std::string& name, const std::vector<std::string>& samples,
                                              const std::vector<std::pair<std::string, std::string>>& info) const {
  if (auto checked = check_name(name); !checked) return checked.error();
  if (auto done = write_files(path_ / name, playlist_text(samples), info); !done) return done.error();
  return Session(path_, name);
}

base::Result<Session> SamplesDirectory::create(const std::string& name, const std::string& playlist_file,
                                               const std::vector<std::pair<std::string, std::string>>& info) const {
  std::string playlist;
  if (!playlist_file.empty()) {
    auto text = base::read_file(playlist_file, largest_session_file);
    if (!text) return text.error();
    const auto names = parse_playlist(*text, {path_, {}, true});
    if (!names) return names.error();
    if (names->empty()) return base::usage_error(playlist_file + ": this playlist names no sample");
    playlist = std::move(*text);
  }
  return create_with(name, [&](const fs::path& directory) { return write_files(directory, playlist, info); });
}

base::Result<Session> SamplesDirectory::find(const std::string& name) const {
  if (auto checked = check_name(name); !checked) return checked.error();
  std::error_code ignored;
  if (fs::is_regular_file(path_ / name / configuration_file, ignored)) return Session(path_, name);
  const auto names = list();
  const std::string similar = names ? base::did_you_mean(name, *names) : "";
  return base::Error{base::ErrorKind::not_found,
                     fmt::format("there is no session `{}` in {}{}", name, path_.string(),
                                 similar.empty() ? "; those of other samples need --samples-dir DIR" : similar)};
}

base::Result<std::vector<std::string>> SamplesDirectory::list() const {
  std::error_code code;
  std::vector<std::string> names;
  for (fs::directory_iterator at(path_, code); !code && at != fs::directory_iterator(); at.increment(code)) {
    std::error_code ignored;
    const std::string name = at->path().filename().string();
    if (fs::is_regular_file(at->path() / configuration_file, ignored) && check_name(name)) names.push_back(name);
  }
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
  const Json object = {{"version", 1}, {"active_session", name ? Json(*name) : Json(nullptr)}};
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
