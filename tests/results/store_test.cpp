#include "results/store.hpp"

#include <barrier>
#include <thread>
#include <tuple>

#include <gtest/gtest.h>

#include "results/run_writer.hpp"
#include "tests/support/support.hpp"

namespace fatespec::results {
namespace {

using test::TemporaryDirectory;
using namespace std::chrono_literals;

std::shared_ptr<model::TestResult> result(const std::string& name, model::Verdict verdict = model::Verdict::pass) {
  auto made = std::make_shared<model::TestResult>();
  made->test = "s/" + name;
  made->suite = "s";
  made->configuration = "default";
  made->target = "local";
  made->verdict = verdict;
  made->attempts = 1;
  made->status = 0;
  made->wall = 12ms;
  made->command = "cmd " + name;
  return made;
}

void write_run(const std::string& file, const std::string& run,
               const std::vector<std::shared_ptr<model::TestResult>>& results, base::UtcTime time = base::UtcTime(1s)) {
  auto store = Store::open(file);
  ASSERT_TRUE(store) << store.error().str();
  RunWriter writer(std::move(*store), [](const base::Error& error) { ADD_FAILURE() << error.str(); });
  writer.handle(model::RunStarted{run, "0.1", "fatespec run", results.size(), time});
  model::VerdictCounts counts;
  for (const auto& one : results) {
    ++counts[one->verdict];
    writer.handle(model::TestFinished{one});
  }
  writer.handle(model::RunFinished{run, counts, 1s, base::UtcTime(2s), 0, ""});
  EXPECT_TRUE(writer.flush());
}

TEST(Store, GivesBackWhatWasWritten) {
  const TemporaryDirectory directory;
  auto one = result("a", model::Verdict::fail);
  one->output = {std::string("bin\0\xff", 5), 5, false};
  one->error = {"err", 3, false};
  one->reason = "because";
  one->detail = "-a\n+b\n";
  one->signal = "SIGSEGV";
  one->status.reset();
  one->usage = {3ms, 4ms, 5};
  one->full_output = std::string("full\0", 5);
  one->failed_attempts.push_back({1, model::Verdict::crash, "first", {"o", 1, false}, {"e", 1, false}, "/kept"});
  write_run(directory / "r.db", "abc123", {one, result("b")});
  auto store = Store::open_existing(directory / "r.db");
  ASSERT_TRUE(store);
  const auto run = (*store)->find_run("latest");
  EXPECT_EQ(run->id, "abc123");
  EXPECT_EQ(run->counts[model::Verdict::fail], 1U);
  EXPECT_EQ(run->exit_code, 0);
  const auto results = (*store)->results("abc123");
  ASSERT_EQ(results->size(), 2U);
  const auto& read = results->at(0);
  EXPECT_EQ(read.output.text, one->output.text);
  EXPECT_EQ(read.error.text, "err");
  EXPECT_EQ(read.reason, "because");
  EXPECT_EQ(read.detail, "-a\n+b\n");
  EXPECT_EQ(read.signal, "SIGSEGV");
  EXPECT_EQ(read.status, std::nullopt);
  EXPECT_EQ(read.usage.max_rss_kib, 5U);
  EXPECT_EQ(read.command, "cmd a");
  ASSERT_EQ(read.failed_attempts.size(), 1U);
  EXPECT_EQ(read.failed_attempts[0].kept_directory, "/kept");
  EXPECT_EQ(*(*store)->full_output("abc123", "s/a", "default"), one->full_output);
  EXPECT_EQ(*(*store)->full_output("abc123", "s/b", "default"), std::nullopt);
  const auto latest = (*store)->latest_results();
  const auto b = std::find_if(latest->begin(), latest->end(), [](const auto& r) { return r.test == "s/b"; });
  ASSERT_NE(b, latest->end());
  EXPECT_EQ(b->wall, base::Duration(12ms));
}

// Columns are written by their order: each has a value of its own here.
TEST(Store, EveryFieldOfAResultComesBack) {
  const TemporaryDirectory directory;
  auto one = result("a", model::Verdict::crash);
  one->target = "board";
  one->tags = {"x86", "slow"};
  one->flaky = false;
  one->leaky = true;
  one->attempts = 3;
  one->outputs = {97, 2, 1};
  one->reason = "a reason";
  one->detail = "a detail";
  one->status = 41;
  one->signal = "SIGBUS";
  one->output = {"out", 101, true};
  one->error = {"err", 102, false};
  one->full_output = "all of it";
  one->wall = 1001us;
  one->usage = {1002us, 1003us, 1004};
  one->command = "a command";
  one->kept_directory = "/kept";
  one->recording = "/a.dbg";
  one->started = base::UtcTime(1005us);
  one->failed_attempts.push_back({2, model::Verdict::timeout, "late", {"o", 103, true}, {"e", 1, false}, "/first"});
  write_run(directory / "r.db", "abc123", {one});
  auto store = Store::open_existing(directory / "r.db");
  ASSERT_TRUE(store);
  const auto results = (*store)->results("abc123");
  ASSERT_EQ(results->size(), 1U);
  const auto& read = results->at(0);
  EXPECT_EQ(std::tie(read.test, read.suite, read.configuration, read.target, read.tags),
            std::tie(one->test, one->suite, one->configuration, one->target, one->tags));
  EXPECT_EQ(std::tie(read.verdict, read.flaky, read.leaky, read.attempts, read.outputs),
            std::tie(one->verdict, one->flaky, one->leaky, one->attempts, one->outputs));
  EXPECT_EQ(std::tie(read.reason, read.detail, read.status, read.signal),
            std::tie(one->reason, one->detail, one->status, one->signal));
  const auto excerpt = [](const model::Excerpt& e) { return std::tuple(e.text, e.bytes, e.truncated); };
  EXPECT_EQ(excerpt(read.output), excerpt(one->output));
  EXPECT_EQ(excerpt(read.error), excerpt(one->error));
  EXPECT_EQ(std::tie(read.wall, read.usage.user, read.usage.system, read.usage.max_rss_kib),
            std::tie(one->wall, one->usage.user, one->usage.system, one->usage.max_rss_kib));
  EXPECT_EQ(std::tie(read.command, read.kept_directory, read.recording, read.started),
            std::tie(one->command, one->kept_directory, one->recording, one->started));
  EXPECT_EQ(*(*store)->full_output("abc123", "s/a", "default"), one->full_output);
  ASSERT_EQ(read.failed_attempts.size(), 1U);
  const auto& attempt = read.failed_attempts[0];
  EXPECT_EQ(std::tuple(attempt.number, attempt.verdict, attempt.reason, attempt.kept_directory),
            std::tuple(2, model::Verdict::timeout, "late", "/first"));
  EXPECT_EQ(excerpt(attempt.output), std::tuple("o", 103U, true));
  EXPECT_EQ(excerpt(attempt.error), std::tuple("e", 1U, false));
}

TEST(Store, ContentIsStoredOnce) {
  const TemporaryDirectory directory;
  auto a = result("a");
  auto b = result("b");
  a->output = b->output = {std::string(1000, 'x'), 1000, false};
  write_run(directory / "r.db", "aa", {a, b});
  write_run(directory / "r.db", "bb", {a, b});
  EXPECT_EQ(test::shell("sqlite3 r.db \"SELECT COUNT(*) FROM blobs WHERE bytes = 1000\"", directory.path()).out, "1\n");
  EXPECT_EQ(test::shell("sqlite3 r.db \"SELECT COUNT(*) FROM tests\"", directory.path()).out, "2\n");
}

TEST(Store, RunsAreFoundByPrefixAndAge) {
  const TemporaryDirectory directory;
  for (const char* run : {"aab1", "aac2", "bbd3"}) write_run(directory / "r.db", run, {result("a")});
  auto store = Store::open_existing(directory / "r.db");
  EXPECT_EQ((*store)->find_run("latest~1")->id, "aac2");
  EXPECT_EQ((*store)->find_run("b")->id, "bbd3");
  EXPECT_EQ((*store)->find_run("aa").error().message, "several runs begin with `aa`");
  EXPECT_EQ((*store)->find_run("zz").error().message, "no run is named `zz`; `fatespec runs` lists them");
  EXPECT_EQ((*store)->find_run("latest~9").error().kind, base::ErrorKind::not_found);
  EXPECT_EQ((*store)->runs(2)->size(), 2U);
}

/// Why a store of that schema is not opened, without its path.
std::string refusal_of_schema(int version) {
  const TemporaryDirectory directory;
  const std::string file = directory / "r.db";
  write_run(file, "aa", {result("a")});
  const std::string change = "sqlite3 r.db 'UPDATE schema_version SET version = " + std::to_string(version) + "'";
  EXPECT_EQ(test::shell(change, directory.path()).status, 0);
  const auto store = Store::open(file);
  return store ? "opened" : store.error().message.substr(file.size());
}

// As one that is copied, or has waited for the server.
TEST(Store, TheLatestIsThatOfTheLastRunEvenIfAnEarlierOneWasAddedAfterIt) {
  const TemporaryDirectory directory;
  write_run(directory / "r.db", "aaa", {result("t", model::Verdict::fail), result("u")}, base::UtcTime(3s));
  write_run(directory / "r.db", "bbb", {result("t", model::Verdict::pass)}, base::UtcTime(2s));
  auto store = Store::open_existing(directory / "r.db");
  ASSERT_TRUE(store);
  const auto verdict_of_t = [&] {
    for (const auto& latest : (*store)->latest_results().value())
      if (latest.test == "s/t") return latest.verdict;
    return model::Verdict::error;
  };
  EXPECT_EQ(verdict_of_t(), model::Verdict::fail);
  write_run(directory / "r.db", "ccc", {result("t", model::Verdict::crash)}, base::UtcTime(4s));
  EXPECT_EQ(verdict_of_t(), model::Verdict::crash);
  EXPECT_EQ((*store)->latest_results().value().size(), 2U);
}

TEST(Store, ASchemaThatIsNotKnownIsRefusedPolitely) {
  EXPECT_EQ(refusal_of_schema(99).find(": written by a newer fatespec (schema 99, this one knows " +
                                       std::to_string(schema_version()) + ")"),
            0U);
  EXPECT_EQ(refusal_of_schema(-1), ": schema -1 is none");
}

TEST(Store, AnOlderSchemaIsMigrated) {
  const TemporaryDirectory directory;
  // The oldest there is: a database before the first migration.
  ASSERT_EQ(
      test::shell("sqlite3 r.db \"CREATE TABLE schema_version (version INTEGER NOT NULL)\"", directory.path()).status,
      0);
  write_run(directory / "r.db", "aa", {result("a")});
  EXPECT_EQ((*Store::open_existing(directory / "r.db"))->runs(9)->size(), 1U);
}

// A file of the first version, with what it kept.
TEST(Store, WhatAnOlderFileHoldsIsThereAfterItsMigration) {
  const TemporaryDirectory directory;
  directory.write(
      "rows.sql",
      "CREATE TABLE schema_version (version INTEGER NOT NULL);\n"
      "INSERT INTO schema_version VALUES (1);\n"
      "INSERT INTO runs VALUES (1, '01d', '0.0.1', 'fatespec run', 'host', 1000000, 3000000, 1, 1);\n"
      "INSERT INTO tests VALUES (1, 's/a', 's', 'default');\n"
      "INSERT INTO blobs VALUES (1, 'd1', 5, 'text', 'wrote'), (2, 'd2', 4, 'hex', '00ff0a41'), "
      "(3, 'd3', 3, 'text', 'cmd');\n"
      "INSERT INTO results VALUES (1, 1, 'local', 'fail', 0, 0, 2, 'because', NULL, 3, '', 1, 5, 0, 2, 4, 0, "
      "1, 12000, 5000, 1000, 2048, 3, '/kept', 1500000);\n"
      "INSERT INTO failed_attempts VALUES (1, 1, 1, 'fail', 'first', 1, NULL);\n");
  const std::string make =
      "sqlite3 r.db <" FATESPEC_SOURCE_DIR "/results/migrations/001-initial.sql && sqlite3 r.db <rows.sql";
  ASSERT_EQ(test::shell(make, directory.path()).status, 0);
  write_run(directory / "r.db", "new", {result("a")});
  auto store = Store::open_existing(directory / "r.db");
  ASSERT_TRUE(store) << store.error().str();
  const auto run = (*store)->find_run("01d");
  ASSERT_TRUE(run) << run.error().str();
  EXPECT_EQ(run->host, "host");
  EXPECT_EQ(run->exit_code, 1);
  EXPECT_EQ(run->started, base::UtcTime(1s));
  const auto results = (*store)->results("01d");
  ASSERT_TRUE(results) << results.error().str();
  ASSERT_EQ(results->size(), 1U);
  const auto& read = results->front();
  EXPECT_EQ(read.test, "s/a");
  EXPECT_EQ(read.verdict, model::Verdict::fail);
  EXPECT_EQ(read.output.text, "wrote");
  EXPECT_EQ(read.error.text, std::string("\0\xff\nA", 4));
  EXPECT_EQ(read.command, "cmd");
  EXPECT_EQ(read.kept_directory, "/kept");
  EXPECT_EQ(read.usage.user, base::Duration(5ms));
  ASSERT_EQ(read.failed_attempts.size(), 1U);
  EXPECT_EQ(read.failed_attempts[0].reason, "first");
  EXPECT_EQ(*(*store)->full_output("01d", "s/a", "default"), "wrote");
  EXPECT_EQ((*store)->history("s/a", 9)->size(), 2U);
}

TEST(Store, WhatIsNoDatabaseIsRefused) {
  const TemporaryDirectory directory;
  EXPECT_FALSE(Store::open(directory.write("text", std::string(5000, 'x'))));
  EXPECT_FALSE(Store::open(directory.path().string()));
  EXPECT_EQ(Store::open_existing(directory / "none").error().kind, base::ErrorKind::not_found);
}

TEST(RunWriter, TwoWritersAtOnceBothSucceed) {
  const TemporaryDirectory directory;
  std::barrier both_turn(2);
  const auto writer = [&](const std::string& run) {
    for (int i = 0; i < 5; ++i) {  // in pieces, each of both at the same time
      std::vector<std::shared_ptr<model::TestResult>> results;
      for (int j = 0; j < 60; ++j) {
        results.push_back(result("t" + std::to_string(60 * i + j)));
        results.back()->output = {"output " + std::to_string(j), 9, false};
      }
      both_turn.arrive_and_wait();
      write_run(directory / "r.db", run + std::to_string(i), results);
    }
  };
  std::thread other([&] { writer("bb"); });
  writer("aa");
  other.join();
  auto store = Store::open_existing(directory / "r.db");
  for (const char* run : {"aa0", "aa1", "aa2", "aa3", "aa4", "bb0", "bb1", "bb2", "bb3", "bb4"})
    EXPECT_EQ((*store)->results(run)->size(), 60U) << run;
}

/// A run whose results are written one by one, by a test that takes turns.
class OpenRun {
 public:
  OpenRun(const std::string& file, const std::string& run)
      : writer_(Store::open(file).value(), [](const base::Error& error) { ADD_FAILURE() << error.str(); }) {
    write(model::RunStarted{run, "0.1", "fatespec run", 2, base::UtcTime(1s)});
  }
  void write(const model::RunEvent& event) {
    writer_.handle(event);
    EXPECT_TRUE(writer_.flush());
  }

