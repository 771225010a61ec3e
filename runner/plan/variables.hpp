// Which value a variable has for a test, from far to near; docs/configuration.md.
#pragma once

#include <array>
#include <set>
#include <string>

#include "base/error.hpp"
#include "model/configuration.hpp"
#include "model/plan.hpp"

namespace fatespec::runner {

/// The variables that the environment may give, too, and that must be defined where they are used.
inline constexpr std::array classic_names = {"FFMPEG_PATH", "SAMPLES_PATH"};

/// Variables with the places of their definitions, not yet resolved.
struct VariableLayer {
  model::Variables values;
  model::Places origins;

  /// Nearer definitions win.
  void add(const model::Variables& more, const model::Places& places = {});
};

/// Where values come from besides the files.
struct VariableSources {
  model::Variables set;          ///< `--set`; relative paths begin at the working directory
  model::Variables environment;  ///< FFMPEG_PATH and SAMPLES_PATH, if they are set
  std::string working_directory;
};
VariableSources variable_sources(const model::Variables& set, model::Variables environment);

/// Those of the classic names that the environment of this process gives.
model::Variables classic_environment();

/// From far to near: `ffmpeg` on PATH, the suite, the environment, the project, the configuration, `--set`. A relative
/// value of a name that ends in `_PATH` is made absolute, beginning where it was defined, if `local`.
VariableLayer variables_for(const model::Project& project, const model::Configuration& configuration,
                            const model::Suite& suite, const VariableSources& sources, bool local);

/// The same for the values of a matrix, which is written in the suite's file.
model::Variables matrix_variables(const model::Combination& matrix, const model::Suite& suite, bool local);

/// The names that a spec may not leave undefined: FFMPEG_PATH, SAMPLES_PATH and what any configuration defines.
std::set<std::string, std::less<>> required_names(const model::Project& project);

/// The value of a variable that was given in `directory`: a `_PATH` absolute, a bare name of a program as PATH has it.
std::string located_value(const std::string& name, const std::string& value, const std::string& directory);

/// The value of `--set NAME=value` given in `directory` as it means the same in any other: of a name that ends in
/// `_PATH` a relative path becomes absolute. A bare name that is nothing there stays one: a program on somebody's PATH.
std::string value_for_any_directory(const std::string& name, const std::string& value, const std::string& directory);

/// The path of a program in the directories of `path`; empty if there is none.
std::string find_on_path(const std::string& program, std::string_view path);
/// The same with the PATH of this process.
std::string find_on_path(const std::string& program);

}  // namespace fatespec::runner
