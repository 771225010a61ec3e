#include "sessions/crash_pickle.hpp"

#include <string>

#include <gtest/gtest.h>

namespace fatespec::sessions {
namespace {

using Names = std::vector<std::string>;

/// A text of a pickle, remembered for recall.
std::string text(const std::string& value) {
  std::string bytes = "X";
  for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value.size() >> shift & 0xffU);
  return bytes + value + "\x94";
}
const std::string begin = "\x80\x04K\x02";  // protocol 4, the number of retries
const std::string end = "\x87\x94.";        // a tuple of three

// As Python writes it: what stands in both sets is recalled in the second.
TEST(CrashPickle, NamesOfBothSetsAreRead) {
  const auto state =
      read_crash_pickle(begin + "\x8f\x94(" + text("b.mp4") + text("a.mp4") + "\x90\x8f\x94(h\x01\x90" + end);
  ASSERT_TRUE(state) << state.error().str();
  EXPECT_EQ(state->retries, 2);
  EXPECT_EQ(state->sometimes, (Names{"a.mp4", "b.mp4"}));
  EXPECT_EQ(state->still, Names{"b.mp4"});
}

// Two bytes recall a text of any length.
TEST(CrashPickle, NamesTakeNoMoreMemoryThanTheFileTwice) {
  std::string bomb = begin + "]\x94(" + text(std::string(20'000, 'x'));
  for (int i = 0; i < 10'000; ++i) bomb += std::string("h\x01", 2);
  const auto state = read_crash_pickle(bomb + "e]\x94" + end);
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().kind, base::ErrorKind::invalid);
}

TEST(CrashPickle, NoMoreIsRememberedThanACrashStateNeeds) {
  EXPECT_FALSE(read_crash_pickle(begin + "]" + std::string(1'000'000, '\x94') + "]\x94" + end));
}

}  // namespace
}  // namespace fatespec::sessions
