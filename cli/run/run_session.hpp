// The session that the recordings of a run's {PLAYER} tests make.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace fatespec::cli {

/// `<samples>/<name>`, as docs/sessions.md has it; its samples are the tests.
class RunSession {
 public:
  RunSession(std::filesystem::path samples, std::string name) : samples_(std::move(samples)), name_(std::move(name)) {}

  /// An error if the name is none, or belongs to another session; a resumed run goes on with its own.
  base::Result<void> check(bool resumed) const;
  /// Where the players' recordings go.
  std::string recordings() const { return (samples_ / name_ / "dbg").string(); }
  /// Makes it a session if there is any recording; false if there is none.
  base::Result<bool> finish() const;
  /// A command line about it.
  std::string command(const std::string& what) const;

 private:
  std::filesystem::path samples_;
  std::string name_;
};

}  // namespace fatespec::cli
