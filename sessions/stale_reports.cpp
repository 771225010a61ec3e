#include "sessions/stale_reports.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"

namespace fatespec::sessions {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view mark = "STALE: ";
constexpr std::string_view extension = ".stale";

bool is_about(const std::string& report, const std::vector<std::string>& samples) {
  if (report == "00_summary.txt" || report == "00_summary.json") return true;
  return std::any_of(samples.begin(), samples.end(),
                     [&](const std::string& sample) { return report.starts_with(sample + "."); });
}

std::vector<std::string> files_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(directory))
    if (entry.is_regular_file(ignored)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

bool begins_with_mark(const fs::path& path) {
  const auto text = base::read_file(path);
  return text && text->starts_with(mark);
}

base::Result<void> mark_text(const fs::path& path) {
  const auto text = base::read_file(path);
  if (!text) return text.error();
  if (text->starts_with(mark)) return {};
  const auto now = fmt::gmtime(std::time(nullptr));
  return base::write_file_atomically(
      path, fmt::format("{}the recording was made again at {:%Y-%m-%d %H:%M:%S} UTC, after this report\n{}", mark, now,
                        *text));
}

}  // namespace

base::Result<void> mark_reports_stale(const Session& session, const std::vector<std::string>& samples) {
  for (const auto& name : files_in(session.report(""))) {
    if (!is_about(name, samples) || name.ends_with(extension)) continue;
    const fs::path path = session.report(name);
    if (name.ends_with(".txt")) {
      if (auto marked = mark_text(path); !marked) return marked;
      continue;
    }
    std::error_code code;
    fs::rename(path, path.string() + std::string(extension), code);
    if (code) return base::io_error(path.string(), code.value());
  }
  return {};
}

std::vector<std::string> stale_reports(const Session& session) {
  std::vector<std::string> found;
  for (const auto& name : files_in(session.report("")))
    if (name.ends_with(extension) || (name.ends_with(".txt") && begins_with_mark(session.report(name))))
      found.push_back(name);
  return found;
}

}  // namespace fatespec::sessions
