// What a test may take: as its suite says, else the configuration, else the limits built in here.
#pragma once

#include <cstdint>

#include "model/suite.hpp"
#include "runner/executor.hpp"

namespace fatespec::runner {

inline constexpr std::uint64_t default_output_limit = std::uint64_t{64} << 30;  ///< bytes
inline constexpr std::uint64_t default_directory_limit = std::uint64_t{16}
                                                         << 30;  ///< bytes; at most half the free space
/// With less in its directory a test that fails shows that the disk is short, not what the program does.
inline constexpr std::uint64_t enough_for_most_tests = std::uint64_t{1} << 30;
inline constexpr std::uint64_t default_process_limit = 2048;

/// How many tasks, threads among them, a test that may have so many processes may have where the kernel can limit them:
/// far more, as programs have threads; it stops what forks without end while nobody looks.
std::uint64_t task_limit(std::size_t processes);

/// The test's own limits, else the project's, else the defaults. `free_space`: bytes where test directories are.
ExecutionLimits execution_limits(const model::Limits& project, const model::Limits& test, std::uint64_t free_space);

}  // namespace fatespec::runner
