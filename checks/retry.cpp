#include "checks/retry.hpp"

#include "base/pattern.hpp"

namespace fatespec::checks {
namespace {

bool matches(const std::string& pattern, const std::string& text) {
  if (pattern.empty()) return false;
  const auto compiled = base::Pattern::compile(pattern);
  return compiled && compiled->found_in(text);
}

}  // namespace

bool is_known_trouble(const model::RetryCondition& condition, const Reading& output, const Reading& error) {
  return matches(condition.error_matches, error.output.text) || matches(condition.output_matches, output.output.text);
}

}  // namespace fatespec::checks
