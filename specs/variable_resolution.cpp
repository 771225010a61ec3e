// Variables in the values of variables.
#include <algorithm>
#include <optional>

#include "specs/shell.hpp"

namespace fatespec::specs {
namespace {

/// Resolves variables one by one, depth first.
class Resolver {
 public:
  Resolver(const model::Variables& raw, const model::Places& origins) : raw_(raw), origins_(origins) {}

  base::Result<model::Variables> run() {
    for (const auto& [name, value] : raw_)
      if (!resolve(name)) return *error_;
    return std::move(resolved_);
  }

 private:
  bool resolve(const std::string& name) {
    if (resolved_.contains(name)) return true;
    if (std::find(path_.begin(), path_.end(), name) != path_.end()) return circle(name);
    path_.push_back(name);
    const std::string& value = raw_.find(name)->second;
    for (const auto& use : variables_of_text(value))
      if (raw_.contains(use.name) && !resolve(use.name)) return false;
    path_.pop_back();
    resolved_[name] = expand_text(value, resolved_);
    return check_length(name);
  }

  bool circle(const std::string& name) {
    std::string text;
    for (auto it = std::find(path_.begin(), path_.end(), name); it != path_.end(); ++it) text += "$" + *it + " -> ";
    return fail(name, "variables refer to each other in a circle: " + text + "$" + name);
  }

  bool check_length(const std::string& name) {
    constexpr std::size_t longest = std::size_t{1} << 20;
    if (resolved_[name].size() <= longest) return true;
    return fail(name, "the value of $" + name + " is longer than 1 MiB");
  }

  bool fail(const std::string& name, std::string message) {
    const auto origin = origins_.find(name);
    error_ = base::Error{base::ErrorKind::invalid, std::move(message),
                         origin == origins_.end() ? base::Origin{} : origin->second};
    return false;
  }

  const model::Variables& raw_;
  const model::Places& origins_;
  model::Variables resolved_;
  std::vector<std::string> path_;
  std::optional<base::Error> error_;
};

}  // namespace

base::Result<model::Variables> resolve_variables(const model::Variables& variables, const model::Places& origins) {
  return Resolver(variables, origins).run();
}

}  // namespace fatespec::specs
