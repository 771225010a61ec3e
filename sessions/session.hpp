// The directories that sessions live in.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sessions/text_sink.hpp"

namespace fatespec::sessions {

/// What may be done to a session: `configuration.json`.
struct Permissions {
  bool protect_raw_data = false;
  bool protect_reports = false;
  bool dev_debug = false;  ///< raw data may be rewritten
};

/// How samples fared over the attempts at playing them.
struct CrashState {
  int retries = 0;  ///< after the first play
  std::vector<std::string> sometimes;
  std::vector<std::string> still;
};

/// A directory beside the samples: recordings and what belongs to them in `dbg`, texts in `reports`. All names of
/// samples are checked before they become paths.
class Session {
 public:
  Session(std::filesystem::path samples, std::string name);

  const std::string& name() const { return name_; }
  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path sample(const std::string& name) const { return samples_ / name; }
  std::filesystem::path recording(const std::string& sample) const { return directory_ / "dbg" / (sample + ".dbg"); }
  std::filesystem::path raw(const std::string& file) const { return directory_ / "dbg" / file; }
  std::filesystem::path report(const std::string& file) const { return directory_ / "reports" / file; }

  base::Result<Permissions> permissions() const;
  base::Result<void> set_permissions(const Permissions& permissions) const;
  /// The playlist, or every sample in the samples directory if it has none.
  base::Result<std::vector<std::string>> playlist() const;
  /// Of the state's file, ours or the classic suite's; nothing if there is none.
  base::Result<std::optional<CrashState>> crash_state() const;
  base::Result<void> set_crash_state(const CrashState& state) const;
  /// The first line of the file; empty if there is none.
  std::string samples_version() const;
  /// Writes a report, unless they are protected.
  base::Result<void> write_report(const std::string& file, const std::function<void(const TextSink&)>& writer) const;
  /// An error if recordings may not be written: protected, or there already and without `dev_debug`.
  base::Result<void> check_writable_recordings(bool replace) const;

 private:
  std::filesystem::path samples_;
  std::string name_;
  std::filesystem::path directory_;
};

/// The samples directory and its sessions.
class SamplesDirectory {
 public:
  explicit SamplesDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  /// Letters, digits, `-`, `_` and `.`, not first: no path can be made of it.
  static base::Result<void> check_name(const std::string& name);

  /// Makes a session as a whole or not at all. `info`: files for its `dbg`, by name.
  base::Result<Session> create(const std::string& name, const std::string& playlist_file,
                               const std::vector<std::pair<std::string, std::string>>& info) const;
  base::Result<Session> find(const std::string& name) const;
  base::Result<std::vector<std::string>> list() const;
  base::Result<std::optional<std::string>> active() const;
  base::Result<void> activate(const std::optional<std::string>& name) const;
  /// A name of the form testrun_00 that no session has.
  base::Result<std::string> next_test_run() const;

 private:
  std::filesystem::path path_;
};

/// The names of a playlist's text: one a line, `#` begins a comment. Each must be a file in `samples`, once, and
/// nothing that no player opens.
base::Result<std::vector<std::string>> parse_playlist(const std::string& text, const std::filesystem::path& samples);

}  // namespace fatespec::sessions
