// The directory that a session lives in.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sessions/crash_report.hpp"
#include "sessions/text_sink.hpp"

namespace fatespec::sessions {

/// What may be done to a session: `configuration.json`.
struct Permissions {
  bool protect_raw_data = false;
  bool protect_reports = false;
  bool dev_debug = false;    ///< raw data may be rewritten
  bool quarantined = false;  ///< a stranger's: it stays as it came
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
  /// Of a sample's first play, or of a later one where each is played repeatedly.
  std::filesystem::path recording(const std::string& sample, int play = 1) const;
  /// How many plays of it are recorded.
  int plays(const std::string& sample) const;
  std::filesystem::path raw(const std::string& file) const { return directory_ / "dbg" / file; }
  std::filesystem::path report(const std::string& file) const { return directory_ / "reports" / file; }

  base::Result<Permissions> permissions() const;
  base::Result<void> set_permissions(const Permissions& permissions) const;
  /// The playlist, or every sample in the samples directory if it has none.
  base::Result<std::vector<std::string>> playlist() const;
  /// From its first play on a session has the same samples, whatever the directory gets later.
  base::Result<void> keep_playlist() const;
  /// Of the state's file, ours or the classic suite's; nothing if there is none.
  base::Result<std::optional<CrashState>> crash_state() const;
  base::Result<void> set_crash_state(const CrashState& state) const;
  /// Of every crash there was; none if there is no such file.
  base::Result<std::vector<CrashReport>> crash_reports() const;
  base::Result<void> set_crash_reports(const std::vector<CrashReport>& crashes) const;
  /// The first line of the file; empty if there is none.
  std::string samples_version() const;
  /// The line to type for a command about this session: `what` stands after `fatespec session`.
  std::string command(const std::string& what) const;

  /// Writes a report, unless they are protected.
  base::Result<void> write_report(const std::string& file, const std::function<void(const TextSink&)>& writer) const;
  /// An error if recordings may not be written: protected, or there already and without `dev_debug`.
  base::Result<void> check_writable_recordings(bool replace) const;

 private:
  std::filesystem::path samples_;
  std::string name_;
  std::filesystem::path directory_;
};

/// Writes what `writer` gives to its sink, as a whole or not at all.
base::Result<void> write_text_file(const std::filesystem::path& path,
                                   const std::function<void(const TextSink&)>& writer);

}  // namespace fatespec::sessions
