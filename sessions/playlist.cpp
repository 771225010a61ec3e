#include "sessions/playlist.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"

namespace fatespec::sessions {
namespace {

namespace fs = std::filesystem;

/// Files beside samples that are none.
constexpr std::array<std::string_view, 16> foreign_extensions = {".dbg", ".htm", ".html", ".json", ".log", ".pkl",
                                                                 ".py",  ".bat", ".sh",   ".md",   ".txt", ".zip",
                                                                 ".gz",  ".tar", ".tgz",  ".csv"};

base::Result<void> check_sample_name(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    return base::usage_error(fmt::format("`{}` is no name of a sample: it may not lead out of the samples directory",
                                         base::printable(name)));
  return {};
}

}  // namespace

bool is_no_sample(const std::string& name) {
  const std::string extension = base::lower(fs::path(name).extension().string());
  return std::find(foreign_extensions.begin(), foreign_extensions.end(), extension) != foreign_extensions.end();
}

namespace {

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

constexpr std::string_view here = "./";

bool is_there(const std::string& name, const PlaylistPlace& place) {
  std::error_code ignored;
  return (!place.samples.empty() && fs::is_regular_file(place.samples / name, ignored)) ||
         (!place.recordings.empty() && fs::exists(place.recordings / (name + ".dbg"), ignored));
}

/// The name on a line; empty if there is none.
std::string name_on(std::string_view line, const PlaylistPlace& place) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::string_view trimmed = base::trim(line);
  if (trimmed.starts_with('#')) return "";
  const auto bare = [](std::string_view name) {
    return std::string(name.starts_with(here) ? name.substr(here.size()) : name);
  };
  std::string whole = bare(line);
  return line != trimmed && is_there(whole, place) ? whole : bare(trimmed);
}

}  // namespace

base::Result<std::vector<std::string>> parse_playlist(const std::string& text, const PlaylistPlace& place) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  int line_number = 0;
  for (const auto line : base::split_lines(without_byte_order_mark(text))) {
    ++line_number;
    const std::string name = name_on(line, place);
    if (name.empty()) continue;
    const auto refuse = [&](const std::string& why) {
      return base::usage_error(fmt::format("playlist, line {}: {}", line_number, why));
    };
    if (auto checked = check_sample_name(name); !checked) return refuse(checked.error().message);
    if (is_no_sample(name)) return refuse(fmt::format("`{}` is nothing that a player opens", base::printable(name)));
    if (!seen.insert(name).second) return refuse(fmt::format("`{}` stands there twice", base::printable(name)));
    std::error_code ignored;
    if (place.required && !fs::is_regular_file(place.samples / name, ignored))
      return refuse(fmt::format("there is no sample {}", base::printable((place.samples / name).string())));
    names.push_back(name);
  }
  return names;
}

std::string playlist_text(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) {
    const bool plain = base::trim(name.substr(0, 1)).size() == 1 && name.front() != '#';
    text += (plain ? "" : std::string(here)) + name + "\n";
  }
  return text;
}

std::vector<std::string> samples_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(directory)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file(ignored) && !is_no_sample(name) && !name.starts_with('.') &&
        name.find('\n') == std::string::npos)
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace fatespec::sessions
