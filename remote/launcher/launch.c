/* Runs a test's program on a board of our own machine's kind: what `setsid` and `time` do for other boards, in one step
 * and to the microsecond.
 *
 *     launch USAGE_FILE PROGRAM [ARGUMENT…]
 *
 * The program leads a session of its own. When it has ended, USAGE_FILE tells "group N", and then as GNU time does with
 * -f '%U %S %M': "[Command terminated by signal N] USER SYSTEM KIB". The exit status is that of a shell.
 *
 * It is C, linked statically with musl: each test waits for its start, which the dynamic linker would make several times
 * as long; it is small enough to be sent with every connection, and needs nothing on the board. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { no_program = 126, no_file = 127, signal_base = 128 };

static int status_of(int status) {
  return WIFSIGNALED(status) ? signal_base + WTERMSIG(status) : WEXITSTATUS(status);
}

static void tell_usage(const char* path, pid_t group, int status, const struct rusage* usage) {
  char text[160];
  char end[48] = "";
  if (WIFSIGNALED(status)) snprintf(end, sizeof end, "Command terminated by signal %d\n", WTERMSIG(status));
  const int length = snprintf(text, sizeof text, "group %d\n%s%ld.%06ld %ld.%06ld %ld\n", group, end,
                              (long)usage->ru_utime.tv_sec, (long)usage->ru_utime.tv_usec,
                              (long)usage->ru_stime.tv_sec, (long)usage->ru_stime.tv_usec, usage->ru_maxrss);
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file >= 0 && write(file, text, (size_t)length) != length) unlink(path);
}

int main(int argc, char** argv) {
  if (argc < 3) return no_program;
  const pid_t child = vfork();
  if (child == 0) {
    setsid();
    execvp(argv[2], argv + 2);
    _exit(errno == ENOENT ? no_file : no_program);
  }
  if (child < 0) return no_program;
  int status = 0;
  struct rusage usage = {0};
  while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  tell_usage(argv[1], child, status, &usage);
  return status_of(status);
}
