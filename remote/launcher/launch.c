/* Runs a test's program on a board of our own machine's kind: what `setsid` and `time` do for other boards, in one step
 * and to the microsecond.
 *
 *     launch USAGE_FILE PROGRAM [ARGUMENT…]
 *
 * The program leads a session of its own. When it has ended, USAGE_FILE tells "group N", "left" if something that it has
 * started still runs, and then as GNU time does with -f '%U %S %M': "[Command terminated by signal N] USER SYSTEM KIB", with
 * those of its descendants that have ended. The exit status is that of a shell.
 *
 * What the program leaves behind, and can no longer write to our stdout or stderr, is ended before that: here it still
 * descends from us, whatever it has done to its session and its environment.
 *
 * It is C, linked statically with musl: each test waits for its start, which the dynamic linker would make several times
 * as long; it is small enough to be sent with every connection, and needs nothing on the board. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { no_program = 126, no_file = 127, signal_base = 128, most_processes = 1 << 15, most_looks = 200, looks_at_writers = 30 };

struct process {
  pid_t pid, parent;
  int is_ours;
};

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

/* Of a live process; 0 of one that is over. */
static pid_t parent_of(const char* pid) {
  char path[64];
  char text[512];
  snprintf(path, sizeof path, "/proc/%.16s/stat", pid);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  text[length < 0 ? 0 : length] = 0;
  const char* name_end = strrchr(text, ')');  /* a name may hold anything */
  char state = 'X';
  int parent = 0;
  if (name_end == NULL || sscanf(name_end, ") %c %d", &state, &parent) != 2 || strchr("ZX", state)) return 0;
  return parent;
}

static size_t read_processes(struct process* all) {
  DIR* proc = opendir("/proc");
  if (proc == NULL) return 0;
  size_t count = 0;
  for (struct dirent* entry; count < most_processes && (entry = readdir(proc)) != NULL;) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    const pid_t parent = parent_of(entry->d_name);
    if (parent > 0) all[count++] = (struct process){atoi(entry->d_name), parent, 0};
  }
  closedir(proc);
  return count;
}

static void mark_descendants(struct process* all, size_t count) {
  const pid_t self = getpid();
  for (int has_grown = 1; has_grown;) {
    has_grown = 0;
    for (size_t i = 0; i < count; ++i) {
      if (all[i].is_ours) continue;
      int is_ours = all[i].parent == self;
      for (size_t k = 0; k < count && !is_ours; ++k) is_ours = all[k].is_ours && all[k].pid == all[i].parent;
      all[i].is_ours = is_ours;
      has_grown |= is_ours;
    }
  }
}

static int is_same(const struct stat* a, const struct stat* b) { return a->st_dev == b->st_dev && a->st_ino == b->st_ino; }

static int may_write(pid_t pid, const struct stat* streams) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR* descriptors = opendir(path);
  if (descriptors == NULL) return 0;
  int found = 0;
  struct stat status;
  for (struct dirent* entry; !found && (entry = readdir(descriptors)) != NULL;)
    found = fstatat(dirfd(descriptors), entry->d_name, &status, 0) == 0 &&
            (is_same(&status, &streams[0]) || is_same(&status, &streams[1]));
  closedir(descriptors);
  return found;
}

/* Ends what descends from us and is silent, until a look finds no such process. True if others are left: what has only
 * been forked has not closed yet what it is going to close, so these are looked at for a while. */
static int end_silent_descendants(struct rusage* sum) {
  static struct process all[most_processes];
  struct stat streams[2];
  struct rusage usage;
  int status;
  int left = 1;
  int writers_only = 0;
  if (fstat(1, &streams[0]) != 0 || fstat(2, &streams[1]) != 0) return left;
  for (int look = 0; look < most_looks; ++look) {
    const size_t count = read_processes(all);
    mark_descendants(all, count);
    int killed = 0;
    left = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!all[i].is_ours) continue;
      if (may_write(all[i].pid, streams)) left = 1;
      else if (kill(all[i].pid, SIGKILL) == 0) killed = 1;
    }
    if (!killed && (!left || ++writers_only == looks_at_writers)) return left;
    usleep(killed ? 1000 : 5000);
    while (wait4(-1, &status, WNOHANG, &usage) > 0) add_usage(sum, &usage);
  }
  return 1;
}

int main(int argc, char** argv) {
  if (argc < 3) return no_program;
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that orphans of the program stay ours
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
  const int left = ended == 0 && end_silent_descendants(&sum);
  tell_usage(argv[1], child, status_of_child, left, &sum);
  return status_of(status_of_child);
}
