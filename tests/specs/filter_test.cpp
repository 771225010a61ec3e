#include "specs/filter.hpp"

#include <gtest/gtest.h>

namespace fatespec::specs {
namespace {

model::PlannedTest planned(const std::string& suite, const std::string& name, const std::vector<std::string>& tags) {
  auto declared = std::make_shared<model::TestSpec>();
  declared->name = name;
  declared->tags = tags;
  auto owner = std::make_shared<model::Suite>();
  owner->name = suite;
  auto configuration = std::make_shared<model::Configuration>();
  configuration->tags = {"x86"};
  model::PlannedTest test;
  test.name = suite + "/" + name;
  test.suite = owner;
  test.spec = declared;
  test.configuration = configuration;
  return test;
}

const std::vector<model::PlannedTest>& tests() {
  static const std::vector<model::PlannedTest> all = {planned("audio", "mp2-md5", {"audio", "fast"}),
                                                      planned("audio", "mp3[A=1]", {"audio"}),
                                                      planned("h264", "ba1", {"video"})};
  return all;
}

std::string selected(const std::string& expression) {
  auto filter = Filter::parse(expression);
  if (!filter) return filter.error().message;
  std::string names;
  for (const auto& test : tests())
    if (filter->matches(test)) names += test.name + " ";
  for (const auto& line : filter->unmatched(tests())) names += "!" + line;
  return names;
}

TEST(Filter, MatchersAndOperators) {
  EXPECT_EQ(selected("tag(audio) & !name(~mp2) | suite(h264)"), "audio/mp3[A=1] h264/ba1 ");
  EXPECT_EQ(selected("name(=mp2-md5)"), "audio/mp2-md5 ");
  EXPECT_EQ(selected("name(=audio/mp2-md5)"), "audio/mp2-md5 ");
  EXPECT_EQ(selected("name(audio/*)"), "audio/mp2-md5 audio/mp3[A=1] ");
  EXPECT_EQ(selected("audio/mp3[A=1]"), "audio/mp3[A=1] ");
  EXPECT_EQ(selected("name(/mp[23](-|\\[)/)"), "audio/mp2-md5 audio/mp3[A=1] ");
  EXPECT_EQ(selected("!(tag(audio) | tag(video))"), "");
  EXPECT_EQ(selected("tag(x86) & configuration(default) & target(local)"), "audio/mp2-md5 audio/mp3[A=1] h264/ba1 ");
  EXPECT_EQ(selected("tag(fast)|tag(video)"), "audio/mp2-md5 h264/ba1 ");
  EXPECT_EQ(selected("name(=\"audio/mp3[A=1]\")"), "audio/mp3[A=1] ");
  EXPECT_EQ(selected("name(=\"a)b\")"), "!`name(=\"a)b\")` matches no test");
  EXPECT_EQ(selected("!!tag(fast)"), "audio/mp2-md5 ");
  EXPECT_EQ(selected("type(COMMAND)"), selected("type(command)"));
  EXPECT_EQ(selected("type(Command)"), "!`type(Command)` matches no test; did you mean `COMMAND`?");
  EXPECT_EQ(selected("type(command)"), "audio/mp2-md5 audio/mp3[A=1] h264/ba1 ");
}

TEST(Filter, NamesThatMatchNothingAreToldWithTheNearest) {
  EXPECT_EQ(selected("tag(audoi)"), "!`tag(audoi)` matches no test; did you mean `audio`?");
  EXPECT_EQ(selected("tag(audio) | suite(h265)"),
            "audio/mp2-md5 audio/mp3[A=1] !`suite(h265)` matches no test; did you mean `h264`?");
  EXPECT_EQ(selected("tag(subtitles)"), "!`tag(subtitles)` matches no test; there are: audio, fast, video, x86");
  EXPECT_EQ(selected("type(md5)"), "!`type(md5)` matches no test; there are: command");
}

TEST(Filter, ErrorsHaveAPlace) {
  EXPECT_EQ(selected("tag(a"), "filter, column 6: a `)` is missing");
  EXPECT_EQ(selected("tga(a)"), "filter, column 1: unknown field `tga`; did you mean `tag`?");
  EXPECT_EQ(selected("tag(a) tag(b)"), "filter, column 8: `tag(b)` is not expected here");
  EXPECT_EQ(selected("tag(a) &"), "filter, column 9: a name or pattern is missing");
  EXPECT_EQ(selected(""), "filter, column 1: a name or pattern is missing");
  EXPECT_EQ(selected("name(/a)"), "filter, column 6: the regular expression has no closing `/`");
  EXPECT_EQ(selected("name(/[/)").substr(0, 40), "filter, column 6: `/[/` is no regular ex");
  EXPECT_NE(selected(std::string(1000, '(')).find("nested too deep"), std::string::npos);
}

}  // namespace
}  // namespace fatespec::specs
