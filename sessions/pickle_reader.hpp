// Recordings of the classic suite: Python pickles of plain data, read without running anything.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "sessions/event_list.hpp"

namespace fatespec::sessions {

/// The events of a pickled list of tuples. Only the opcodes that lists, tuples, strings, numbers and None need are
/// understood (Python's pickletools has the format): everything else, above all what makes objects and calls functions,
/// is refused by name and offset. Memory is bounded by the size of the bytes.
base::Result<EventList> read_pickle(std::string_view bytes);

}  // namespace fatespec::sessions
