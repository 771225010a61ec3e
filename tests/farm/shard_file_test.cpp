#include "farm/shard_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/support.hpp"

namespace fatespec::farm {
namespace {

model::TestResult result(const std::string& test, model::Verdict verdict = model::Verdict::pass) {
  model::TestResult made;
  made.test = test;
  made.configuration = "default";
  made.verdict = verdict;
  return made;
}

model::TestId key(const std::string& test) { return {test, "default"}; }

class ShardFileTest : public testing::Test {
 protected:
  ShardWriter begin(const std::vector<model::TestResult>& before = {},
                    const std::map<model::TestId, int>& losses = {}) {
    auto writer = ShardWriter::begin(directory_.path(), 7, "n1", before, losses);
    EXPECT_TRUE(writer) << writer.error().str();
    return std::move(*writer);
  }
  ShardReader reader() const { return {directory_.path(), 7}; }
  static std::string names(const ShardNews& news) {
    std::string text;
    for (const auto& one : news.results) text += one.test + " ";
    return text;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(ShardFileTest, IsFollowedAsItGrows) {
  auto reading = reader();
  EXPECT_TRUE(reading.read()->results.empty());
  EXPECT_EQ(reading.attempt(), -1);
  auto writing = begin();
  EXPECT_TRUE(writing.started(key("s/a")));
  auto news = reading.read();
  EXPECT_EQ(news->started, std::vector{key("s/a")});
  EXPECT_FALSE(news->again);
  EXPECT_EQ(reading.attempt(), 0);
  EXPECT_EQ(reading.node(), "n1");
  EXPECT_EQ(reading.unfinished(), std::set{key("s/a")});
  EXPECT_TRUE(writing.finished(result("s/a")));
  EXPECT_EQ(names(*reading.read()), "s/a ");
  EXPECT_TRUE(reading.unfinished().empty());
  EXPECT_TRUE(reading.read()->results.empty());
  EXPECT_TRUE(writing.ended(true));
  EXPECT_TRUE(reading.read());
  EXPECT_TRUE(reading.ended() && reading.complete());
}

TEST_F(ShardFileTest, GivesBackWhatWasWritten) {
  auto one = result("s/b", model::Verdict::fail);
  one.suite = "s";
  one.target = "pi4";
  one.tags = {"x", "y"};
  one.flaky = one.leaky = true;
  one.attempts = 3;
  one.outputs = {97, 2, 1};
  one.fingerprint = "f";
  one.reason = "because \"of\"\n\xff";
  one.detail = "-a\n+b\n";
  one.signal = "SIGSEGV";
  one.output = {std::string("bin\0\xff", 5), 5, true};
  one.error = {"err", 3, false};
  one.full_output = std::string("full\0\xfe", 6);
  one.wall = std::chrono::nanoseconds(1234567891);
  one.usage = {std::chrono::nanoseconds(3), std::chrono::nanoseconds(4), 5};
  one.command = "cmd";
  one.kept_directory = "/tmp/k";
  one.recording = "r.cbor";
  one.started = base::UtcTime(std::chrono::seconds(1'700'000'000));
  one.failed_attempts.push_back({1, model::Verdict::crash, "first", {"o", 1, false}, {"e", 1, true}, "/tmp/kept"});
  auto writing = begin();
  EXPECT_TRUE(writing.finished(one));
  const auto news = reader().read();
  ASSERT_EQ(news->results.size(), 1U);
  const auto& back = news->results[0];
  EXPECT_EQ(back.suite, one.suite);
  EXPECT_EQ(back.target, one.target);
  EXPECT_EQ(back.tags, one.tags);
  EXPECT_TRUE(back.flaky && back.leaky);
  EXPECT_EQ(back.attempts, 3);
  EXPECT_EQ(back.outputs, one.outputs);
  EXPECT_EQ(back.fingerprint, "f");
  EXPECT_EQ(back.reason, one.reason);
  EXPECT_EQ(back.detail, one.detail);
  EXPECT_EQ(back.status, std::nullopt);
  EXPECT_EQ(back.signal, "SIGSEGV");
  EXPECT_EQ(back.output.text, one.output.text);
  EXPECT_TRUE(back.output.truncated);
  EXPECT_EQ(back.error.bytes, 3U);
  EXPECT_EQ(back.full_output, one.full_output);
  EXPECT_EQ(back.wall, one.wall);
  EXPECT_EQ(back.usage.system, one.usage.system);
  EXPECT_EQ(back.usage.max_rss_kib, 5U);
  EXPECT_EQ(back.kept_directory, "/tmp/k");
  EXPECT_EQ(back.recording, "r.cbor");
  EXPECT_EQ(back.started, one.started);
  ASSERT_EQ(back.failed_attempts.size(), 1U);
  EXPECT_EQ(back.failed_attempts[0].verdict, model::Verdict::crash);
  EXPECT_TRUE(back.failed_attempts[0].error.truncated);
  EXPECT_EQ(back.failed_attempts[0].kept_directory, "/tmp/kept");
}

TEST_F(ShardFileTest, TheLatestAttemptAloneCounts) {
  auto first = begin();
  EXPECT_TRUE(first.started(key("s/a")));
  EXPECT_TRUE(first.finished(result("s/a")));
  EXPECT_TRUE(first.started(key("s/b")));
  auto reading = reader();
  EXPECT_TRUE(reading.read());
  auto second = begin({result("s/a")}, {{key("s/b"), 1}});
  EXPECT_EQ(second.attempt(), 1);
  EXPECT_TRUE(first.is_superseded());
  EXPECT_FALSE(second.is_superseded());
  EXPECT_TRUE(first.finished(result("s/b", model::Verdict::crash)));  // it lives on, and nobody listens
  EXPECT_TRUE(second.finished(result("s/b")));
  const auto news = reading.read();
  EXPECT_TRUE(news->again);
  EXPECT_EQ(names(*news), "s/a s/b ");
  EXPECT_EQ(news->results[1].verdict, model::Verdict::pass);
  EXPECT_EQ(reading.losses(), (std::map<model::TestId, int>{{key("s/b"), 1}}));
}

TEST_F(ShardFileTest, AnAttemptThatDiedAtItsBeginningIsAsIfItHadNotBeen) {
  auto first = begin();
  EXPECT_TRUE(first.finished(result("s/a")));
  directory_.write("7.1.jsonl", "{\"type\":\"attempt\",\"version\":1,\"node\":\"n2\"}\n{\"type\":\"res");
  auto reading = reader();
  EXPECT_EQ(names(*reading.read()), "s/a ");
  EXPECT_EQ(reading.attempt(), 0);
  auto third = begin({result("s/a")});
  EXPECT_EQ(third.attempt(), 2);
  EXPECT_TRUE(reading.read()->again);
  EXPECT_EQ(reading.attempt(), 2);
}

TEST_F(ShardFileTest, AFileThatIsCutAnywhereGivesEveryWholeLine) {
  auto writing = begin();
  for (const char* test : {"s/a", "s/b", "s/c"}) EXPECT_TRUE(writing.finished(result(test)));
  const std::string whole = test::read_file(directory_ / "7.0.jsonl");
  const auto begun = whole.find("{\"type\":\"begin\"}\n") + 17;
  for (std::size_t size = begun; size <= whole.size(); ++size) {
    directory_.write("7.0.jsonl", whole.substr(0, size));
    const auto news = reader().read();
    ASSERT_TRUE(news) << size;
    const auto lines =
        std::count(whole.begin() + static_cast<long>(begun), whole.begin() + static_cast<long>(size), '\n');
    EXPECT_EQ(news->results.size(), static_cast<std::size_t>(lines)) << size;
  }
}

TEST_F(ShardFileTest, TheLastThatStartedIsUnderWay) {
  auto writing = begin();
  auto reading = reader();
  EXPECT_TRUE(reading.read());
  EXPECT_EQ(reading.under_way(), std::nullopt);
  // Results of a group are held back until all of it has ended.
  for (const char* test : {"s/m[A=1]", "s/m[A=2]"}) EXPECT_TRUE(writing.started(key(test)));
  EXPECT_TRUE(reading.read());
  EXPECT_EQ(reading.under_way(), key("s/m[A=2]"));
  EXPECT_TRUE(writing.finished(result("s/m[A=2]")));
  EXPECT_TRUE(reading.read());
  EXPECT_EQ(reading.under_way(), std::nullopt);
}

TEST_F(ShardFileTest, DamageIsNamed) {
  auto writing = begin();
  const std::string head = test::read_file(directory_ / "7.0.jsonl");
  const auto wrong = [&](const std::string& line) {
    directory_.write("7.0.jsonl", head + line + "\n");
    const auto news = reader().read();
    return news ? "" : news.error().message.substr(news.error().message.find("7.0.jsonl"));
  };
  EXPECT_EQ(wrong("nothing"), "7.0.jsonl: a line is no JSON object");
  EXPECT_EQ(wrong("{\"type\":\"result\"}"), "7.0.jsonl: a result without test or verdict");
  EXPECT_EQ(wrong("{\"type\":5}"), "7.0.jsonl: a member is not what it should be");
  EXPECT_EQ(wrong("{\"type\":\"of a later version\"}"), "");
  EXPECT_EQ(wrong("{\"type\":\"attempt\",\"version\":99}"), "7.0.jsonl: written by a newer fatespec; update this one");
  // A result whose members are of other types is an empty one with that name.
  EXPECT_EQ(
      wrong("{\"type\":\"result\",\"test\":\"s/a\",\"verdict\":\"pass\",\"tags\":5,\"stdout\":[],\"wall_ns\":\"x\"}"),
      "");
}

}  // namespace
}  // namespace fatespec::farm
