#include "runner/local/launcher.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>
#include <vector>

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

/// True if we have a terminal, which a process group of its own does not keep a test from: it would be stopped for
/// reading it.
bool has_terminal() {
  static const bool there = base::FileDescriptor(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)).get() >= 0;
  return there;
}

/// The limit that the runner was started with, once it has raised its own.
std::optional<rlimit> given_descriptors;

/// Ignored signals stay ignored across exec, unlike handled ones. These are what this program ignores itself, and what
/// it was started with.
const std::vector<int>& ignored_signals() {
  static const std::vector<int> all = [] {
    std::vector<int> signals = {SIGPIPE, SIGINT, SIGQUIT, SIGHUP, SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU, SIGXFSZ};
    for (int signal = 1; signal < NSIG; ++signal) {
      struct sigaction now {};
      const bool ignored = ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
      if (ignored && std::find(signals.begin(), signals.end(), signal) == signals.end()) signals.push_back(signal);
    }
    return signals;
  }();
  return all;
}

/// An initialiser that makes the child the leader of a process group and resets what it must not inherit. Where there
/// is a terminal the child leads a session of its own, and opening /dev/tty fails in it. Elsewhere a group does: a
/// session would cost a tenth of the time of a trivial test where the kernel schedules by sessions (autogroups).
struct OwnGroup {
  bool own_session = false;
  const rlimit* descriptors = nullptr;        ///< that the child has; none: ours
  const std::vector<int>* ignored = nullptr;  ///< signals
  process::error_code on_exec_setup(process::posix::default_launcher&, const std::filesystem::path&,
                                    const char* const*) const {
    if (own_session) ::setsid();
    else ::setpgid(0, 0);
    if (descriptors != nullptr) ::setrlimit(RLIMIT_NOFILE, descriptors);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a runner that is killed leaves no test behind
    for (const int signal : *ignored) ::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    return {};
  }
};

/// An initialiser that puts the child into a cgroup.
struct EnterCgroup {
  int entrance = -1;
  process::error_code on_exec_setup(process::posix::default_launcher&, const std::filesystem::path&,
                                    const char* const*) const {
    if (entrance >= 0) (void)!::write(entrance, "0", 1);
    return {};
  }
};

/// Blocks all signals of this thread that may have a handler, so that none runs in a child that shares our memory. Not
/// SIGCHLD, which has none: blocked, it would not be ignored but wake another thread for nothing.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGCHLD);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// As gettid(), without a system call for each test.
pid_t our_thread() {
  thread_local const pid_t thread = ::gettid();
  return thread;
}

/// Keeps a child on our processor until it becomes the program. Elsewhere it may have to wait behind a test, and we
/// with it, while our own processor has nothing to do.
class OurProcessor {
 public:
  explicit OurProcessor(bool is_wanted) : thread_(our_thread()) {
    const int processor = is_wanted ? ::sched_getcpu() : -1;
    if (processor < 0 || ::sched_getaffinity(0, sizeof all_, &all_) != 0 || CPU_COUNT(&all_) < 2) return;
    cpu_set_t ours;
    CPU_ZERO(&ours);
    CPU_SET(static_cast<std::size_t>(processor), &ours);
    is_kept_ = ::sched_setaffinity(0, sizeof ours, &ours) == 0;
  }
  /// We may run anywhere again, and so may a child that calls it.
  void leave() const {
    if (!is_kept_) return;
    ::sched_setaffinity(0, sizeof all_, &all_);
    ::sched_setaffinity(thread_, sizeof all_, &all_);
  }

 private:
  pid_t thread_;
  cpu_set_t all_{};
  bool is_kept_ = false;
};

#if defined(__SANITIZE_THREAD__)
/// The thread sanitizer makes a fork of every vfork: memory is not shared, and an error must come through a pipe.
class ChildReport {
 public:
  ChildReport() { (void)::pipe2(ends_.data(), O_CLOEXEC); }
  void tell(int error) { (void)!::write(ends_[1], &error, sizeof error); }
  int wait() {
    ::close(ends_[1]);
    int error = 0;
    if (::read(ends_[0], &error, sizeof error) != sizeof error) error = 0;
    ::close(ends_[0]);
    return error;
  }
  int kept_descriptor() const { return ends_[1]; }
  static constexpr bool knows_processor = false;
  static void tell_processor() {}
  static int processor() { return -1; }

 private:
  std::array<int, 2> ends_{-1, -1};
};
#else
// What went wrong in the child, and where it began: until it execs, its memory is ours. Processes are started by one
// thread. These are no local variables because the compiler need not keep those from one return of vfork to the other.
volatile int error_of_child = 0;
volatile int processor_of_child = -1;

class ChildReport {
 public:
  ChildReport() { error_of_child = 0; }
  static void tell(int error) { error_of_child = error; }
  static int wait() { return error_of_child; }  // vfork has waited already
  static constexpr int kept_descriptor() { return 3; }
  static constexpr bool knows_processor = true;
  static void tell_processor() { processor_of_child = ::sched_getcpu(); }
  static int processor() { return processor_of_child; }
};
#endif

/// Closes everything from 3 on but one descriptor that closes itself.
void close_others(int kept) {
  if (kept > 3) ::close_range(3, static_cast<unsigned>(kept) - 1, 0);
  ::close_range(static_cast<unsigned>(kept) + (kept > 3 ? 1 : 0), ~0U, 0);
}

class VforkLauncher : public process::posix::default_launcher {
 public:
  template <class... Initialisers>
  [[gnu::noinline]] LaunchResult start(const std::filesystem::path& program, const char* const* argv, bool here,
                                       Initialisers&... initialisers) {
    const BlockedSignals blocked;
    ChildReport report;
    // Who does not know where tests are would start all of them here.
    const OurProcessor ours(here && ChildReport::knows_processor);
    const pid_t child = ::vfork();
    if (child < 0) {
      const int error = errno;
      ours.leave();
      return {-1, error};
    }
    if (child == 0) {
      ours.leave();
      const process::error_code failed = process::posix::detail::on_exec_setup(*this, program, argv, initialisers...);
      if (!failed) {
        close_others(report.kept_descriptor());
        report.tell_processor();
        ::execve(program.c_str(), const_cast<char* const*>(argv), const_cast<char* const*>(env));
      }
      report.tell(failed ? failed.value() : errno);
      ::_exit(127);
    }
    const int error = report.wait();
    if (error == 0) return {child, 0, report.processor()};
    ::waitpid(child, nullptr, 0);
    return {-1, error};
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

void use_all_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) given_descriptors = limit;
}

LaunchResult launch(const LaunchRequest& request) {
  const auto argv = pointers(request.words);
  const auto environment = pointers(*request.environment);
  process::process_stdio stdio{request.stdin_fd, request.stdout_fd, request.stderr_fd};
  process::process_start_dir directory(request.directory);
  OwnGroup group{has_terminal(), given_descriptors ? &*given_descriptors : nullptr, &ignored_signals()};
  EnterCgroup cgroup{request.cgroup_fd};
  VforkLauncher launcher;
  launcher.env = environment.data();
  return launcher.start(request.program, argv.data(), request.here, group, cgroup, directory, stdio);
}

}  // namespace fatespec::runner
