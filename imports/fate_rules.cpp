// What `make -n fate` prints.
#include <array>
#include <utility>

#include "base/text.hpp"
#include "imports/fate.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::imports {
namespace {

constexpr std::string_view script = "/fate-run.sh";

struct Argument {
  std::string FateTest::*member;
  const char* otherwise;  ///< what the script takes where the argument is empty
};

/// In the order of the script's arguments, from the second on; nullptr for what does not matter here.
constexpr std::array<Argument, 16> arguments = {{
    {&FateTest::samples, ""},
    {nullptr, ""},  // TARGET_EXEC
    {&FateTest::build, ""},
    {&FateTest::command, ""},
    {&FateTest::comparator, "diff"},
    {&FateTest::reference, ""},
    {&FateTest::fuzz, "1"},
    {&FateTest::threads, "1"},
    {&FateTest::thread_type, "frame+slice"},
    {&FateTest::cpu_flags, "all"},
    {&FateTest::shift, "0"},
    {&FateTest::target, "0"},
    {&FateTest::size_tolerance, "0"},
    {&FateTest::unit, "2"},
    {nullptr, ""},  // GEN
    {&FateTest::hwaccel, "none"},
}};

}  // namespace

std::vector<FateTest> read_fate_rules(std::string_view make_output) {
  std::vector<FateTest> tests;
  for (const auto line : base::split_lines(make_output)) {
    if (line.find(script) == std::string_view::npos) continue;
    const auto words = specs::simple_words(line);
    if (!words) continue;
    std::size_t at = 0;
    while (at < words->size() && !(*words)[at].ends_with(script)) ++at;
    if (at + 2 >= words->size()) continue;
    FateTest test;
    test.script_directory = (*words)[at].substr(0, (*words)[at].size() - script.size());
    test.name = (*words)[at + 1];
    if (test.name.starts_with("fate-")) test.name.erase(0, 5);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const auto& [member, otherwise] = arguments.at(i);
      if (member == nullptr) continue;
      const std::size_t place = at + 2 + i;
      test.*member = place < words->size() && !(*words)[place].empty() ? (*words)[place] : otherwise;
    }
    tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace fatespec::imports
