#include "runner/launcher.hpp"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <array>
#include <cerrno>
#include <filesystem>

#include <boost/optional.hpp>
#include <boost/type_traits/remove_pointer.hpp>
//
#include <boost/process/v2/detail/last_error.hpp>
//
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/start_dir.hpp>
#include <boost/process/v2/stdio.hpp>

namespace fatespec::runner {
namespace {

namespace process = boost::process::v2;

/// An initialiser that makes the child the leader of a process group and resets what it must not inherit.
struct OwnGroup {
  process::error_code on_exec_setup(process::posix::default_launcher&, const std::filesystem::path&,
                                    const char* const*) const {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a runner that is killed leaves no test behind
    // Ignored signals stay ignored across exec, unlike handled ones.
    for (const int signal : {SIGPIPE, SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU}) ::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    return {};
  }
};

/// Blocks all signals of this thread, so that no handler runs in a child that shares our memory.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

class VforkLauncher : public process::posix::default_launcher {
 public:
  template <class... Initialisers>
  [[gnu::noinline]] LaunchResult start(const std::filesystem::path& program, const char* const* argv,
                                       Initialisers&... initialisers) {
    const BlockedSignals blocked;
    volatile int child_error = 0;  // the child writes it: until it execs, its memory is ours
    const pid_t child = ::vfork();
    if (child < 0) return {-1, errno};
    if (child == 0) {
      const process::error_code failed = process::posix::detail::on_exec_setup(*this, program, argv, initialisers...);
      if (!failed) {
        ::close_range(3, ~0U, 0);
        ::execve(program.c_str(), const_cast<char* const*>(argv), const_cast<char* const*>(env));
      }
      child_error = failed ? failed.value() : errno;
      ::_exit(127);
    }
    if (child_error == 0) return {child, 0};
    ::waitpid(child, nullptr, 0);
    return {-1, child_error};
  }
};

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> all;
  all.reserve(texts.size() + 1);
  for (const auto& text : texts) all.push_back(text.c_str());
  all.push_back(nullptr);
  return all;
}

}  // namespace

LaunchResult launch(const LaunchRequest& request) {
  const auto argv = pointers(request.words);
  const auto environment = pointers(*request.environment);
  process::process_stdio stdio{request.stdin_fd, request.stdout_fd, request.stderr_fd};
  process::process_start_dir directory(request.directory);
  OwnGroup group;
  VforkLauncher launcher;
  launcher.env = environment.data();
  return launcher.start(request.program, argv.data(), group, directory, stdio);
}

}  // namespace fatespec::runner
