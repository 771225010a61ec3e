#include "base/error.hpp"

#include <stdexcept>
#include <system_error>

namespace fatespec::base {

std::string Origin::str() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  return text;
}

std::string Error::str() const {
  const std::string place = origin.str();
  return place.empty() ? message : place + ": " + message;
}

Error usage_error(std::string message) { return {ErrorKind::usage, std::move(message)}; }

Error busy_error(std::string message) { return {ErrorKind::busy, std::move(message)}; }

Error io_error(const std::string& what, int code) {
  return {ErrorKind::io, what + ": " + std::generic_category().message(code)};
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.str());
}

}  // namespace fatespec::base
