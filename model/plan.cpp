#include "model/plan.hpp"

#include <algorithm>
#include <string_view>

namespace fatespec::model {

std::string declared_name(const PlannedTest& test) { return test.suite->name + "/" + test.spec->name; }

std::string full_name(const Suite& suite, const TestSpec& test, const Combination& combination) {
  std::string values;
  for (const auto& [name, value] : combination) values += (values.empty() ? "" : ",") + name + "=" + value;
  return suite.name + "/" + test.name + (values.empty() ? "" : "[" + values + "]");
}

/// Where "[NAME=" begins: names of tests and values may hold brackets too.
static std::size_t begin_of_combination(std::string_view name) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  for (auto at = name.find('['); at != std::string_view::npos; at = name.find('[', at + 1)) {
    const std::size_t end = name.find_first_not_of(letters, at + 1);
    if (end != std::string_view::npos && end > at + 1 && name[end] == '=') return at;
  }
  return std::string_view::npos;
}

FullName parse_full_name(const std::string& name) {
  const std::size_t begin = begin_of_combination(name);
  if (begin == std::string::npos || !name.ends_with(']')) return {name};
  FullName full{name.substr(0, begin)};
  std::string_view rest = std::string_view(name).substr(begin + 1, name.size() - begin - 2);
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find(','));
    const std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos)
      full.combination.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
  }
  return full;
}

const Target* board_of(const Project& project, const std::string& target) {
  const auto found = project.targets.find(target);
  return found == project.targets.end() || found->second.is_local() ? nullptr : &found->second;
}

const Target* board_of(const Project& project, const PlannedTest& test) {
  return stays_local(test.spec->parsed.type) ? nullptr : board_of(project, test.target);
}

}  // namespace fatespec::model
