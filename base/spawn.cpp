#include "base/spawn.hpp"

#include <csignal>

namespace fatespec::base {

SpawnAttributes::SpawnAttributes(Group group) {
  ::posix_spawnattr_init(&attributes_);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal : {SIGINT, SIGPIPE, SIGTERM, SIGHUP, SIGXFSZ}) sigaddset(&defaults, signal);
  ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
  ::posix_spawnattr_setpgroup(&attributes_, 0);
  const int with_group = group == Group::of_its_own ? POSIX_SPAWN_SETPGROUP : 0;
  ::posix_spawnattr_setflags(&attributes_, static_cast<short>(POSIX_SPAWN_SETSIGDEF | with_group));
}

SpawnAttributes::~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }

SpawnActions::SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }

SpawnActions::~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }

void SpawnActions::open(int descriptor, const std::string& path, int flags) {
  constexpr mode_t mode = 0666;
  ::posix_spawn_file_actions_addopen(&actions_, descriptor, path.empty() ? "/dev/null" : path.c_str(), flags, mode);
}

void SpawnActions::duplicate(int from, int descriptor) {
  ::posix_spawn_file_actions_adddup2(&actions_, from, descriptor);
}

void SpawnActions::change_directory(const std::string& path) {
  ::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str());
}

std::vector<char*> argument_pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const auto& text : texts) all.push_back(const_cast<char*>(text.c_str()));  // argv is not written to
  all.push_back(nullptr);
  return all;
}

}  // namespace fatespec::base
