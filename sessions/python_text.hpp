// Values as Python's str() prints them.
#pragma once

#include <string>

#include "sessions/event_list.hpp"

namespace fatespec::sessions {

/// "0.0", "1e-05", "1e+16", "nan", "-inf", "None", an integer, or the text itself.
void append_python(std::string& to, const Datum& datum);
std::string python_text(const Datum& datum);

}  // namespace fatespec::sessions
