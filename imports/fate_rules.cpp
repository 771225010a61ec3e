// What `make -n fate` prints.
#include <array>
#include <utility>

#include "base/text.hpp"
#include "imports/fate.hpp"
#include "imports/fate_words.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::imports {
namespace {

constexpr std::string_view script = "/fate-run.sh";

struct Argument {
  std::string FateTest::*member;
  const char* otherwise;  ///< what the script takes where the argument is empty
};

/// In the order of the script's arguments, from the second on; nullptr for what does not matter here.
constexpr std::array<Argument, 17> arguments = {{
    {&FateTest::samples, ""},
    {&FateTest::target_exec, ""},
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
    {&FateTest::report, "standard"},
}};

std::string without_prefix(std::string name) {
  if (name.starts_with("fate-")) name.erase(0, 5);
  return name;
}

/// A rule of which only the word behind the script is understood.
FateTest unreadable(std::string_view line) {
  FateTest test;
  const auto words = split(std::string(line.substr(line.find(script) + script.size())));
  if (!words.empty()) test.name = without_prefix(words.front());
  test.problem = "its rule, as make prints it, needs more of a shell than can be read";
  return test;
}

}  // namespace

std::vector<std::string> read_fate_list(std::string_view make_output) {
  std::vector<std::string> names;
  for (const auto line : base::split_lines(make_output)) {
    if (!line.starts_with("printf ") && !line.starts_with("echo ")) continue;
    for (auto& word : split(std::string(line)))
      if (word.starts_with("fate-")) names.push_back(without_prefix(std::move(word)));
  }
  return names;
}

std::vector<FateTest> read_fate_rules(std::string_view make_output) {
  std::vector<FateTest> tests;
  for (const auto line : base::split_lines(make_output)) {
    if (line.find(script) == std::string_view::npos) continue;
    const auto words = specs::simple_words(without_patterns(std::string(line)));
    if (!words) {
      if (line.find("fate-run.sh fate-") != std::string_view::npos) tests.push_back(unreadable(line));
      continue;
    }
    std::size_t at = 0;
    while (at < words->size() && !(*words)[at].ends_with(script)) ++at;
    if (at + 2 >= words->size()) continue;
    FateTest test;
    test.script_directory = (*words)[at].substr(0, (*words)[at].size() - script.size());
    test.name = without_prefix((*words)[at + 1]);
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
