// The bad results of a run, folded by what seems to be behind them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/result.hpp"

namespace fatespec::reports {

/// Results that look alike: the same verdict and signal, the same report of a sanitizer or last line of stderr, and the
/// same reason, with numbers, addresses and paths made equal.
struct Cause {
  std::string text;  ///< in one line, of the clearest example
  /// The shortest output first: it is read soonest.
  std::vector<const model::TestResult*> results;
  std::string common;  ///< "all in suite h264", "all in configuration asan", "all with THREADS=4, tag seek"; empty if
                       ///< they have nothing in common
};

/// The largest first. The results must outlive it.
std::vector<Cause> causes_of(const std::vector<model::TestResult>& results);

/// What makes results alike; for tests.
std::string cause_key(const model::TestResult& result);

}  // namespace fatespec::reports
