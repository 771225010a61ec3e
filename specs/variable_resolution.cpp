#include "specs/variable_resolution.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "specs/shell.hpp"

namespace fatespec::specs {
namespace {

/// Resolves variables one by one, depth first.
class Resolver {
 public:
  Resolver(const model::Variables& raw, const model::Places& origins, const model::Variables& surroundings)
      : raw_(raw), origins_(origins), surroundings_(surroundings) {
    for (const auto& known : surroundings_)
      if (!raw_.contains(known.first)) resolved_.values.insert(known);
  }

  ResolvedVariables run() {
    for (const auto& [name, value] : raw_) resolve(name);
    for (const auto& [name, value] : surroundings_)
      if (!raw_.contains(name)) resolved_.values.erase(name);
    return std::move(resolved_);
  }

 private:
  /// False if it has no value: what stands behind that is told once.
  bool resolve(const std::string& name) {
    if (resolved_.values.contains(name)) return true;
    if (failed_.contains(name)) return false;
    if (std::find(path_.begin(), path_.end(), name) != path_.end()) return circle(name);
    constexpr std::size_t deepest = 1000;
    if (path_.size() == deepest) return fail(name, fmt::format("variables in variables, {} deep", deepest));
    path_.push_back(name);
    const std::string& value = raw_.find(name)->second;
    bool whole = true;
    for (const auto& use : variables_of_text(value)) whole = (!raw_.contains(use.name) || resolve(use.name)) && whole;
    path_.pop_back();
    if (!whole) failed_.insert(name);
    return whole && expand(name, value);
  }

  bool expand(const std::string& name, const std::string& value) {
    constexpr std::size_t longest = std::size_t{1} << 20;
    constexpr std::size_t most = std::size_t{64} << 20;
    std::string expanded = expand_text(value, resolved_.values);
    if (expanded.size() > longest) return fail(name, "the value of $" + name + " is longer than 1 MiB");
    total_ += expanded.size();
    if (total_ > most) return fail(name, "the values of all variables together are longer than 64 MiB");
    resolved_.values[name] = std::move(expanded);
    return true;
  }

  bool circle(const std::string& name) {
    std::string text;
    for (auto it = std::find(path_.begin(), path_.end(), name); it != path_.end(); ++it) {
      text += "$" + *it + " -> ";
      failed_.insert(*it);
    }
    return fail(name, "variables refer to each other in a circle: " + text + "$" + name);
  }

  bool fail(const std::string& name, std::string message) {
    failed_.insert(name);
    const auto origin = origins_.find(name);
    resolved_.problems.push_back(
        {base::ErrorKind::invalid, std::move(message), origin == origins_.end() ? base::Origin{} : origin->second});
    return false;
  }

  const model::Variables& raw_;
  const model::Places& origins_;
  const model::Variables& surroundings_;
  ResolvedVariables resolved_;
  std::set<std::string> failed_;
  std::vector<std::string> path_;
  std::size_t total_ = 0;
};

}  // namespace

ResolvedVariables resolve_variables(const model::Variables& variables, const model::Places& origins,
                                    const model::Variables& surroundings) {
  return Resolver(variables, origins, surroundings).run();
}

}  // namespace fatespec::specs