 private:
  RunWriter writer_;
};

TEST(Store, ARunThatGoesOnOverAnotherCommitTestedNone) {
  const test::TemporaryDirectory directory;
  const std::string file = directory / "r.db";
  OpenRun run(file, "aa");
  model::RunStarted started{"bb", "0.1", "fatespec run", 2, base::UtcTime(1s)};
  started.revisions = {{"c", "one"}, {"d", "one"}};
  run.write(started);
  started.resumed = true;
  started.tests = 3;
  started.revisions = {{"c", "two"}, {"d", "one"}};
  run.write(started);
  const auto found = Store::open(file).value()->find_run("bb");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->planned, 3U) << "the suite has grown";
  EXPECT_EQ(Store::open(file).value()->revisions("bb").value(), (std::map<std::string, std::string>{{"d", "one"}}));
}

TEST(RunWriter, NoWriterHoldsOnToWhatItHasRead) {
  const TemporaryDirectory directory;
  OpenRun a(directory / "r.db", "aa");
  OpenRun b(directory / "r.db", "bb");
  for (const char* test : {"t1", "t2", "t3"}) {
    a.write(model::TestFinished{result(test)});
    b.write(model::TestFinished{result(test)});
  }
  auto store = Store::open_existing(directory / "r.db");
  EXPECT_EQ((*store)->results("aa")->size(), 3U);
  EXPECT_EQ((*store)->results("bb")->size(), 3U);
}

TEST(RunWriter, OfABatchThatDoesNotFitOnTheDiskWhatFitsIsKept) {
  const TemporaryDirectory directory;
  auto store = Store::open(directory / "r.db");
  ASSERT_TRUE(store);
  // As SQLite says it of a disk that has no room for this row.
  test::shell(
      "sqlite3 r.db \"CREATE TRIGGER full BEFORE INSERT ON tests WHEN NEW.name = 's/large' BEGIN SELECT "
      "RAISE(ABORT, 'database or disk is full'); END\"",
      directory.path());
  int failures = 0;
  RunWriter writer(std::move(*store), [&](const base::Error&) { ++failures; });
  writer.handle(model::RunStarted{"aa", "0.1", "fatespec run", 5, base::UtcTime(1s)});
  EXPECT_TRUE(writer.flush());
  for (const char* name : {"a", "b", "c", "large", "d"}) writer.handle(model::TestFinished{result(name)});
  EXPECT_FALSE(writer.flush());
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(writer.lost_results(), 2U);
  store = Store::open_existing(directory / "r.db");
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->results("aa")->size(), 3U);
}

