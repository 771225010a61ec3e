// A check turns a test's output into what counts as its stdout, and says whether that is as expected.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/result.hpp"

namespace fatespec::checks {

enum class Finding {
  as_expected,
  differs,
  undecidable,  ///< it says nothing about the test, which becomes `error`: there is no reference, say
};

/// What a check makes of the output once all of it has been seen.
struct Reading {
  Finding finding = Finding::as_expected;
  std::string reason;                      ///< one line, if it is not as expected
  std::string detail;                      ///< several lines: a diff, a log's end
  model::Excerpt output;                   ///< what the test's stdout becomes
  std::string fingerprint;                 ///< of the bytes that came in, if it was asked for
  std::optional<std::string> full_output;  ///< all of it, where a new reference might be made of it
  std::string recording;                   ///< the player's, if it was kept
  bool explains_status = false;            ///< exit status 1 only repeats what this has judged: the player saw defects

  bool passed() const { return finding == Finding::as_expected; }
  bool is_undecidable() const { return finding == Finding::undecidable; }
  void set(Finding found, std::string why) {
    finding = found;
    reason = std::move(why);
  }
};

inline Reading reading_of(Finding finding, std::string reason) {
  Reading reading;
  reading.set(finding, std::move(reason));
  return reading;
}

/// Takes a stream as it arrives, in memory that does not grow with it. Used by one thread at a time; consume() may be
/// costly and is meant for a pool.
class Check {
 public:
  virtual ~Check() = default;
  virtual void consume(std::string_view bytes) = 0;
  /// Call it once, after the last byte.
  virtual Reading finish() = 0;
};

}  // namespace fatespec::checks
