// How soon a thread gets the processor when it wakes.
#pragma once

namespace fatespec::base {

/// Asks for short slices for the calling thread: what waits for events is then not to wait as well until one that
/// computes has used up its slice of the processor (Linux 6.12 and later; others take no notice). What it
/// forks inherits them, and so gets the processor soon as well. Not if somebody has chosen another policy or a higher
/// priority for us. For one thread of the process.
void ask_for_short_slices();
/// In a child of that thread: it is a program like others from now on. Safe between vfork and exec.
void take_usual_slices();

}  // namespace fatespec::base