TEST(RunWriter, WaitsForAFileThatAnotherProcessHolds) {
  const TemporaryDirectory directory;
  auto store = Store::open(directory / "r.db");
  ASSERT_TRUE(store);
  // As SQLite says it once it has waited in vain.
  test::shell(
      "sqlite3 r.db \"CREATE TRIGGER held BEFORE INSERT ON tests BEGIN SELECT RAISE(ABORT, 'database is locked'); "
      "END\"",
      directory.path());
  std::vector<std::string> told;
  RunWriter writer(
      std::move(*store), [](const base::Error& error) { ADD_FAILURE() << error.str(); },
      [&](const std::string& text) {
        told.push_back(text);
        test::shell("sqlite3 r.db 'DROP TRIGGER held'", directory.path());
      });
  writer.handle(model::RunStarted{"aa", "0.1", "fatespec run", 1, base::UtcTime(1s)});
  writer.handle(model::TestFinished{result("a")});
  EXPECT_TRUE(writer.flush());
  EXPECT_EQ(told, std::vector<std::string>{"another process holds the results file: results wait for it"});
  store = Store::open_existing(directory / "r.db");
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->results("aa")->size(), 1U);
}

TEST(RunWriter, ALostStoreIsToldOnce) {
  const TemporaryDirectory directory;
  auto store = Store::open(directory / "r.db");
  int failures = 0;
  RunWriter writer(std::move(*store), [&](const base::Error&) { ++failures; });
  writer.handle(model::TestFinished{result("a")});  // no run was started: the row has no parent
  EXPECT_FALSE(writer.flush());
  writer.handle(model::TestFinished{result("b")});
  EXPECT_FALSE(writer.flush());
  EXPECT_EQ(failures, 1);
}

}  // namespace
}  // namespace fatespec::results
