#include "runner/limits.hpp"

#include <algorithm>

namespace fatespec::runner {

std::uint64_t task_limit(std::size_t processes) {
  constexpr std::uint64_t for_each = 4;
  constexpr std::uint64_t in_any_case = 1024;
  if (processes > (UINT64_MAX - in_any_case) / for_each) return UINT64_MAX;
  return for_each * processes + in_any_case;
}

ExecutionLimits execution_limits(const model::Limits& project, const model::Limits& test, std::uint64_t free_space) {
  const auto choose = [](const auto& own, const auto& shared, std::uint64_t otherwise) {
    return own ? *own : shared.value_or(otherwise);
  };
  ExecutionLimits limits;
  limits.output = choose(test.output, project.output, default_output_limit);
  limits.directory = choose(test.directory, project.directory, std::min(default_directory_limit, free_space / 2));
  if (test.directory || project.directory) limits.directory_origin = LimitOrigin::chosen;
  else if (limits.directory < default_directory_limit) limits.directory_origin = LimitOrigin::half_of_free_space;
  limits.processes = choose(test.processes, project.processes, default_process_limit);
  return limits;
}

}  // namespace fatespec::runner
