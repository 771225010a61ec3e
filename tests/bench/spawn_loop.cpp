// The yardstick: a bare loop of posix_spawn with two pipes and wait4, `jobs` processes in flight, nothing kept.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

extern char** environ;

namespace {

struct Child {
  pid_t pid;
  int out;
  int err;
};

Child start(const char* program) {
  int out[2];
  int err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) std::exit(3);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  char* argv[] = {const_cast<char*>(program), nullptr};
  Child child{0, out[0], err[0]};
  if (posix_spawn(&child.pid, program, &actions, nullptr, argv, environ) != 0) std::exit(3);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  return child;
}

void drain_and_reap(const Child& child) {
  char buffer[65536];
  while (read(child.out, buffer, sizeof buffer) > 0) {
  }
  while (read(child.err, buffer, sizeof buffer) > 0) {
  }
  close(child.out);
  close(child.err);
  int status = 0;
  rusage usage{};
  wait4(child.pid, &status, 0, &usage);
}

// Reaps whichever child closes its stdout first.
std::size_t first_ready(const std::vector<Child>& running) {
  std::vector<pollfd> fds;
  for (const auto& child : running) fds.push_back({child.out, POLLIN, 0});
  poll(fds.data(), fds.size(), -1);
  for (std::size_t i = 0; i < fds.size(); ++i)
    if (fds[i].revents != 0) return i;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: spawn_loop PROGRAM COUNT JOBS\n");
    return 2;
  }
  const int count = std::atoi(argv[2]);
  const auto jobs = static_cast<std::size_t>(std::atoi(argv[3]));
  std::vector<Child> running;
  for (int i = 0; i < count; ++i) {
    if (running.size() == jobs) {
      const std::size_t ready = first_ready(running);
      drain_and_reap(running[ready]);
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(ready));
    }
    running.push_back(start(argv[1]));
  }
  for (const auto& child : running) drain_and_reap(child);
  return 0;
}
