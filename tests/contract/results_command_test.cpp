// fatespec results: copy and prune.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

class ResultsCommand : public testing::Test {
 protected:
  ResultsCommand() {
    directory_.write("s.yaml",
                     "suite: s\ntests:\n"
                     "  - {name: good, spec: echo good, tags: [x], expect: {stdout: \"good\\n\"}}\n"
                     "  - {name: bad, spec: 'printf \"a\\\\nb\\\\n\"; echo trouble >&2', expect: {stdout: \"c\\n\"}}\n"
                     "  - {name: flaky, spec: 'test -e " +
                         directory_ / "once" + " || { touch " + directory_ / "once" + "; exit 1; }', retries: 1}\n");
    directory_.write("fatespec.yaml", "suites: [s.yaml]\n");
  }
  ProgramResult run(const std::string& arguments) { return shell(FATESPEC_PROGRAM " " + arguments, directory_.path()); }
  std::string runs(const std::string& results = ".fatespec/results.db") {
    return shell("sqlite3 " + results + " 'SELECT name FROM runs ORDER BY id'", directory_.path()).out;
  }
  /// Every table, without the numbers that a store gives its rows.
  std::string content(const std::string& results) {
    return shell("sqlite3 " + results +
                     " \"SELECT runs.name, version, command, host, directory, runs.started_us, finished_us, exit_code, "
                     "planned, "
                     "tests.name, verdict, "
                     "flaky, attempts, reason, status, wall_us, user_us, max_rss_kib, results.started_us, tags, "
                     "d.content, o.content, "
                     "e.content, f.content, c.content FROM results JOIN runs ON runs.id = run_id JOIN tests ON "
                     "tests.id = test_id "
                     "LEFT JOIN blobs d ON d.id = detail_blob LEFT JOIN blobs o ON o.id = stdout_blob LEFT JOIN blobs "
                     "e ON e.id = "
                     "stderr_blob LEFT JOIN blobs f ON f.id = full_stdout_blob LEFT JOIN blobs c ON c.id = "
                     "command_blob ORDER BY "
                     "runs.name, tests.name; SELECT runs.name, tests.name, number, verdict, reason, stdout_bytes, "
                     "stderr_bytes FROM "
                     "failed_attempts JOIN runs ON "
                     "runs.id = run_id JOIN tests ON tests.id = test_id\"",
                 directory_.path())
        .out;
  }

  TemporaryDirectory directory_;
};

TEST_F(ResultsCommand, NoTestIsRunOfARunThatIsNotKept) {
  run("run --no-progress");
  shell("sqlite3 .fatespec/results.db \"CREATE TRIGGER no BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'no'); END\"",
        directory_.path());
  directory_.write("s.yaml", "suite: s\ntests: [{name: t, spec: 'touch " + directory_ / "ran" + "'}]\n");
  const auto refused = run("run --no-progress");
  EXPECT_EQ(refused.status, 3) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(directory_ / "ran"));
  EXPECT_EQ(refused.out.find("fatespec show"), std::string::npos) << refused.out;
}

TEST_F(ResultsCommand, ARunUnderWayIsNotPrunedHoweverOldItIs) {
  directory_.write("s.yaml", "suite: s\ntests: [{name: t, spec: 'touch " + directory_ / "ready" + "; until test -e " +
                                 directory_ / "go" + "; do sleep 0.05; done'}]\n");
  shell("(" FATESPEC_PROGRAM " run --no-progress >out 2>&1; echo $? >status) >/dev/null 2>&1 &", directory_.path());
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(directory_ / "ready"); }));
  shell("sqlite3 .fatespec/results.db 'UPDATE runs SET started_us = 1'", directory_.path());
  EXPECT_EQ(run("results prune --older-than 24h").out, "0 runs removed, 1 kept that may be under way\n");
  directory_.write("go", "");
  ASSERT_TRUE(wait_until([&] { return !read_file(directory_ / "status").empty(); }));
  EXPECT_EQ(read_file(directory_ / "status"), "0\n") << read_file(directory_ / "out");
}

TEST_F(ResultsCommand, ACopyHasAllThatWasKept) {
  run("run --no-progress");
  run("run --no-progress");
  const auto copied = run("results copy .fatespec/results.db archive.db");
  EXPECT_EQ(copied.out, "2 runs copied to archive.db\n") << copied.err;
  EXPECT_EQ(content("archive.db"), content(".fatespec/results.db"));
  EXPECT_NE(content("archive.db").find("|fail|"), std::string::npos);
  run("run --no-progress");
  EXPECT_EQ(run("results copy .fatespec/results.db archive.db").out,
            "1 run copied to archive.db, 2 were there already\n");
  EXPECT_EQ(runs("archive.db"), runs());
  EXPECT_EQ(run("results copy .fatespec/results.db one.db latest~1").out, "1 run copied to one.db\n");
  EXPECT_EQ(run("accept s/bad --yes --run latest --results one.db").status, 0) << "whole outputs come along";
}

