// How soon a thread gets the processor when it wakes.
#pragma once

namespace fatespec::base {

/// Asks for short slices for the calling thread: what waits for events is then not to wait as well until one that
/// computes has used up its slice of the processor (Linux 6.12 and later; others take no notice). Not for what it
/// forks, and not if somebody has chosen another policy or a higher priority for us, which what it forks is to inherit.
void ask_for_short_slices();

}  // namespace fatespec::base
