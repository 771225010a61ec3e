#include "specs/project_reader.hpp"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "specs/map_reader.hpp"
#include "specs/slurm_reader.hpp"
#include "specs/target_reader.hpp"
#include "specs/test_reader.hpp"
#include "specs/variable_resolution.hpp"

namespace fatespec::specs {
namespace {

namespace fs = std::filesystem;

class ProjectReader {
 public:
  ProjectReader(const YamlDocument& document, Problems& problems) : document_(document), problems_(problems) {}

  std::shared_ptr<model::Project> run() {
    project_->file = document_.source().file();
    project_->directory = fs::absolute(project_->file).lexically_normal().parent_path().string();
    MapReader::read(
        document_.root(), "the configuration",
        {{"suites", [&](YamlNode v) { read_suites(v); }},
         {"results", [&](YamlNode v) { read_results(v); }},
         {"variables",
          [&](YamlNode v) { project_->variables = read_variables(v, problems_, &project_->variable_origins); }},
         {"reference", [&](YamlNode v) { project_->reference = read_variables(v, problems_); }},
         {"env", [&](YamlNode v) { project_->env = read_variables(v, problems_); }},
         {"source", [&](YamlNode v) { project_->source = path(v); }},
         {"build", [&](YamlNode v) { project_->build = text(v).value_or(""); }},
         {"make", [&](YamlNode v) { project_->make = text(v).value_or(project_->make); }},
         {"maketest", [&](YamlNode v) { project_->maketest = text(v).value_or(""); }},
         {"limits", [&](YamlNode v) { read_limits(v, project_->limits, problems_); }},
         {"configurations", [&](YamlNode v) { read_configurations(v); }},
         {"targets", [&](YamlNode v) { read_targets(v); }},
         {"slurm", [&](YamlNode v) { read_slurm(v, project_->directory, project_->slurm, problems_); }}},
        problems_);
    if (project_->configurations.empty()) project_->configurations.emplace_back();
    check_targets();
    check_circles(project_->variables, project_->variable_origins);
    for (const auto& configuration : project_->configurations) check_circles_of(configuration);
    return std::move(project_);
  }

 private:
  std::optional<std::string> text(YamlNode node) { return read_text(node, problems_); }

  /// Relative ones begin where the configuration is.
  std::string path(YamlNode node) {
    const auto written = text(node);
    return written ? (fs::path(project_->directory) / *written).lexically_normal().string() : "";
  }

  void read_results(YamlNode node) {
    const auto written = text(node);
    project_->results_origin = node.origin();
    if (written && written->empty()) add_problem(problems_, node, "where results are kept is needed here");
    else project_->results = written.value_or(project_->results);
  }

  void read_suites(YamlNode node) {
    if (!node.is_sequence()) {
      if (auto glob = text(node)) project_->suites.push_back({*glob, node.origin()});
      return;
    }
    for (const auto& element : node.elements())
      if (auto glob = text(element)) project_->suites.push_back({*glob, element.origin()});
  }

  void read_configurations(YamlNode node) {
    if (!node.is_map()) {
      add_problem(problems_, node, "`configurations` must be a map of names and their settings");
      return;
    }
    for (const auto& [key, value] : map_entries(node, problems_)) {
      model::Configuration configuration;
      configuration.name = key.value();
      if (configuration.name.empty()) add_problem(problems_, key, "a configuration's name is not empty");
      if (!value.is_null()) read_configuration(value, configuration);
      project_->configurations.push_back(std::move(configuration));
    }
  }

  void read_configuration(YamlNode node, model::Configuration& configuration) {
    MapReader::read(
        node, "a configuration",
        {{"variables",
          [&](YamlNode v) { configuration.variables = read_variables(v, problems_, &configuration.variable_origins); }},
         {"reference", [&](YamlNode v) { configuration.reference = read_variables(v, problems_); }},
         {"tags", [&](YamlNode v) { configuration.tags = read_texts(v, problems_); }},
         {"env", [&](YamlNode v) { configuration.env = read_variables(v, problems_); }},
         {"target",
          [&](YamlNode v) {
            configuration.target = text(v).value_or("local");
            target_uses_.emplace_back(v);
          }},
         {"source", [&](YamlNode v) { configuration.source = path(v); }},
         {"build", [&](YamlNode v) { configuration.build = text(v).value_or(""); }},
         {"make", [&](YamlNode v) { configuration.make = text(v); }},
         {"maketest", [&](YamlNode v) { configuration.maketest = text(v); }}},
        problems_);
  }