TEST_F(ResultsCommand, PruningKeepsWhatReferencesCameFrom) {
  for (int i = 0; i < 5; ++i) run("run --no-progress");
  const std::string all = runs();
  EXPECT_EQ(run("accept s/bad --yes --run latest~4").status, 0);
  const auto asked = run("results prune --keep 2 --dry-run");
  EXPECT_NE(asked.out.find("2 runs would be removed, 1 kept that references came from\n"), std::string::npos)
      << asked.out;
  EXPECT_EQ(runs(), all);
  const auto pruned = run("results prune --keep 2");
  EXPECT_EQ(pruned.status, 0) << pruned.err;
  constexpr std::size_t line = 13;
  EXPECT_EQ(runs(), all.substr(0, line) + all.substr(3 * line));
  EXPECT_EQ(run("show latest~2").status, 0);
  EXPECT_EQ(run("show latest~3").status, 2);
  EXPECT_EQ(run("results prune --older-than 1h").out, "0 runs removed\n");
  EXPECT_EQ(run("results prune --older-than 0s").status, 0);
  EXPECT_EQ(runs(), all.substr(0, line));
}

TEST_F(ResultsCommand, WithARunGoesWhatItLeft) {
  directory_.write("s.yaml", "suite: s\ntests: [{name: a, spec: 'echo x > left; exit 1'}]\n");
  std::filesystem::create_directory(directory_ / "tmp");
  const auto run_there = [&](const std::string& arguments) {
    return shell("TMPDIR=$PWD/tmp " FATESPEC_PROGRAM " " + arguments, directory_.path());
  };
  for (int i = 0; i < 2; ++i) run_there("run --no-progress");
  const auto older =
      shell("sqlite3 .fatespec/results.db 'SELECT name FROM runs ORDER BY id LIMIT 1' | tr -d '\\n'", directory_.path())
          .out;
  directory_.write(".fatespec/recordings/" + older + "/dbg/s/a.dbg", "");
  directory_.write(".fatespec/recordings/mine/dbg/s/a.dbg", "");
  shell("cp -a tmp/fatespec-" + older + "* tmp/kept; ln -s ../tmp/kept tmp/fatespec-" + older + "-0",
        directory_.path());
  EXPECT_EQ(run_there("results prune --keep 1").out,
            "removed " + older + "\n1 runs removed, with 2 directories of theirs\n");
  EXPECT_EQ(
      shell("ls tmp | grep -c 'fatespec-[0-9a-f]*-[1-9]'; ls tmp/kept .fatespec/recordings", directory_.path()).out,
      "1\n.fatespec/recordings:\nmine\n\ntmp/kept:\n1\n");
}

TEST_F(ResultsCommand, PruningGivesSpaceBack) {
  directory_.write(
      "s.yaml",
      "suite: s\ntests: [{name: big, spec: 'head -c 3000000 /dev/urandom | base64 -w 0', expect: {stdout: x}}]\n");
  for (int i = 0; i < 4; ++i) run("run --no-progress");
  const auto before = std::filesystem::file_size(directory_ / ".fatespec/results.db");
  const auto pruned = run("results prune --size 9M");
  EXPECT_EQ(pruned.status, 0) << pruned.err << before;
  EXPECT_LT(std::filesystem::file_size(directory_ / ".fatespec/results.db"), 9U << 20U);
  EXPECT_GT(before, 9U << 20U);
  EXPECT_EQ(shell("sqlite3 .fatespec/results.db 'PRAGMA foreign_key_check'", directory_.path()).out, "");
  const auto least = run("results prune --size 1");
  EXPECT_EQ(least.status, 2);
  EXPECT_NE(least.err.find("there is nothing more to remove"), std::string::npos) << least.err;
}

TEST_F(ResultsCommand, SaysWhatItNeeds) {
  EXPECT_EQ(run("results prune").status, 2) << "there are no results";
  run("run --no-progress");
  const auto nothing = run("results prune");
  EXPECT_EQ(nothing.status, 2);
  EXPECT_NE(nothing.err.find("say what goes: --older-than, --keep, --size"), std::string::npos);
  EXPECT_EQ(run("results prune --keep -1").status, 2);
  EXPECT_EQ(run("results prune --older-than soon").status, 2);
  EXPECT_EQ(run("results copy nosuch.db x.db").status, 2);
}

}  // namespace
}  // namespace fatespec::test
