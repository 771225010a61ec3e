// The last words of a player that crashes.
#pragma once

#include "player/recording/event_log.hpp"

namespace fatespec::player {

/// From now on a fatal signal is recorded with its address and thread before it ends the process as it would have.
/// `log` must live as long as the process.
void record_crashes(EventLog& log);

/// Names the calling thread and gives it a stack on which a crash for want of stack can still be recorded.
void prepare_thread(sessions::ThreadId thread);

}  // namespace fatespec::player
