// Runs that go on while a test does something to them.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include "tests/remote/board_run.hpp"

namespace fatespec::test {

/// A run in the background.
class BackgroundRun {
 public:
  /// `environment`: NAME=value words in front of the command.
  BackgroundRun(const TemporaryDirectory& project, const std::string& tests, const std::string& arguments = "",
                const std::string& environment = "")
      : directory_(project) {
    directory_.write("suite.yaml", "suite: s\n" + tests);
    directory_.write("results.jsonl", "");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setpgid(0, 0);
      const std::string command = "cd " + directory_.path().string() + " && exec env " + environment +
                                  " " FATESPEC_PROGRAM " run suite.yaml --json results.jsonl " + arguments +
                                  " >out 2>&1 </dev/null";
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
  }
  BackgroundRun(const BoardProject& project, const std::string& tests, const std::string& arguments = "")
      : BackgroundRun(project.directory(), tests, arguments) {}
  BackgroundRun(const BackgroundRun&) = delete;
  BackgroundRun& operator=(const BackgroundRun&) = delete;
  ~BackgroundRun() {
    if (pid_ > 0) send(SIGKILL), wait();
  }
  void send(int signal) const { ::kill(pid_, signal); }
  bool over() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    return pid_ < 0;
  }
  int wait() {
    if (pid_ > 0) ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  }
  std::string out() const { return read_file(directory_ / "out"); }
  std::string json() const { return read_file(directory_ / "results.jsonl"); }

 private:
  const TemporaryDirectory& directory_;
  pid_t pid_ = -1;
  int status_ = 0;
};

}  // namespace fatespec::test
