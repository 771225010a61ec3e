// The suite file, with its problems formatted, and the configuration's reader of the same YAML.
#include <cstdint>

#include "specs/problem.hpp"
#include "specs/scalar_text.hpp"
#include "specs/suite_editor.hpp"
#include "specs/suite_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fatespec::specs;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Problems problems;
  const auto document = YamlDocument::parse("fuzz.yaml", text, problems);
  if (document) {
    const auto suite = read_suite(*document, problems);
    for (const auto& test : suite->tests)
      (void)place_in_scalar(document->source(), test->spec.origin, test->spec.text, test->spec.text.size());
    if (problems.empty() && !suite->tests.empty())
      (void)edit_expectation("fuzz.yaml", text, {suite->tests[0]->name, "stdout", "new\nvalue\n"});
  }
  for (const auto& problem : problems.list()) (void)format(problem);
  return 0;
}
