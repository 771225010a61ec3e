#include "cli/references/stream_reference.hpp"

#include <algorithm>
#include <filesystem>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/signals.hpp"
#include "base/text.hpp"
#include "runner/plan/command_line.hpp"
#include "runner/schedule/check_factory.hpp"
#include "specs/shell.hpp"

namespace fatespec::cli {

namespace fs = std::filesystem;

bool becomes_a_reference(model::SpecType type) {
  return type == model::SpecType::command || type == model::SpecType::digest || type == model::SpecType::digest_file ||
         type == model::SpecType::filesize;
}

bool differs_from_reference(const model::PlannedTest& test, const std::optional<std::string>& output) {
  if (!output) return false;
  if (!output_reference(test).is_given() || !becomes_a_reference(test.spec->parsed.type)) return true;
  const auto variables = runner::with_test_directory(test, "/nonexistent");
  const auto check = runner::make_output_check(test, variables, {.digested = true});
  check->consume(*output);
  return !check->finish().passed();
}

std::string new_reference_file(const model::PlannedTest& test) {
  const std::string joined = test.suite->name + "-" + test.spec->name;
  std::string name = joined;
  for (char& c : name)
    if (c == '/' || c == ' ') c = '-';
  const bool is_unique = name == joined && test.suite->name.find('-') == std::string::npos;
  const fs::path directory = fs::path(test.suite->directory) / "refs";
  std::error_code ignored;
  if (is_unique && !fs::exists(directory / name, ignored)) return (directory / name).string();
  constexpr std::size_t short_digest = 8;
  const std::string full = test.suite->name + "/" + test.spec->name;
  return (directory / (name + "-" + base::digest_hex(base::DigestAlgorithm::md5, full).substr(0, short_digest)))
      .string();
}

bool is_made_by_the_test(const model::PlacedText& file) {
  const auto uses = specs::variables_of_text(file.text);
  return std::any_of(uses.begin(), uses.end(), [](const auto& use) { return use.name == "TEST_DIR"; });
}

bool ended_as_expected(const model::TestResult& result, const model::ExpectedStatus& expected) {
  using Kind = model::ExpectedStatus::Kind;
  if (result.verdict == model::Verdict::timeout) return false;
  // An error with the status that was wanted is a reference that is not there yet.
  if (result.verdict == model::Verdict::error && expected.kind != Kind::exactly) return false;
  if (expected.kind == Kind::signal) return result.signal == base::signal_name(expected.value);
  if (!result.status) return false;
  return expected.kind == Kind::nonzero ? *result.status != 0 : *result.status == expected.value;
}

bool is_text(const std::string& output) { return base::is_utf8(output) && output.find('\0') == std::string::npos; }

bool has_expectation(const model::Expectation& expect) {
  return expect.error || expect.error_file || expect.output_matches || expect.error_matches || expect.size;
}

bool StreamReference::is_shared() const { return text || specs::variables_of_text(file->text).empty(); }

StreamReference output_reference(const model::PlannedTest& test) {
  return {"stdout", test.spec->expect.output, test.spec->expect.output_file};
}
StreamReference error_reference(const model::PlannedTest& test) {
  return {"stderr", test.spec->expect.error, test.spec->expect.error_file};
}

std::vector<StreamReference> references_of(const model::PlannedTest& test) {
  std::vector<StreamReference> given;
  for (const auto& reference : {output_reference(test), error_reference(test)})
    if (reference.is_given()) given.push_back(reference);
  return given;
}

std::string place_of(const model::PlannedTest& test, const StreamReference& reference) {
  if (reference.file) return runner::absolute_path(reference.file->text, *test.variables, test.suite->directory);
  return test.suite->file + "\n" + test.spec->name + "\n" + reference.stream;
}

std::optional<std::string> text_of(const model::PlannedTest& test, const StreamReference& reference) {
  if (reference.text) return reference.text->text;
  if (!reference.file) return std::nullopt;
  auto text = base::read_file(runner::absolute_path(reference.file->text, *test.variables, test.suite->directory));
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

}  // namespace fatespec::cli
