#include "runner/limits.hpp"

#include <algorithm>

namespace fatespec::runner {

ExecutionLimits execution_limits(const model::Limits& project, const model::Limits& test, std::uint64_t free_space) {
  const auto choose = [](const auto& own, const auto& shared, std::uint64_t otherwise) {
    return own ? *own : shared.value_or(otherwise);
  };
  ExecutionLimits limits;
  limits.output = choose(test.output, project.output, default_output_limit);
  limits.directory = choose(test.directory, project.directory, std::min(default_directory_limit, free_space / 2));
  limits.processes = choose(test.processes, project.processes, default_process_limit);
  return limits;
}

}  // namespace fatespec::runner
