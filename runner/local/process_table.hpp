// The processes of this machine at one moment, and which of them belong to a test.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fatespec::runner {

struct ProcessEntry {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  std::uint64_t start = 0;  ///< in ticks since boot: with `pid` it names a process for ever
  char state = '?';         ///< as in proc(5): R, S, D, T (stopped), Z (zombie), …

  bool is_alive() const { return state != 'Z' && state != 'X'; }
  bool is_stopped() const { return state == 'T' || state == 't'; }
};

/// A snapshot of /proc. Reading it takes some system calls for each process of the machine: it is taken when something
/// is wrong with a test, never for each test.
class ProcessTable {
 public:
  static ProcessTable read();

  /// The living processes of the tree of a test: its leader, what is in its session or group, what carries the marker
  /// in its environment (if there is a marker) and has become a child of ours, what is `known` to be in it, and all
  /// descendants of these.
  std::vector<ProcessEntry> tree_of(pid_t leader, const std::string& marker, const std::set<pid_t>& known) const;
  /// How many processes tree_of() would list, with the dead ones that nobody has waited for: they take room as well.
  std::size_t size_of(pid_t leader, const std::string& marker, const std::set<pid_t>& known) const {
    return members(leader, marker, known).size();
  }
  const std::vector<ProcessEntry>& entries() const { return entries_; }

 private:
  std::vector<ProcessEntry> members(pid_t leader, const std::string& marker, std::set<pid_t> found) const;
  std::vector<ProcessEntry> entries_;
};

/// Those of a tree that have no child in it.
std::vector<ProcessEntry> leaves_of(const std::vector<ProcessEntry>& tree);
/// A process that may be gone already.
std::optional<ProcessEntry> process_entry(pid_t pid);
/// The "NAME=value" texts that a process began with; nothing of a zombie or a stranger.
std::vector<std::string> environment_of(pid_t pid);
/// True if "NAME=value" stands in the environment that the process began with.
bool environment_has(pid_t pid, const std::string& marker);
/// The name of a process's program; empty if it has gone.
std::string program_name(pid_t pid);
/// How many processes and threads the machine has at the moment; 0 if that is unknown. Costs one small read.
long machine_tasks();

}  // namespace fatespec::runner
