// The directories of tests on a board.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "runner/workspace.hpp"

namespace fatespec::remote {

/// Only names: a directory is made by the first command that works in it, and what is to be done about it later is
/// ordered from the board's supervisor.
class BoardWorkspace final : public runner::Workspace {
 public:
  /// With what is to be called once it is gone, if anything.
  using Drop = std::function<void(const std::string& directory, std::function<void()> gone)>;

  /// `drop` and `keep` give the supervisor its orders.
  BoardWorkspace(Drop drop, std::function<void(const std::string&)> keep)
      : drop_(std::move(drop)), keep_(std::move(keep)) {}

  /// A new connection has a new root; what was in the old one is no more.
  void move_to(std::string root);
  bool take_fresh(const std::string& directory) { return fresh_.erase(directory) > 0; }
  void left_empty(const std::string& directory) { empty_.insert(directory); }
  /// It is not used again: an order that concerns it may come late, and would meet who works in it then.
  void retire(const std::string& directory) { retired_.insert(directory); }

  const std::string& directory() const override { return root_; }
  base::Result<std::string> make_directory() override;
  bool take_back(const std::string& directory) override;
  std::function<void()> discard(const std::string& directory, std::function<void()> gone) override;
  void keep(const std::string& directory) override;
  /// Not known here: each execution tells.
  std::uint64_t free_space(base::Duration) const override { return UINT64_MAX; }

 private:
  bool is_here(const std::string& directory) const { return directory.starts_with(root_ + "/"); }

  Drop drop_;
  std::function<void(const std::string&)> keep_;
  std::string root_;
  std::uint64_t next_ = 1;
  std::vector<std::string> spare_;
  std::set<std::string> fresh_;  ///< named, not made
  std::set<std::string> empty_;  ///< as the last command left them
  std::set<std::string> retired_;
};

}  // namespace fatespec::remote
