#include "cli/references/kept_outputs.hpp"

#include <memory>

#include "checks/text_comparison.hpp"

namespace fatespec::cli {
namespace {

bool is_stderr(const StreamReference& reference) { return reference.stream == "stderr"; }

bool meets_text(const model::PlannedTest& test, const std::string& output, const StreamReference& reference) {
  const auto expected = text_of(test, reference);
  if (!expected) return false;
  checks::TextComparison comparison(std::make_shared<checks::Reference>(*expected), test.spec->compare);
  comparison.consume(output);
  return comparison.finish();
}

}  // namespace

std::optional<std::string> KeptOutputs::whole_stdout(const model::TestResult& result) const {
  auto output = store_.full_output(run_, result.test, result.configuration);
  return output ? std::move(*output) : std::nullopt;
}

bool KeptOutputs::meets(const model::PlannedTest& test, const model::TestResult& result,
                        const StreamReference& reference) const {
  if (result.verdict == model::Verdict::pass) return true;
  if (!ended_as_expected(result, test.spec->expect.status)) return false;
  if (is_stderr(reference)) return !result.error.truncated && meets_text(test, result.error.text, reference);
  return !differs_from_reference(test, whole_stdout(result));
}

std::optional<std::string> KeptOutputs::differing(const model::PlannedTest& test, const model::TestResult& result,
                                                  const StreamReference& reference) const {
  if (!model::is_bad(result.verdict) || !ended_as_expected(result, test.spec->expect.status)) return std::nullopt;
  if (is_stderr(reference)) return meets(test, result, reference) ? std::nullopt : std::optional(result.error.text);
  auto output = whole_stdout(result);
  return differs_from_reference(test, output) ? std::move(output) : std::nullopt;
}

}  // namespace fatespec::cli
