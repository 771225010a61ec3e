// A check turns a test's output into what counts as its stdout, and says whether that is as expected.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.hpp"

namespace fatespec::checks {

/// What a check makes of the output once all of it has been seen.
struct Reading {
  bool passed = true;
  bool no_verdict = false;                 ///< it says nothing about the test, which becomes `error`: no reference, say
  std::string reason;                      ///< one line, if it did not pass
  std::string detail;                      ///< several lines: a diff, a log's end
  model::Excerpt output;                   ///< what the test's stdout becomes
  std::string fingerprint;                 ///< of the bytes that came in, if it was asked for
  std::optional<std::string> full_output;  ///< all of it, where a new reference might be made of it
  std::string recording;                   ///< the player's, if it was kept
  bool explains_status = false;            ///< exit status 1 only repeats what this has judged: the player saw defects
};

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
