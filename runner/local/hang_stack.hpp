// Where a program that does not end hangs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/local/local_machine.hpp"
#include "runner/local/process_table.hpp"

namespace fatespec::runner {

/// Has gdb write the stacks of the leaves of a process tree (a shell that waits for its child is no news), at most
/// three; if they are gone by then, as those of a shell's loop, of what has started them. `done` is called later, on
/// the loop's thread, within the machine's limit; with nothing if there is no gdb or it may not look. The processes go
/// on afterwards.
void hang_stack(LocalMachine& machine, const std::vector<ProcessEntry>& tree, std::function<void(std::string)> done);

/// Of gdb's output, what tells the stacks: our headings, threads and frames.
std::string stack_lines(std::string_view gdb_output);

}  // namespace fatespec::runner
