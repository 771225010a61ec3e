// Finds variables that a test uses and that must be defined but are not, and arguments that their values make wrong.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "model/plan.hpp"
#include "runner/plan/variables.hpp"
#include "specs/problem.hpp"
#include "specs/shell.hpp"

namespace fatespec::runner {

/// The texts of suite files, for problems that show the line; a file is read again only if there are any.
class SuiteSources {
 public:
  /// Lives as long as this; empty if the file can no longer be read.
  const specs::SourceText& of(const std::string& file);

 private:
  std::map<std::string, std::unique_ptr<specs::SourceText>> texts_;
};

class VariableCheck {
 public:
  /// All of them live as long as the check.
  VariableCheck(const model::Project& project, SuiteSources& sources, specs::Problems& problems)
      : project_(project), sources_(sources), problems_(problems), required_(required_names(project)) {}

  /// The tests that follow are of one suite under one configuration, with these variables.
  void begin(const VariableLayer& layer);
  /// Adds a problem for each name, once for all combinations of a matrix.
  void check(const model::PlannedTest& planned);

 private:
  std::optional<std::string> missing_name(const model::PlannedTest& planned, const std::string& used) const;
  void check_arguments(const model::PlannedTest& planned);
  template <class PlaceOf>
  void check_text(const model::PlannedTest& planned, const std::string& text, PlaceOf place);
  void check_command(const model::PlannedTest& planned, const std::string& command);
  template <class PlaceOf>
  void check_defined(const model::PlannedTest& planned, const std::vector<specs::VariableUse>& uses, PlaceOf place);
  template <class PlaceOf>
  void check_use(const model::PlannedTest& planned, const std::string& used, PlaceOf place);
  base::Origin place_of(const model::PlannedTest& planned, std::size_t offset);  ///< of its spec string

  const model::Project& project_;
  SuiteSources& sources_;
  specs::Problems& problems_;
  std::set<std::string, std::less<>> required_;
  std::map<std::string, std::string> lacking_;  ///< of the layer: a variable, and what its value lacks
  std::set<std::string> reported_;
};

}  // namespace fatespec::runner
