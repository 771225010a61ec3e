// Texts as a whole, for comparisons.
#pragma once

#include <string>

#include "sessions/recording.hpp"
#include "sessions/text_sink.hpp"

namespace fatespec::sessions {

template <class Writer>
std::string collected(Writer writer, const Recording& recording) {
  std::string all;
  writer(recording, [&](std::string_view text) { all += text; });
  return all;
}

}  // namespace fatespec::sessions
