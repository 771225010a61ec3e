#include "runner/plan/variable_check.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/plan/command_line.hpp"
#include "specs/scalar_text.hpp"
#include "specs/shell.hpp"
#include "specs/spec_arguments.hpp"
#include "specs/spec_string.hpp"

namespace fatespec::runner {

using model::PlannedTest;

namespace {

/// A variable whose value is the matrix's, whatever it is elsewhere.
bool is_on_axis(const PlannedTest& planned, const std::string& name) {
  return std::any_of(planned.matrix.begin(), planned.matrix.end(),
                     [&](const auto& axis) { return axis.first == name; });
}

}  // namespace

const specs::SourceText& SuiteSources::of(const std::string& file) {
  auto& source = texts_[file];
  if (!source) {
    auto text = base::read_file(file);
    source = std::make_unique<specs::SourceText>(file, text ? std::move(*text) : "");
  }
  return *source;
}

base::Origin VariableCheck::place_of(const PlannedTest& planned, std::size_t offset) {
  const auto& spec = planned.spec->spec;
  return specs::place_in_scalar(sources_.of(planned.suite->file), spec.origin, spec.text, offset);
}

// Nothing if what is used is defined, or need not be.
std::optional<std::string> VariableCheck::missing_name(const PlannedTest& planned, const std::string& used) const {
  std::string name = used;
  if (const auto lacking = lacking_.find(used);
      lacking != lacking_.end() && planned.variables->contains(used) && !is_on_axis(planned, used))
    name = lacking->second;
  if (planned.variables->contains(name) || !required_.contains(name)) return std::nullopt;
  return name;
}

template <class PlaceOf>
void VariableCheck::check_use(const PlannedTest& planned, const std::string& used, PlaceOf place) {
  const auto missing = missing_name(planned, used);
  if (!missing) return;
  const std::string& name = *missing;
  const std::string through = name == used ? "" : " (in the value of $" + used + ")";
  const std::string& configuration = planned.configuration->name;
  std::string message = fmt::format("{} uses ${}{}, which the configuration `{}` does not define", planned.name, name,
                                    through, configuration);
  if (name == "FFMPEG_PATH" && find_on_path("ffmpeg").empty()) message += ", and no ffmpeg is on PATH";
  message += fmt::format(" (--set {}=…)", name);
  if (reported_.insert(model::declared_name(planned) + "\n" + name + "\n" + configuration).second)
    problems_.add(sources_.of(planned.suite->file), place(), message, static_cast<int>(used.size()) + 1);
}

// Variables whose value needs one that must be defined and is not.
void VariableCheck::begin(const VariableLayer& layer) {
  lacking_.clear();
  // Circles have been found before this; each pass carries a need one step further.
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [name, value] : layer.values)
      for (const auto& use : specs::variables_of_text(value)) {
        const bool is_missing = !layer.values.contains(use.name) && required_.contains(use.name);
        const auto inner = lacking_.find(use.name);
        if (is_missing || inner != lacking_.end())
          changed = lacking_.try_emplace(name, is_missing ? use.name : inner->second).second || changed;
      }
  }
}

void VariableCheck::check(const PlannedTest& planned) {
  const auto& spec = planned.spec->parsed;
  const auto& test = *planned.spec;
  for (const auto& use : specs::variables_of_command(spec.command))
    check_use(planned, use.name, [&] { return place_of(planned, spec.command_offset + use.offset); });
  for (const auto& argument : spec.arguments)
    check_text(planned, argument.value, [&](std::size_t) { return place_of(planned, argument.offset); });
  if (spec.type == model::SpecType::filesize || spec.type == model::SpecType::player)
    check_defined(planned, specs::variables_of_command(spec.command),
                  [&](std::size_t offset) { return place_of(planned, spec.command_offset + offset); });
  for (const auto* text : {&test.cwd, &test.stdin_file, &test.expect.output_file, &test.expect.error_file})
    if (*text)
      check_text(planned, (*text)->text, [&](std::size_t offset) {
        return specs::place_in_scalar(sources_.of(planned.suite->file), (*text)->origin, (*text)->text, offset);
      });
  for (const auto* environment : {&test.default_env, &test.env})
    for (const auto& [name, value] : *environment)
      for (const auto& use : specs::variables_of_text(value)) check_use(planned, use.name, [&] { return test.origin; });
  if (planned.skip_reason) return;
  check_arguments(planned);
  for (const auto& condition : test.only_if) check_command(planned, condition.probe);
  if (model::is_build(spec.type)) check_command(planned, command_as_written(project_, planned));
}

// What is written in the spec string itself has been checked where it was read.
void VariableCheck::check_arguments(const PlannedTest& planned) {
  const auto& spec = planned.spec->parsed;
  bool has_variables = false;
  for (const auto& argument : spec.arguments)
    for (const auto& use : specs::variables_of_text(argument.value)) {
      if (!planned.variables->contains(use.name)) return;  // which has been told
      has_variables = true;
    }
  if (!has_variables) return;
  const auto wrong = specs::check_argument_values(expanded(spec, *planned.variables), specs::UnknownValues::refused);
  if (!wrong || !reported_.insert(model::declared_name(planned) + "\n" + wrong->message).second) return;
  const auto argument = std::find_if(spec.arguments.begin(), spec.arguments.end(),
                                     [&](const auto& candidate) { return candidate.offset == wrong->offset; });
  const std::string where =
      project_.configurations.size() > 1 ? " under the configuration `" + planned.configuration->name + "`" : "";
  const std::size_t name = argument->name.empty() ? 0 : argument->name.size() + 1;
  problems_.add(sources_.of(planned.suite->file), place_of(planned, wrong->offset),
                fmt::format("{}: {}{}", planned.name, wrong->message, where),
                static_cast<int>(name + argument->value.size()));
}

template <class PlaceOf>
void VariableCheck::check_text(const PlannedTest& planned, const std::string& text, PlaceOf place) {
  const auto uses = specs::variables_of_text(text);
  for (const auto& use : uses) check_use(planned, use.name, [&] { return place(use.offset); });
  check_defined(planned, uses, place);
}

// No shell comes to what is no command: a name that is not replaced would be part of the path, or of the number.
template <class PlaceOf>
void VariableCheck::check_defined(const PlannedTest& planned, const std::vector<specs::VariableUse>& uses,
                                  PlaceOf place) {
  // Where it is not run it may be because that variable is defined elsewhere.
  if (planned.skip_reason || !planned.probes.empty()) return;
  for (const auto& use : uses) {
    if (planned.variables->contains(use.name) || use.name == "TEST_DIR" || missing_name(planned, use.name)) continue;
    std::vector<std::string> known(required_.begin(), required_.end());
    for (const auto& [name, value] : *planned.variables) known.push_back(name);
    const std::string key =
        fmt::format("{}\n{}\n{}", model::declared_name(planned), use.name, planned.configuration->name);
    if (!reported_.insert(key).second) continue;
    const std::string hint = base::did_you_mean(use.name, known);
    problems_.add(sources_.of(planned.suite->file), place(use.offset),
                  fmt::format("{} uses ${}, which is defined nowhere{}", planned.name, use.name,
                              hint.empty() ? "; with a backslash in front it is no name" : hint),
                  static_cast<int>(use.name.size()) + 1);
  }
}

void VariableCheck::check_command(const PlannedTest& planned, const std::string& command) {
  for (const auto& use : specs::variables_of_command(command))
    check_use(planned, use.name, [&] { return planned.spec->origin; });
}

}  // namespace fatespec::runner
