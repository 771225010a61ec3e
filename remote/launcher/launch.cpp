// Runs a test's program on a board of our own machine's kind: what `setsid` and `time` do for other boards, in one step
// and to the microsecond.
//
//     launch USAGE_FILE PROGRAM [ARGUMENT…]
//
// The program leads a session of its own. When it has ended, USAGE_FILE tells "group N", and then as GNU time does with
// -f '%U %S %M': "[Command terminated by signal N] USER SYSTEM KIB". The exit status is that of a shell.
//
// It has to start fast and to run on any board with a C library, so it uses nothing but that.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace {

constexpr int no_file = 127;
constexpr int no_program = 126;
constexpr int signal_base = 128;

int status_of(int status) { return WIFSIGNALED(status) ? signal_base + WTERMSIG(status) : WEXITSTATUS(status); }

void tell_usage(const char* path, pid_t group, int status, const rusage& usage) {
  char text[160];
  int length = std::snprintf(text, sizeof text, "group %d\n", group);
  const auto append = [&](const char* format, auto... arguments) {
    length += std::snprintf(text + length, sizeof text - static_cast<unsigned>(length), format, arguments...);
  };
  if (WIFSIGNALED(status)) append("Command terminated by signal %d\n", WTERMSIG(status));
  append("%ld.%06ld %ld.%06ld %ld\n", static_cast<long>(usage.ru_utime.tv_sec),
         static_cast<long>(usage.ru_utime.tv_usec), static_cast<long>(usage.ru_stime.tv_sec),
         static_cast<long>(usage.ru_stime.tv_usec), usage.ru_maxrss);
  const int file = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file >= 0 && ::write(file, text, static_cast<unsigned>(length)) != length) ::unlink(path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return no_program;
  const pid_t child = ::vfork();
  if (child == 0) {
    ::setsid();
    ::execvp(argv[2], argv + 2);
    ::_exit(errno == ENOENT ? no_file : no_program);
  }
  if (child < 0) return no_program;
  int status = 0;
  rusage usage{};
  while (::wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  tell_usage(argv[1], child, status, usage);
  return status_of(status);
}
