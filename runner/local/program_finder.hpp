// Which file a program's name means.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fatespec::runner {

/// The value of a name among "NAME=value" texts; empty if it is not there.
std::string_view value_of(const std::vector<std::string>& environment, std::string_view name);

/// Looks names up as execvp would, and remembers what it found.
class ProgramFinder {
 public:
  /// A program's path; the name itself if it holds a slash; empty if there is none.
  const std::string& find(const std::string& name, const std::vector<std::string>& environment);
  /// True if the name is looked up in directories that are relative: to the test's working directory, which only who
  /// starts it there can do.
  bool depends_on_directory(const std::string& name, const std::vector<std::string>& environment);

 private:
  std::map<std::pair<std::string, std::string>, std::string> programs_;  ///< (PATH, name) -> path
  std::map<std::string, bool> relative_;                                 ///< of values of PATH
};

}  // namespace fatespec::runner
