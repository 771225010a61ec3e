#include "sessions/playlist.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::sessions {
namespace {

namespace fs = std::filesystem;

/// Files beside samples that are none.
constexpr std::array<std::string_view, 16> foreign_extensions = {".dbg", ".htm", ".html", ".json", ".log", ".pkl",
                                                                 ".py",  ".bat", ".sh",   ".md",   ".txt", ".zip",
                                                                 ".gz",  ".tar", ".tgz",  ".csv"};

base::Error wrong(std::string message) { return {base::ErrorKind::usage, std::move(message)}; }

base::Result<void> check_sample_name(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos)
    return wrong(fmt::format("`{}` is no name of a sample: it may not lead out of the samples directory",
                             base::printable(name)));
  return {};
}

}  // namespace

bool is_no_sample(const std::string& name) {
  const std::string extension = base::lower(fs::path(name).extension().string());
  return std::find(foreign_extensions.begin(), foreign_extensions.end(), extension) != foreign_extensions.end();
}

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
    if (is_no_sample(name)) return refuse(fmt::format("`{}` is nothing that a player opens", name));
    if (!seen.insert(name).second) return refuse(fmt::format("`{}` stands there twice", name));
    std::error_code ignored;
    if (!samples.empty() && !fs::is_regular_file(samples / name, ignored))
      return refuse(fmt::format("there is no sample {}", (samples / name).string()));
    names.push_back(name);
  }
  return names;
}

}  // namespace fatespec::sessions
