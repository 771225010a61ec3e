#include "checks/frame_alignment.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include <fmt/format.h>

namespace fatespec::checks {
namespace {

/// One frame for each letter.
std::vector<FramePacket> frames(const std::string& letters) {
  std::vector<FramePacket> found(letters.size());
  for (std::size_t i = 0; i < letters.size(); ++i) found[i].checksum = std::string_view(letters).substr(i, 1);
  return found;
}

/// "a=a b~x -c +y": equal, changed, missing, too many.
std::string paired(const std::string& expected, const std::string& actual) {
  const auto pairing = pair_frames(frames(expected), frames(actual));
  std::string text;
  std::size_t i = 0;
  std::size_t j = 0;
  auto hole = pairing.holes.begin();
  const auto tell_hole = [&] {
    if (hole == pairing.holes.end() || hole->expected != i || hole->actual != j) return;
    for (const std::size_t end = i + hole->missing; i < end; ++i) text += std::string(" -") + expected.at(i);
    for (const std::size_t end = j + hole->added; j < end; ++j) text += std::string(" +") + actual.at(j);
    ++hole;
  };
  for (const auto& [e, a] : pairing.pairs) {
    tell_hole();
    EXPECT_TRUE(e == i && a == j) << expected << " " << actual << text;
    text += fmt::format(" {}{}{}", expected.at(i), expected[i] == actual.at(j) ? '=' : '~', actual[j]);
    ++i, ++j;
  }
  tell_hole();
  EXPECT_TRUE(i == expected.size() && j == actual.size() && hole == pairing.holes.end()) << expected << " " << actual;
  return text.empty() ? text : text.substr(1);
}

TEST(FrameAlignment, PairsWhatIsTheSame) {
  EXPECT_EQ(paired("", ""), "");
  EXPECT_EQ(paired("abc", ""), "-a -b -c");
  EXPECT_EQ(paired("", "ab"), "+a +b");
  EXPECT_EQ(paired("abcdefg", "abdeg"), "a=a b=b -c d=d e=e -f g=g");
  EXPECT_EQ(paired("abcd", "abbccd"), "a=a b=b +b +c c=c d=d");
  EXPECT_EQ(paired("abcdef", "axcdf"), "a=a b~x c=c d=d -e f=f");
  EXPECT_EQ(paired("aaaaab", "aaab"), "a=a a=a a=a -a -a b=b");
}

TEST(FrameAlignment, AsManyAreTheSameUnlessOthersAre) {
  EXPECT_EQ(paired("abcd", "axcd"), "a=a b~x c=c d=d");
  EXPECT_EQ(paired("abcd", "bacd"), "a~b b~a c=c d=d");
  EXPECT_EQ(paired("abcdef", "bcdefa"), "-a b=b c=c d=d e=e f=f +a");
  EXPECT_EQ(paired("abcdef", "uvwxyz"), "a~u b~v c~w d~x e~y f~z");
}

TEST(FrameAlignment, EachFrameHasOnePlace) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    const auto letters = [&] {
      std::string text(random() % 12, 'a');
      for (char& c : text) c = static_cast<char>('a' + random() % (3 + static_cast<unsigned>(round) % 8));
      return text;
    };
    paired(letters(), letters());
  }
}

}  // namespace
}  // namespace fatespec::checks
