// What a test's stdout and stderr are compared with, and where that stands.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/plan.hpp"
#include "model/result.hpp"

namespace fatespec::cli {

/// What one of a test's streams is compared with.
struct StreamReference {
  std::string stream;  ///< the key of its expectation
  const base::Boxed<model::PlacedText>& text;
  const base::Boxed<model::PlacedText>& file;

  bool is_given() const { return text || file; }
  /// All configurations have the same.
  bool is_shared() const;
};
StreamReference output_reference(const model::PlannedTest& test);
StreamReference error_reference(const model::PlannedTest& test);
/// Those of both that the test has.
std::vector<StreamReference> references_of(const model::PlannedTest& test);

/// A file, or the place in the spec file: equal for equal references.
std::string place_of(const model::PlannedTest& test, const StreamReference& reference);
/// Its text; nothing if there is none, or its file cannot be read.
std::optional<std::string> text_of(const model::PlannedTest& test, const StreamReference& reference);

/// True if that output, where a run has kept it, is not what the test expects; also where it expects no text. The whole
/// output is kept where it may differ, and of a merged run also where it does not.
bool differs_from_reference(const model::PlannedTest& test, const std::optional<std::string>& output);

/// True if what such a test writes may be a reference.
bool becomes_a_reference(model::SpecType type);
/// True if the test expects something else than stdout.
bool has_expectation(const model::Expectation& expect);
/// Of what hung, or of a program that was not found, the output is nobody's reference.
bool ended_as_expected(const model::TestResult& result, const model::ExpectedStatus& expected);
/// True if YAML can hold it.
bool is_text(const std::string& output);
/// True of a file of the attempt alone.
bool is_made_by_the_test(const model::PlacedText& file);
/// The file for a reference of a test that has none yet: two tests must not meet in it, and it is no file of somebody
/// else's.
std::string new_reference_file(const model::PlannedTest& test);

}  // namespace fatespec::cli
