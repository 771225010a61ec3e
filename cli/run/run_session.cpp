#include "cli/run/run_session.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/session/session_info.hpp"
#include "sessions/samples_directory.hpp"

namespace fatespec::cli {
namespace {

constexpr std::string_view extension = ".dbg";

std::vector<std::string> recorded_in(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(extension)) names.push_back(name.substr(0, name.size() - extension.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

base::Result<void> RunSession::check(bool resumed) const {
  if (auto named = sessions::SamplesDirectory::check_name(name_); !named) return named;
  std::error_code ignored;
  if (resumed || !std::filesystem::exists(samples_ / name_, ignored)) return {};
  return base::usage_error(fmt::format("there is a session `{}` already in {}", name_, samples_.string()));
}

base::Result<bool> RunSession::finish() const {
  const auto names = recorded_in(recordings());
  if (names.empty()) return false;
  const auto made = sessions::SamplesDirectory(samples_).adopt(name_, names, session_info());
  if (!made) return made.error();
  return true;
}

std::string RunSession::command(const std::string& what) const {
  std::error_code ignored;
  const auto near = std::filesystem::relative(samples_, ignored);
  return sessions::Session(ignored ? samples_ : near, name_).command(what);
}

}  // namespace fatespec::cli
