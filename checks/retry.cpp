#include "checks/retry.hpp"

#include <stdexcept>

#include <boost/regex.hpp>

namespace fatespec::checks {
namespace {

// The library throws where a pattern would take too long; then it has not matched.
bool matches(const std::string& pattern, const std::string& text) {
  if (pattern.empty()) return false;
  try {
    return boost::regex_search(text, boost::regex(pattern));
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

bool is_known_trouble(const model::RetryCondition& condition, const Reading& output, const Reading& error) {
  return matches(condition.error_matches, error.output.text) || matches(condition.output_matches, output.output.text);
}

}  // namespace fatespec::checks
