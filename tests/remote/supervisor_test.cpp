// The scripts that run on a board, alone in a shell.
#include "remote/supervisor.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/remote/background_run.hpp"

namespace fatespec::remote {
namespace {

using test::TemporaryDirectory;

/// Carries a TEST_DIR, in a session of its own.
class Carrier {
 public:
  explicit Carrier(const std::string& directory) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::setsid();
    ::execl("/usr/bin/env", "env", ("TEST_DIR=" + directory).c_str(), "sleep", "60", nullptr);
    ::_exit(127);
  }
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;
  ~Carrier() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }
  bool carries(const std::string& directory) const {
    return test::read_file("/proc/" + std::to_string(pid_) + "/environ").find("TEST_DIR=" + directory) !=
           std::string::npos;
  }
  bool alive() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }

 private:
  pid_t pid_ = -1;
};

// All processes of the board descend from 0 and 1; what asks for their end would get it.
TEST(Supervisor, OfWhatIsNoLeaderThereAreNoMembers) {
  const TemporaryDirectory directory;
  const SupervisorSettings settings{"token", "run", directory / "board", directory / "board/run.1", 60};
  directory.write("script",
                  control_script(settings) + "reply prepare\ntell none $(members 0)$(members 1)$(members x)" +
                      "$(members '')\ncase \" $(members $$) \" in *\" $$ \"*) tell some ;; esac\nkill -KILL $watcher\n"
                      "trap - EXIT\n");
  const auto ran = test::shell("sh -s <script", directory.path());
  EXPECT_NE(ran.out.find("token none\n"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("token some\n"), std::string::npos) << ran.out;
}

// The list of tests at work is made by the runner: a test that begins while the list is under way is not in it.
TEST(Supervisor, ASweepSparesTestsThatBeganAfterItsListWasMade) {
  const TemporaryDirectory directory;
  const SupervisorSettings settings{"token", "run", directory / "board", directory / "board/run.1", 60};
  const Carrier begun(settings.root + "/new.d");
  const Carrier left(settings.root + "/old.d");
  ASSERT_TRUE(test::wait_until([&] { return begun.carries(settings.root) && left.carries(settings.root); }));
  const std::string begun_pid = std::to_string(begun.pid());
  const std::string show = "tell alive $(cat /proc/" + std::to_string(left.pid()) + "/comm)\n";
  directory.write("script", control_script(settings) + "reply prepare\nreply sweep_unless\n" + show +
                                "reply sweep_unless " + begun_pid + " $root/new.d\ntell alive $(cat /proc/" +
                                begun_pid + "/comm)\nkill -KILL $watcher\ntrap - EXIT\n");
  const auto ran = test::shell("sh -s <script", directory.path());
  const std::string alive = "token alive sleep\n";
  const auto first = ran.out.find(alive);
  ASSERT_NE(first, std::string::npos) << "at the first sweep nobody is ended\n" << ran.out << ran.err;
  EXPECT_NE(ran.out.find(alive, first + 1), std::string::npos) << ran.out;
  EXPECT_TRUE(begun.alive());
  EXPECT_TRUE(test::wait_until([&] { return !left.alive(); }));
}

// What a start-up file of the login takes from the beginning, by whole lines or by blocks.
TEST(Supervisor, NothingRunsOfAScriptThatIsCut) {
  const TemporaryDirectory directory;
  const SupervisorSettings settings{"token", "run", directory / "board", directory / "board/run.1", 60};
  for (const char* name : {"rm", "mkdir", "mkfifo"})
    directory.write("bin/" + std::string(name), "#!/bin/sh\necho \"$@\" >>" + directory / "ran" + "\n");
  test::shell("chmod +x bin/*", directory.path());
  for (const std::string& script : {control_script(settings), worker_script(settings, 0)}) {
    directory.write("script", script);
    for (const char* eats : {"read -r eaten", "dd bs=1 count=1", "dd bs=1 count=300", "dd bs=1 count=8192", "cat"}) {
      directory.write("command", std::string(eats) + " >/dev/null 2>&1; " + supervisor_command());
      const auto ran = test::shell("PATH=$PWD/bin:$PATH sh command <script", directory.path());
      EXPECT_EQ(ran.status, 3) << eats << ran.out;
      EXPECT_EQ(ran.err, std::string(script_was_read) + "\n") << eats;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(directory / "ran")) << test::read_file(directory / "ran");
}

// A login shell may take longer than the run that it was to work for.
TEST(Supervisor, AWorkerThatBeginsAfterTheCleanUpLeavesNothing) {
  const TemporaryDirectory directory;
  const SupervisorSettings settings{"token", "run", directory / "board", directory / "board/run.1", 60};
  directory.write("script", worker_script(settings, 0));
  for (const bool wanted : {true, false}) {
    directory.write("board/run.1/1.d/kept", "");
    if (wanted) directory.write("board/run.1/supervisor", "1");
    const auto ran = test::shell("sh -s <script", directory.path());
    EXPECT_EQ(ran.out.find("token hello ") != std::string::npos, wanted) << ran.out << ran.err;
    EXPECT_EQ(test::shell("find . -type f -o -type p | sort", directory / "board/run.1").out,
              wanted ? "./1.d/kept\n./hold.0\n./supervisor\n./usage.0\n./worker.0\n" : "./1.d/kept\n");
    std::filesystem::remove_all(directory / "board");
  }
}

}  // namespace
}  // namespace fatespec::remote
