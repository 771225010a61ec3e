// How often a test must pass before it is believed.
#pragma once

#include <cmath>

namespace fatespec::cli {

/// What is known of a test on commits that have the fault: how often it failed there, and how often it passed.
struct FaultEvidence {
  int failures = 0;
  int passes = 0;
};

/// The probability that a commit with the fault passes `n` times in a row: the chance of failing has the distribution
/// that Bayes' rule gives for the evidence, from a uniform prior: Beta(failures + 1, passes + 1). The expectation of
/// (1 - p)^n is then B(f + 1, s + 1 + n) / B(f + 1, s + 1).
inline double chance_of_passes(const FaultEvidence& evidence, int n) {
  const double f = evidence.failures + 1;
  const double s = evidence.passes + 1;
  return std::exp(std::lgamma(s + n) + std::lgamma(f + s) - std::lgamma(s) - std::lgamma(f + s + n));
}

/// The fewest passes in a row after which the odds of a wrong turn are below this.
inline int passes_to_believe(const FaultEvidence& evidence, double odds = 0.01) {
  constexpr int most = 1000;
  int n = 1;
  while (n < most && chance_of_passes(evidence, n) >= odds) ++n;
  return n;
}

}  // namespace fatespec::cli
