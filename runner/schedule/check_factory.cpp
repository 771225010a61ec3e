#include "runner/schedule/check_factory.hpp"

#include <sys/stat.h>

#include "checks/digest_check.hpp"
#include "checks/log_tail_check.hpp"
#include "checks/one_off_check.hpp"
#include "checks/player_check.hpp"
#include "checks/rms_check.hpp"
#include "checks/stddev_check.hpp"
#include "checks/text_check.hpp"
#include "runner/plan/command_line.hpp"
#include "specs/spec_arguments.hpp"
#include "specs/spec_string.hpp"

namespace fatespec::runner {
namespace {

using model::SpecType;

/// A check whose reference is missing: no verdict can be trusted. What the test's stdout becomes is kept all the same,
/// where that can be told: it may become the missing reference.
class BrokenCheck final : public checks::Check {
 public:
  explicit BrokenCheck(std::string reason, std::unique_ptr<checks::Check> check = nullptr)
      : reason_(std::move(reason)), check_(std::move(check)) {}
  void consume(std::string_view bytes) override {
    if (check_) check_->consume(bytes);
  }
  checks::Reading finish() override {
    checks::Reading reading = check_ ? check_->finish() : checks::Reading();
    reading.set(checks::Finding::undecidable, reason_);
    reading.detail.clear();
    return reading;
  }

 private:
  std::string reason_;
  std::unique_ptr<checks::Check> check_;
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

template <class CheckType, class Parameters>
std::unique_ptr<checks::Check> make_sample_check(const specs::SpecResult<Parameters>& parameters,
                                                 const model::PlannedTest& test, const model::Variables& variables,
                                                 checks::TextExpectation expectation) {
  if (!parameters) return std::make_unique<BrokenCheck>(parameters.error().message);
  auto found = open_reference(absolute_path(parameters->reference, variables, test.suite->directory));
  if (!found.reference) return std::make_unique<BrokenCheck>(found.problem);
  return std::make_unique<CheckType>(*parameters, found.reference, std::move(expectation));
}

std::unique_ptr<checks::Check> make_player_check(const model::PlannedTest& test, const model::Variables& variables,
                                                 checks::TextExpectation expectation, const std::string& kept) {
  const auto options = specs::player_arguments(expanded(test.spec->parsed, variables));
  if (!options) return std::make_unique<BrokenCheck>(options.error().message);
  return std::make_unique<checks::PlayerCheck>(*options, std::move(expectation), kept);
}

/// What the test's own output, if it is kept as its stdout, is expected to be.
checks::TextExpectation output_expectation(const model::TestSpec& spec) {
  checks::TextExpectation expectation;
  expectation.comparison = spec.compare;
  if (spec.expect.output_matches) expectation.matches = spec.expect.output_matches->text;
  if (spec.parsed.type != SpecType::filesize && spec.expect.size) expectation.size = *spec.expect.size;
  expectation.keep_full = true;
  expectation.one_line = spec.parsed.type == SpecType::filesize;
  return expectation;
}

std::unique_ptr<checks::Check> make_check_of_type(const model::PlannedTest& test, const model::Variables& variables,
                                                  const OutputCheckOptions& options,
                                                  checks::TextExpectation expectation) {
  const model::SpecString& spec = test.spec->parsed;
  switch (spec.type) {
    case SpecType::digest:
    case SpecType::digest_file:
      expectation.label = std::string(base::name_of(spec.digest));
      if (options.digested) return std::make_unique<checks::MadeDigestCheck>(std::move(expectation));
      return std::make_unique<checks::DigestCheck>(spec.digest, std::move(expectation));
    case SpecType::one_off:
      return make_sample_check<checks::OneOffCheck>(specs::one_off_arguments(expanded(spec, variables)), test,
                                                    variables, std::move(expectation));
    case SpecType::rms:
      return make_sample_check<checks::RmsCheck>(specs::rms_arguments(expanded(spec, variables)), test, variables,
                                                 std::move(expectation));
    case SpecType::stddev:
      return make_sample_check<checks::StdDevCheck>(specs::stddev_arguments(expanded(spec, variables)), test, variables,
                                                    std::move(expectation));
    case SpecType::player: return make_player_check(test, variables, std::move(expectation), options.recording);
    default: return std::make_unique<checks::TextCheck>(std::move(expectation));
  }
}

}  // namespace

std::unique_ptr<checks::Check> make_output_check(const model::PlannedTest& test, const model::Variables& variables,
                                                 const OutputCheckOptions& options) {
  const model::TestSpec& spec = *test.spec;
  if (model::is_build(spec.parsed.type)) return std::make_unique<checks::LogTailCheck>();
  auto found = find_reference(spec.expect.output, spec.expect.output_file, test, variables);
  checks::TextExpectation expectation = output_expectation(spec);
  expectation.reference = found.reference;
  auto check = make_check_of_type(test, variables, options, std::move(expectation));
  if (found.problem.empty()) return check;
  return std::make_unique<BrokenCheck>(found.problem, std::move(check));
}

std::unique_ptr<checks::Check> make_error_check(const model::PlannedTest& test, const model::Variables& variables) {
  const model::TestSpec& spec = *test.spec;
  auto found = find_reference(spec.expect.error, spec.expect.error_file, test, variables);
  checks::TextExpectation expectation;
  expectation.label = "stderr";
  expectation.reference = found.reference;
  expectation.comparison = spec.compare;
  if (spec.expect.error_matches) expectation.matches = spec.expect.error_matches->text;
  auto check = std::make_unique<checks::TextCheck>(std::move(expectation));
  if (found.problem.empty()) return check;
  return std::make_unique<BrokenCheck>(found.problem, std::move(check));
}

CheckCost cost_of_check(const model::PlannedTest& test, const model::Variables& variables) {
  constexpr off_t large = off_t{1} << 20;
  const model::TestSpec& spec = *test.spec;
  std::string file;
  if (spec.expect.output_file) file = spec.expect.output_file->text;
  if (model::compares_samples(spec.parsed.type)) file = spec.parsed.arguments[0].value;
  if (file.empty()) return CheckCost::small;
  const std::string path = absolute_path(file, variables, test.suite->directory);
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_size > large ? CheckCost::large : CheckCost::small;
}

}  // namespace fatespec::runner
