// How errors travel: what can fail from outside returns Result<T>; a bug is an assertion; a test, host or player that
// misbehaves is data and no error at all.
#pragma once

#include <string>
#include <utility>

#include <boost/system/result.hpp>

namespace fatespec::base {

/// A place in a text file. Lines and columns count from 1; 0 means unknown.
struct Origin {
  std::string file;
  int line = 0;
  int column = 0;

  /// "file:line:column", as far as it is known.
  std::string str() const;
};

enum class ErrorKind {
  usage,      ///< the command line is wrong
  invalid,    ///< a specification, configuration or filter is wrong
  not_found,  ///< a file or a name does not exist
  io,         ///< the system refused: permissions, unreadable file
  no_space,   ///< the disk is full
  busy,       ///< another process holds what is needed, for now
  internal,   ///< a library answered in a way that it should not
};

/// True if it is no mistake of the user's.
constexpr bool is_of_system(ErrorKind kind) {
  return kind == ErrorKind::io || kind == ErrorKind::no_space || kind == ErrorKind::busy;
}

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  Origin origin = {};

  /// "origin: message", or the message alone.
  std::string str() const;
};

template <class T>
using Result = boost::system::result<T, Error>;

/// An Error of kind `usage`.
Error usage_error(std::string message);

/// An Error of kind `busy`: the same may be possible later.
Error busy_error(std::string message);

/// An Error of kind `io` whose message ends with the text of errno value `code`.
Error io_error(const std::string& what, int code);

/// Called by Result<T>::value() on an error; throws std::runtime_error.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace fatespec::base