  void check_circles_of(const model::Configuration& configuration) {
    auto all = project_->variables;
    auto origins = project_->variable_origins;
    for (const auto& [name, value] : configuration.variables) all[name] = value;
    for (const auto& [name, origin] : configuration.variable_origins) origins[name] = origin;
    check_circles(all, origins);
  }

  /// Of the project's own and of those of each configuration: what is in both is told once.
  void check_circles(const model::Variables& variables, const model::Places& origins) {
    for (const auto& problem : resolve_variables(variables, origins).problems)
      if (circles_.insert(problem.str()).second) problems_.add(document_.source(), problem.origin, problem.message);
  }

  void read_targets(YamlNode node) {
    if (!node.is_map()) {
      add_problem(problems_, node, "`targets` must be a map of names and their settings");
      return;
    }
    for (const auto& [key, value] : map_entries(node, problems_)) {
      model::Target target;
      target.name = key.value();
      read_target(value, project_->directory, target, problems_);
      if (target.name == "local" && (!target.host.empty() || !target.pool.empty()))
        add_problem(problems_, key, "`local` is this machine: a board needs another name");
      if (!target.pool.empty()) pools_.emplace_back(value, target.name);
      project_->targets[target.name] = std::move(target);
    }
  }

  void check_pools() {
    for (const auto& [node, name] : pools_)
      for (const auto& member : project_->targets.at(name).pool) {
        const auto found = project_->targets.find(member);
        if (found == project_->targets.end() || found->second.host.empty())
          add_problem(problems_, node, fmt::format("`{}` in the pool `{}` is no target with a `host`", member, name));
      }
  }

  void check_targets() {
    check_pools();
    std::vector<std::string> names = {"local"};
    for (const auto& [name, target] : project_->targets) names.push_back(name);
    for (const auto& use : target_uses_) {
      if (!use.is_scalar() || std::find(names.begin(), names.end(), use.value()) != names.end()) continue;
      add_problem(problems_, use,
                  fmt::format("no target is named `{}`{}", use.value(), base::did_you_mean(use.value(), names)));
    }
  }

  const YamlDocument& document_;
  Problems& problems_;
  std::shared_ptr<model::Project> project_ = std::make_shared<model::Project>();
  std::set<std::string> circles_;
  std::vector<YamlNode> target_uses_;
  std::vector<std::pair<YamlNode, std::string>> pools_;
};

/// A directory may be called "ffmpeg[7.1]".
std::string literal_glob(const std::string& path) {
  std::string pattern;
  for (const char c : path) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::vector<std::string> expand_glob(const std::string& pattern) {
  std::vector<std::string> files;
  ::glob_t found{};
  if (::glob(pattern.c_str(), GLOB_TILDE, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  return files;
}

}  // namespace

std::optional<std::string> find_project_file(const std::string& directory) {
  std::error_code ignored;
  for (fs::path at = fs::absolute(directory, ignored);; at = at.parent_path()) {
    const fs::path file = at / project_file_name;
    // One that is no file, or cannot be looked at, is told when it is read.
    if (fs::symlink_status(file, ignored).type() != fs::file_type::not_found && !ignored) return file.string();
    if (at == at.parent_path()) return std::nullopt;
  }
}

std::shared_ptr<model::Project> read_project(const std::string& file, Problems& problems) {
  const auto document = YamlDocument::load(file, problems);
  return document ? ProjectReader(*document, problems).run() : nullptr;
}

std::shared_ptr<model::Project> default_project(const std::string& directory) {
  auto project = std::make_shared<model::Project>();
  project->directory = fs::absolute(directory).lexically_normal().string();
  project->configurations.emplace_back();
  return project;
}

namespace {

void add_unmatched(const model::Project& project, const model::PlacedText& glob, Problems& problems) {
  auto text = base::read_file(project.file);
  const SourceText source(project.file, text ? std::move(*text) : "");
  problems.add(source, glob.origin, fmt::format("`{}` matches no file", glob.text),
               static_cast<int>(base::columns_of(glob.text)));
}

}  // namespace

std::vector<std::string> suite_files(const model::Project& project, Problems& problems) {
  std::vector<std::string> files;
  for (const auto& glob : project.suites) {
    const std::string pattern = fs::path(glob.text).is_absolute()
                                    ? glob.text
                                    : (fs::path(literal_glob(project.directory)) / glob.text).string();
    auto found = expand_glob(pattern);
    // `*.yaml` beside the configuration means the others.
    std::error_code ignored;
    if (found.size() > 1)
      std::erase_if(found, [&](const auto& file) { return fs::equivalent(file, project.file, ignored); });
    if (found.empty()) add_unmatched(project, glob, problems);
    for (const auto& file : found)
      if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  }
  return files;
}

}  // namespace fatespec::specs
