// What has changed from one run to another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/verdict.hpp"
#include "results/trend.hpp"

namespace fatespec::results {

/// A result as far as comparisons need it.
struct ResultSummary {
  std::string test;
  std::string configuration;
  model::Verdict verdict = model::Verdict::error;
  std::string reason;
  long long stdout_blob = 0;  ///< equal for equal contents; 0 for none
  long long full_blob = 0;    ///< the same of all of stdout, where it was kept
  std::uint64_t stdout_bytes = 0;
  base::Duration cpu{0};
  std::uint64_t max_rss_kib = 0;
};

/// stdout up to here may be one short line: the longest digest with a newline fits.
constexpr std::uint64_t most_of_a_line = 160;

/// In the order of what is most telling.
enum class ChangeKind {
  broke,      ///< was good, is bad
  new_bad,    ///< was not there, is bad
  worse,      ///< was bad, is worse: it crashes or hangs now
  bad_still,  ///< bad in another way
  gone,       ///< was there
  fixed,      ///< was bad, passes or fails as it is known to
  output,     ///< passed both times, with another output
  verdict,    ///< any other change of the verdict
  appeared,   ///< was not there, is good
};
std::string_view name_of(ChangeKind kind);

struct Change {
  ChangeKind kind = ChangeKind::verdict;
  std::string test;
  std::string configuration;
  const ResultSummary* before = nullptr;  ///< null if it was not there
  const ResultSummary* after = nullptr;   ///< null if it is gone
  /// What stdout was, where both are one short line, such as a digest or a size; filled by the caller, who has them.
  std::string line_before;
  std::string line_after;
};

struct Totals {
  std::size_t tests = 0;  ///< that passed in both runs
  base::Duration cpu_before{0};
  base::Duration cpu_after{0};
  std::uint64_t rss_before_kib = 0;  ///< of the largest test
  std::uint64_t rss_after_kib = 0;
  std::uint64_t output_before = 0;  ///< bytes
  std::uint64_t output_after = 0;
};

/// What a test that passed both times took, where that has changed by much. One run tells little: a hint, no verdict.
/// Points into the results that were compared.
struct ResourceChange {
  enum class What { cpu, memory };
  What what = What::cpu;
  const ResultSummary* before = nullptr;
  const ResultSummary* after = nullptr;
  double ratio = 1;  ///< after to before
};

struct RunComparison {
  std::vector<Change> changes;
  std::vector<ResourceChange> resources;  ///< the largest first
  std::vector<CpuTrend> trends;           ///< filled by the caller, who has the history
  std::size_t partly_known = 0;  ///< passed both times with outputs too large to be kept whole, alike at both ends
  std::size_t not_run = 0;       ///< tests that the later run did not select, or not come to
  Totals totals;

  bool got_worse() const;
  /// The later run selected other tests, or was cut short: what it did not run is not gone.
  void forget_what_was_not_run();
};

/// The changes point into the given results.
RunComparison compare_runs(const std::vector<ResultSummary>& before, const std::vector<ResultSummary>& after);

}  // namespace fatespec::results
