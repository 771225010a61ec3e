// What a run has kept of its tests' streams, against the references of the tests as they are now.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "cli/references/stream_reference.hpp"
#include "results/store.hpp"

namespace fatespec::cli {

/// The store outlives it. What cannot be read counts as not kept.
class KeptOutputs {
 public:
  KeptOutputs(results::Store& store, std::string run) : store_(store), run_(std::move(run)) {}

  /// The whole stdout; kept where it may differ from its reference.
  std::optional<std::string> whole_stdout(const model::TestResult& result) const;
  /// True if that stream was as the reference wants it; the test may have failed by the other.
  bool meets(const model::PlannedTest& test, const model::TestResult& result, const StreamReference& reference) const;
  /// The stream if it is whole and not as the reference wants it, of a test that failed by its streams alone.
  std::optional<std::string> differing(const model::PlannedTest& test, const model::TestResult& result,
                                       const StreamReference& reference) const;

 private:
  results::Store& store_;
  std::string run_;
};

}  // namespace fatespec::cli
