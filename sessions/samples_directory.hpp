// The directory that samples and sessions share.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "sessions/session.hpp"

namespace fatespec::sessions {

/// The samples directory and its sessions.
class SamplesDirectory {
 public:
  explicit SamplesDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  const std::filesystem::path& path() const { return path_; }

  /// Letters, digits, `_`, and not as the first `-` and `.`; no file of the directory's own: no path can be made of it.
  static base::Result<void> check_name(const std::string& name);

  /// Makes a session as a whole or not at all. `info`: files for its `dbg`, by name.
  base::Result<Session> create(const std::string& name, const std::string& playlist_file,
                               const std::vector<std::pair<std::string, std::string>>& info) const;
  /// The same of files that are there already: `fill` puts them into the directory that it is given, which becomes the
  /// session.
  base::Result<Session> create_with(const std::string& name,
                                    const std::function<base::Result<void>(const std::filesystem::path&)>& fill) const;
  /// Makes a session of a directory that has recordings already, of these samples.
  base::Result<Session> adopt(const std::string& name, const std::vector<std::string>& samples,
                              const std::vector<std::pair<std::string, std::string>>& info) const;
  base::Result<Session> find(const std::string& name) const;
  base::Result<std::vector<std::string>> list() const;
  base::Result<std::optional<std::string>> active() const;
  base::Result<void> activate(const std::optional<std::string>& name) const;
  /// A name of the form testrun_00 that no session has.
  base::Result<std::string> next_test_run() const;

 private:
  static base::Result<void> write_files(const std::filesystem::path& directory, const std::string& playlist,
                                        const std::vector<std::pair<std::string, std::string>>& info);

  std::filesystem::path path_;
};

}  // namespace fatespec::sessions
