// The filter expression, parsed and applied.
#include <cstdint>
#include <memory>

#include "specs/filter.hpp"

namespace {

std::vector<fatespec::model::PlannedTest> make_tests() {
  using namespace fatespec::model;
  auto suite = std::make_shared<Suite>();
  suite->name = "audio";
  auto spec = std::make_shared<TestSpec>();
  spec->tags = {"fast", "mp2"};
  PlannedTest test;
  test.name = "audio/mp2-md5[A=1]";
  test.suite = suite;
  test.spec = spec;
  test.configuration = std::make_shared<Configuration>();
  return {test};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto tests = make_tests();
  auto filter = fatespec::specs::Filter::parse({reinterpret_cast<const char*>(data), size});
  if (!filter) return 0;
  (void)filter->matches(tests[0]);
  (void)filter->unmatched(tests);
  return 0;
}
