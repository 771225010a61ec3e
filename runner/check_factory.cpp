#include "runner/check_factory.hpp"

#include <sys/stat.h>

#include "checks/digest_check.hpp"
#include "checks/log_tail_check.hpp"
#include "checks/one_off_check.hpp"
#include "checks/player_check.hpp"
#include "checks/rms_check.hpp"
#include "checks/stddev_check.hpp"
#include "checks/text_check.hpp"
#include "runner/command_line.hpp"
#include "specs/shell.hpp"
#include "specs/spec_string.hpp"

namespace fatespec::runner {
namespace {

using model::SpecType;

/// Stands in for a check that cannot be made. The output is kept all the same: it may become the missing reference.
class BrokenCheck final : public checks::Check {
 public:
  BrokenCheck(std::string reason, bool keep_full) : reason_(std::move(reason)), text_({.keep_full = keep_full}) {}
  void consume(std::string_view bytes) override { text_.consume(bytes); }
  checks::Reading finish() override {
    checks::Reading reading = text_.finish();
    reading.passed = false;
    reading.reference_missing = true;
    reading.reason = reason_;
    return reading;
  }

 private:
  std::string reason_;
  checks::TextCheck text_;
};

struct FoundReference {
  checks::ReferencePtr reference;
  std::string problem;
};

FoundReference open_reference(const std::string& path) {
  auto reference = checks::Reference::open(path);
  if (!reference) return {nullptr, "reference " + reference.error().message};
  return {std::move(*reference), ""};
}

FoundReference find_reference(const base::Boxed<model::PlacedText>& text, const base::Boxed<model::PlacedText>& file,
                              const model::PlannedTest& test, const model::Variables& variables) {
  if (text) return {std::make_shared<checks::Reference>(text->text), ""};
  if (file) return open_reference(absolute_path(file->text, variables, test.suite->directory));
  return {};
}

bool writes_own_line(SpecType type) {
  return type != SpecType::command && type != SpecType::make && type != SpecType::make_test;
}

template <class CheckType, class Parameters>
std::unique_ptr<checks::Check> make_sample_check(const specs::SpecResult<Parameters>& parameters,
                                                 const model::PlannedTest& test, const model::Variables& variables,
                                                 checks::TextExpectation expectation) {
  if (!parameters) return std::make_unique<BrokenCheck>(parameters.error().message, false);
  auto found = open_reference(absolute_path(parameters->reference, variables, test.suite->directory));
  if (!found.reference) return std::make_unique<BrokenCheck>(found.problem, false);
  return std::make_unique<CheckType>(*parameters, found.reference, std::move(expectation));
}

std::unique_ptr<checks::Check> make_player_check(const model::PlannedTest& test, const model::Variables& variables,
                                                 checks::TextExpectation expectation, const std::string& kept) {
  const auto options = specs::player_arguments(expanded(test.spec->parsed, variables));
  if (!options) return std::make_unique<BrokenCheck>(options.error().message, false);
  return std::make_unique<checks::PlayerCheck>(*options, std::move(expectation), kept);
}

}  // namespace

std::unique_ptr<checks::Check> make_output_check(const model::PlannedTest& test, const model::Variables& variables,
                                                 const OutputCheckOptions& options) {
  const model::TestSpec& spec = *test.spec;
  const SpecType type = spec.parsed.type;
  if (type == SpecType::make || type == SpecType::make_test) return std::make_unique<checks::LogTailCheck>();
  auto found = find_reference(spec.expect.output, spec.expect.output_file, test, variables);
  if (!found.problem.empty()) return std::make_unique<BrokenCheck>(found.problem, !writes_own_line(type));
  checks::TextExpectation expectation;
  expectation.reference = found.reference;
  expectation.comparison = spec.compare;
  if (spec.expect.output_matches) expectation.matches = spec.expect.output_matches->text;
  if (type != SpecType::filesize && spec.expect.size) expectation.size = *spec.expect.size;
  expectation.keep_full = true;
  expectation.one_line = type == SpecType::filesize;
  switch (type) {
    case SpecType::digest:
    case SpecType::digest_file:
      expectation.label = std::string(base::name_of(spec.parsed.digest));
      if (options.digested) return std::make_unique<checks::MadeDigestCheck>(std::move(expectation));
      return std::make_unique<checks::DigestCheck>(spec.parsed.digest, std::move(expectation));
    case SpecType::one_off:
      return make_sample_check<checks::OneOffCheck>(specs::one_off_arguments(expanded(spec.parsed, variables)), test,
                                                    variables, std::move(expectation));
    case SpecType::rms:
      return make_sample_check<checks::RmsCheck>(specs::rms_arguments(expanded(spec.parsed, variables)), test,
                                                 variables, std::move(expectation));
    case SpecType::stddev:
      return make_sample_check<checks::StdDevCheck>(specs::stddev_arguments(expanded(spec.parsed, variables)), test,
                                                    variables, std::move(expectation));
    case SpecType::player: return make_player_check(test, variables, std::move(expectation), options.recording);
    default: return std::make_unique<checks::TextCheck>(std::move(expectation));
  }
}

std::unique_ptr<checks::Check> make_error_check(const model::PlannedTest& test, const model::Variables& variables) {
  const model::TestSpec& spec = *test.spec;
  auto found = find_reference(spec.expect.error, spec.expect.error_file, test, variables);
  if (!found.problem.empty()) return std::make_unique<BrokenCheck>(found.problem, false);
  checks::TextExpectation expectation;
  expectation.label = "stderr";
  expectation.reference = found.reference;
  expectation.comparison = spec.compare;
  if (spec.expect.error_matches) expectation.matches = spec.expect.error_matches->text;
  return std::make_unique<checks::TextCheck>(std::move(expectation));
}

bool is_costly(const model::PlannedTest& test, const model::Variables& variables) {
  constexpr off_t large = off_t{1} << 20;
  const model::TestSpec& spec = *test.spec;
  std::string file;
  if (spec.expect.output_file) file = spec.expect.output_file->text;
  const SpecType type = spec.parsed.type;
  if (type == SpecType::one_off || type == SpecType::rms || type == SpecType::stddev)
    file = spec.parsed.arguments[0].value;
  if (file.empty()) return false;
  struct stat status {};
  return ::stat(absolute_path(file, variables, test.suite->directory).c_str(), &status) == 0 && status.st_size > large;
}

}  // namespace fatespec::runner
