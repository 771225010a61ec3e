/* Runs a test's program on a board of our own machine's kind: what `setsid` and `time` do for other boards, in one step
 * and to the microsecond.
 *
 *     launch USAGE_FILE PROGRAM [ARGUMENT…]
 *
 * The program leads a session of its own. When it has ended, USAGE_FILE tells "group N", "left" if something that it has
 * started still runs, and then as GNU time does with -f '%U %S %M': "[Command terminated by signal N] USER SYSTEM KIB", with
 * those of its descendants that have ended. The exit status is that of a shell.
 *
 * It is C, linked statically with musl: each test waits for its start, which the dynamic linker would make several times
 * as long; it is small enough to be sent with every connection, and needs nothing on the board. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { no_program = 126, no_file = 127, signal_base = 128 };

static int status_of(int status) {
  return WIFSIGNALED(status) ? signal_base + WTERMSIG(status) : WEXITSTATUS(status);
}

static void add_usage(struct rusage* sum, const struct rusage* more) {
  timeradd(&sum->ru_utime, &more->ru_utime, &sum->ru_utime);
  timeradd(&sum->ru_stime, &more->ru_stime, &sum->ru_stime);
  if (more->ru_maxrss > sum->ru_maxrss) sum->ru_maxrss = more->ru_maxrss;
}

static void tell_usage(const char* path, pid_t group, int status, int left, const struct rusage* usage) {
  char text[160];
  char end[48] = "";
  if (WIFSIGNALED(status)) snprintf(end, sizeof end, "Command terminated by signal %d\n", WTERMSIG(status));
  const int length = snprintf(text, sizeof text, "group %d\n%s%s%ld.%06ld %ld.%06ld %ld\n", group,
                              left ? "left\n" : "", end,
                              (long)usage->ru_utime.tv_sec, (long)usage->ru_utime.tv_usec,
                              (long)usage->ru_stime.tv_sec, (long)usage->ru_stime.tv_usec, usage->ru_maxrss);
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file >= 0 && write(file, text, (size_t)length) != length) unlink(path);
}

int main(int argc, char** argv) {
  if (argc < 3) return no_program;
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that orphans of the program are seen, and told
  const pid_t child = vfork();
  if (child == 0) {
    setsid();
    execvp(argv[2], argv + 2);
    _exit(errno == ENOENT ? no_file : no_program);
  }
  if (child < 0) return no_program;
  int status = 0;
  int status_of_child = 0;
  struct rusage usage = {0};
  struct rusage sum = {0};
  int child_runs = 1;
  pid_t ended;
  while ((ended = wait4(-1, &status, child_runs ? 0 : WNOHANG, &usage)) > 0 || (ended < 0 && errno == EINTR)) {
    if (ended < 0) continue;
    add_usage(&sum, &usage);
    if (ended != child) continue;
    child_runs = 0;
    status_of_child = status;
  }
  tell_usage(argv[1], child, status_of_child, ended == 0, &sum);
  return status_of(status_of_child);
}
