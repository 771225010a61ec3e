#include "remote/board_workspace.hpp"

#include <fmt/format.h>

namespace fatespec::remote {

void BoardWorkspace::move_to(std::string root) {
  root_ = std::move(root);
  spare_.clear();
  fresh_.clear();
  empty_.clear();
  retired_.clear();
}

base::Result<std::string> BoardWorkspace::make_directory() {
  if (!spare_.empty()) {
    std::string path = std::move(spare_.back());
    spare_.pop_back();
    return path;
  }
  // The end of the name keeps 1 from being the beginning of 12.
  std::string path = fmt::format("{}/{}.d", root_, next_++);
  fresh_.insert(path);
  return path;
}

bool BoardWorkspace::take_back(const std::string& directory) {
  if (!is_here(directory)) return true;
  const bool unused = fresh_.contains(directory);
  const bool is_retired = retired_.erase(directory) > 0;
  if (empty_.erase(directory) == 0 && !unused) return false;
  if (is_retired) drop_(directory, {});
  else spare_.push_back(directory);
  return true;
}

std::function<void()> BoardWorkspace::discard(const std::string& directory, std::function<void()> gone) {
  if (is_here(directory)) drop_(directory, std::move(gone));
  else if (gone) gone();
  return {};
}

void BoardWorkspace::keep(const std::string& directory) {
  if (is_here(directory)) keep_(directory);
}

}  // namespace fatespec::remote
