// Whether two samples of measurements come from one distribution.
#pragma once

#include <vector>

namespace fatespec::results {

/// The two-sided p value of the Mann-Whitney U test, exact for the ranks that are there: ties share the mean of their
/// ranks, and all ways to draw the first sample from the pooled ranks are counted (Mann and Whitney 1947; for ties
/// Lehmann, Nonparametrics, 1.4). 1 if a sample is empty. Meant for up to some dozens of values.
double mann_whitney_p(const std::vector<double>& first, const std::vector<double>& second);

double median(std::vector<double> values);

}  // namespace fatespec::results
