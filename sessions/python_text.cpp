#include "sessions/python_text.hpp"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace fatespec::sessions {
namespace {

// fmt gives the shortest digits that read back as the same number, with an exponent from the same sizes on as Python.
void append_real(std::string& to, double value) {
  if (std::isnan(value)) {
    to += "nan";
    return;
  }
  const std::size_t begin = to.size();
  fmt::format_to(std::back_inserter(to), "{}", value);
  if (to.find_first_not_of("-0123456789", begin) == std::string::npos) to += ".0";
}

}  // namespace

void append_python(std::string& to, const Datum& datum) {
  switch (datum.type) {
    case Datum::Type::none: to += "None"; break;
    case Datum::Type::integer: fmt::format_to(std::back_inserter(to), "{}", datum.integer); break;
    case Datum::Type::real: append_real(to, datum.real); break;
    case Datum::Type::text: to += datum.text(); break;
  }
}

std::string python_text(const Datum& datum) {
  std::string text;
  append_python(text, datum);
  return text;
}

}  // namespace fatespec::sessions
