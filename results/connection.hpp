// What the implementation files of this folder share.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>

#include <fmt/format.h>
#include <soci/soci.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "results/deadline.hpp"
#include "results/engine.hpp"
#include "results/store.hpp"

namespace fatespec::results {

struct Store::Connection {
  explicit Connection(const Engine& used) : engine(used) {}
  const Engine& engine;
  soci::session session;
  std::unique_ptr<DeadlineWatch> watch;  ///< of a server's; a file needs none
};

/// A limit on what is asked of a server; a file's library has one itself.
class LimitedCall : Deadline {
 public:
  LimitedCall(Store::Connection& connection, std::chrono::milliseconds limit)
      : Deadline(connection.watch.get(), connection.engine.descriptor(connection.session), limit) {}
};

inline std::int64_t microseconds(base::Duration duration) {
  return std::chrono::round<std::chrono::microseconds>(duration).count();
}
inline std::int64_t microseconds(base::UtcTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}
inline base::UtcTime utc_of(std::int64_t value) { return base::UtcTime(std::chrono::microseconds(value)); }

/// A value that may be absent, in the form that SOCI binds.
struct OptionalId {
  long long value = 0;
  soci::indicator present = soci::i_null;
  void set(std::optional<long long> id) {
    value = id.value_or(0);
    present = id ? soci::i_ok : soci::i_null;
  }
};

/// The library's text in one line, without its function in front and the SQL statement that it ends with.
inline std::string message_of(const soci::soci_error& error) {
  std::string text = error.what();
  if (text.starts_with("sqlite3_statement_backend::")) text.erase(0, text.find(": ") + 2);
  const auto statement = text.find(" while ");
  std::string line;
  for (const auto part : base::split_lines(std::string_view(text).substr(0, statement)))
    if (!part.empty()) line += (line.empty() ? "" : " ") + std::string(base::trim(part));
  return line;
}

/// What to do about it, for a file that is broken.
inline const char* advice_on(const std::string& message) {
  return message.find("disk image is malformed") == std::string::npos
             ? ""
             : "; move the file away, or name another with --results";
}

/// The library's errors tell their kind in words alone: those of SQLite and of PostgreSQL.
inline base::ErrorKind kind_of(const std::string& message) {
  const auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  if (says("is locked")) return base::ErrorKind::busy;
  if (says("is full") || says("No space left")) return base::ErrorKind::no_space;
  return base::ErrorKind::io;
}

/// Calls `work` and turns exceptions, most of which are the library's, into errors.
template <class Work>
auto guarded(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const soci::soci_error& error) {
    const std::string message = message_of(error);
    return base::Error{kind_of(message), "results: " + message + advice_on(message)};
  } catch (const std::bad_cast&) {
    return base::Error{base::ErrorKind::invalid,
                       "results: a column does not hold what it should; is the file damaged?"};
  } catch (const std::exception& error) {  // no memory; what was just written is not there
    return base::Error{base::ErrorKind::internal, fmt::format("results: {}", error.what())};
  }
}

/// As guarded(), for what asks a server: one that has said nothing for so long is away.
inline constexpr auto longest_answer = std::chrono::minutes(5);
template <class Work>
auto limited(Store::Connection& connection, Work work) -> decltype(work()) {
  const LimitedCall limit(connection, longest_answer);
  return guarded(work);
}

constexpr std::size_t signal_width = 16;
constexpr std::size_t version_width = 64;

/// The column `verdict`; one that this version does not know counts as error.
inline model::Verdict verdict_of(const soci::row& row) {
  return model::verdict_named(row.get<std::string>("verdict")).value_or(model::Verdict::error);
}

/// What text columns take: UTF-8 without NUL; everything else is escaped.
inline std::string storable(const std::string& text) {
  return base::is_utf8(text) && text.find('\0') == std::string::npos ? text : base::printable(text);
}

/// The same, as far as a column of that width takes it.
inline std::string storable(const std::string& text, std::size_t width) { return storable(text).substr(0, width); }

/// The column `tags`.
inline std::string tags_text(const model::TestResult& result) {
  std::string text;
  for (const auto& tag : result.tags) text += (text.empty() ? "" : "\n") + storable(tag);
  return text;
}

std::string encode_content(std::string_view bytes, std::string& encoding);
std::string decode_content(const std::string& content, const std::string& encoding);

}  // namespace fatespec::results
