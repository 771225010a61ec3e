#include "cli/run/suite_lock.hpp"

#include <chrono>

#include "base/file_lock.hpp"

namespace fatespec::cli {

base::Result<SuiteLock> SuiteLock::take(const std::string& spec_file) {
  constexpr auto patience = std::chrono::seconds(10);
  const std::filesystem::path file = spec_file;
  const auto path = file.parent_path() / ("." + file.filename().string() + ".lock");
  auto lock = base::lock_file(path, patience);
  if (!lock) return lock.error();
  if (!*lock) return base::busy_error(spec_file + ": another process is changing it; try again");
  return SuiteLock(path, std::move(*lock));
}

// Before it is let go of, so that nobody else's file is removed.
SuiteLock::~SuiteLock() {
  std::error_code ignored;
  if (file_) std::filesystem::remove(path_, ignored);
}

}  // namespace fatespec::cli
