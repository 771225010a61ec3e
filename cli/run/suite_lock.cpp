#include "cli/run/suite_lock.hpp"

#include <chrono>
#include <thread>

#include "base/file_lock.hpp"

namespace fatespec::cli {

base::Result<SuiteLock> SuiteLock::take(const std::string& spec_file) {
  using namespace std::chrono_literals;
  constexpr auto patience = 10s;
  constexpr auto pause = 20ms;
  const std::filesystem::path file = spec_file;
  const auto path = file.parent_path() / ("." + file.filename().string() + ".lock");
  for (const auto end = std::chrono::steady_clock::now() + patience;; std::this_thread::sleep_for(pause)) {
    auto lock = base::lock_file(path);
    if (!lock) return lock.error();
    if (*lock) return SuiteLock(path, std::move(*lock));
    if (std::chrono::steady_clock::now() > end)
      return base::usage_error(spec_file + ": another process is changing it; try again");
  }
}

// Before it is let go of, so that nobody else's file is removed.
SuiteLock::~SuiteLock() {
  std::error_code ignored;
  if (file_) std::filesystem::remove(path_, ignored);
}

}  // namespace fatespec::cli
