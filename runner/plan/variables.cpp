#include "runner/plan/variables.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.hpp"
#include "base/text.hpp"

namespace fatespec::runner {
namespace {

namespace fs = std::filesystem;

bool is_relative_path(const std::string& value) {
  const bool is_url = value.find("://") != std::string::npos;
  return !value.empty() && value[0] != '/' && value[0] != '$' && !value.starts_with("~/") && !is_url;
}

std::string path_in(const std::string& directory, const std::string& value) {
  return (fs::path(directory) / value).lexically_normal().string();
}

/// False of a bare name that the directory does not have: it may be a program on PATH. `ffmpeg` there may be the
/// source, which is no program.
bool means_a_place(const std::string& name, const std::string& value, const std::string& directory) {
  if (value.find('/') != std::string::npos) return true;
  const fs::path path = fs::path(directory) / value;
  std::error_code ignored;
  return name == "FFMPEG_PATH" ? fs::is_regular_file(path, ignored) : fs::exists(path, ignored);
}

/// `~/` is the home, as a shell would have it in an assignment: it leaves that in `--set NAME=~/x` alone.
std::string absolute_value(const std::string& name, const std::string& value, const std::string& directory) {
  if (value.starts_with("~/")) return "$HOME" + value.substr(1);
  if (!is_relative_path(value)) return value;
  std::string program = means_a_place(name, value, directory) ? "" : find_on_path(value);
  return program.empty() ? path_in(directory, value) : program;
}

bool is_path(const std::string& name) { return name.ends_with("_PATH"); }

model::Variables absolute_paths(const model::Variables& variables, const std::string& directory, bool local) {
  if (!local) return variables;
  model::Variables result = variables;
  for (auto& [name, value] : result)
    if (is_path(name)) value = absolute_value(name, value, directory);
  return result;
}

}  // namespace

std::string located_value(const std::string& name, const std::string& value, const std::string& directory) {
  const std::string known = base::at_home(value);
  return is_path(name) ? absolute_value(name, known, directory) : value;
}

std::string value_for_any_directory(const std::string& name, const std::string& value, const std::string& directory) {
  const bool depends = is_path(name) && is_relative_path(value) && means_a_place(name, value, directory);
  return depends ? path_in(directory, value) : value;
}

void VariableLayer::add(const model::Variables& more, const model::Places& places) {
  for (const auto& [name, value] : more) values[name] = value;
  for (const auto& [name, origin] : places) origins[name] = origin;
}

model::Variables classic_environment() {
  model::Variables environment;
  for (const char* name : classic_names) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') environment[name] = value;
  }
  return environment;
}

VariableSources variable_sources(const model::Variables& set, model::Variables environment) {
  return {set, std::move(environment), fs::current_path().string()};
}

VariableLayer variables_for(const model::Project& project, const model::Configuration& configuration,
                            const model::Suite& suite, const VariableSources& sources, bool local) {
  VariableLayer layer;
  if (const std::string ffmpeg = local ? find_on_path("ffmpeg") : ""; !ffmpeg.empty())
    layer.values["FFMPEG_PATH"] = ffmpeg;
  layer.add(absolute_paths(suite.variables, suite.directory, local), suite.variable_origins);
  layer.add(absolute_paths(sources.environment, sources.working_directory, local));
  layer.add(absolute_paths(project.variables, project.directory, local), project.variable_origins);
  layer.add(absolute_paths(configuration.variables, project.directory, local), configuration.variable_origins);
  model::Places options;
  for (const auto& [name, value] : sources.set) options[name] = {"--set " + name, 0, 0};
  layer.add(absolute_paths(sources.set, sources.working_directory, local), options);
  // Nobody means an empty path by it: the variable behind `--set SAMPLES_PATH=$SAMPLES` was not set.
  for (const char* name : classic_names)
    if (const auto found = layer.values.find(name); found != layer.values.end() && found->second.empty())
      layer.values.erase(found);
  return layer;
}

model::Variables matrix_variables(const model::Combination& matrix, const model::Suite& suite, bool local) {
  return absolute_paths(model::Variables(matrix.begin(), matrix.end()), suite.directory, local);
}

std::set<std::string, std::less<>> required_names(const model::Project& project) {
  std::set<std::string, std::less<>> names(classic_names.begin(), classic_names.end());
  for (const auto& configuration : project.configurations)
    for (const auto& [name, value] : configuration.variables) names.insert(name);
  return names;
}

std::string find_on_path(const std::string& program, std::string_view path) {
  for (const auto directory : base::split(path, ':')) {
    std::string candidate = (directory.empty() ? "." : std::string(directory)) + "/" + program;
    std::error_code ignored;
    if (::access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate, ignored)) return candidate;
  }
  return "";
}

std::string find_on_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  return path == nullptr ? "" : find_on_path(program, path);
}

}  // namespace fatespec::runner
