// What every program of ours is started with by posix_spawn().
#pragma once

#include <spawn.h>

#include <string>
#include <vector>

namespace fatespec::base {

/// Signals that end a program do that in the child as well, whatever is made of them here. Owns the attributes.
class SpawnAttributes {
 public:
  enum class Group { inherited, of_its_own };
  explicit SpawnAttributes(Group group);
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes();
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

/// What becomes of the child's descriptors and its working directory. Owns the actions.
class SpawnActions {
 public:
  SpawnActions();
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions();
  /// `path` empty: /dev/null.
  void open(int descriptor, const std::string& path, int flags);
  void duplicate(int from, int descriptor);
  void change_directory(const std::string& path);
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// For argv and environ: pointers into the texts, which must outlive them, and a null pointer behind them.
std::vector<char*> argument_pointers(const std::vector<std::string>& texts);

}  // namespace fatespec::base
