// fatespec bisect on a small repository of its own: the culprit, unbuildable stretches, flaky tests, going on.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

class Bisect : public testing::Test {
 protected:
  static constexpr int commits = 30;
  static constexpr int culprit = 17;

  /// A repository whose "ffmpeg" is the file `program`, built by copying. Commit n has the tag vN. From the culprit on
  /// its output is wrong, always or sometimes; some commits cannot be built.
  void make_repository(const std::string& wrong) {
    directory_.write("project/s.yaml",
                     "suite: s\ntests: [{name: t, spec: $FFMPEG_PATH, expect: {stdout: \"right\\n\"}}]\n");
    directory_.write("project/fatespec.yaml",
                     "suites: [s.yaml]\nconfigurations:\n  gcc:\n    source: ../source\n    build: sh ./build\n"
                     "    variables: {FFMPEG_PATH: ../source/ffmpeg}\n");
    directory_.write("history", history(wrong));
    const auto made = shell(
        "git init -q -b main source && cd source && git config user.name N && git config user.email a@b.c && "
        "git fast-import --quiet <../history && git reset -q --hard main",
        directory_.path());
    ASSERT_EQ(made.status, 0) << made.err;
  }
  /// The commits as `git fast-import` reads them: one process where a shell's loop would start hundreds.
  std::string history(const std::string& wrong) const {
    std::string text;
    const auto data = [&](const std::string& bytes) {
      text += "data " + std::to_string(bytes.size()) + "\n" + bytes + "\n";
    };
    const auto file = [&](const std::string& name, const std::string& bytes) {
      text += "M 100644 inline " + name + "\n";
      data(bytes);
    };
    for (int n = 1; n <= commits; ++n) {
      const std::string number = std::to_string(n);
      text += "commit refs/heads/main\ncommitter N <a@b.c> " + std::to_string(1700000000 + n) + " +0000\n";
      data("change " + number);
      file("build", "test ! -e broken || exit 1\necho built >>" + directory_ / "builds" +
                        "\ncp program ffmpeg; chmod +x ffmpeg\n");
      file(".gitignore", "ffmpeg\n");
      file("program", (n >= culprit ? wrong : "#!/bin/sh\necho right") + "\n");
      file("number", number + "\n");
      if ((n >= 13 && n <= 15) || n == 22) file("broken", "");
      else text += "D broken\n";
      text += "reset refs/tags/v" + number + "\nfrom refs/heads/main\n\n";
    }
    return text;
  }
  ProgramResult bisect(const std::string& arguments) {
    return fatespec("bisect s/t " + arguments, directory_.path() / "project");
  }
  std::string commit(int number) {
    return shell("git -C source rev-parse v" + std::to_string(number) + " | tr -d '\\n'", directory_.path()).out;
  }
  std::string builds() { return read_file(directory_ / "builds"); }
  long number_of_builds() {
    const std::string all = builds();
    return std::count(all.begin(), all.end(), '\n');
  }

  TemporaryDirectory directory_;
};

TEST_F(Bisect, FindsTheCommitAroundOnesThatCannotBeBuilt) {
  make_repository("#!/bin/sh\necho wrong");
  const auto found = bisect("--good v1 --bad v30");
  EXPECT_EQ(found.status, 0) << found.out << found.err;
  EXPECT_NE(found.out.find("the first bad commit is\n\ncommit " + commit(culprit)), std::string::npos) << found.out;
  EXPECT_NE(found.out.find("change 17"), std::string::npos);
  EXPECT_NE(found.out.find("bad   " + commit(30).substr(0, 12) + ": fails 5 of 5 times\n"), std::string::npos)
      << found.out;
  EXPECT_EQ(shell("git -C source worktree list | wc -l; git -C source branch --list", directory_.path()).out,
            "1\n* main\n")
      << "the repository is as it was";
  // Again: every binary is there.
  std::filesystem::remove(directory_ / "builds");
  EXPECT_EQ(bisect("--good v1 --bad v30").status, 0);
  EXPECT_EQ(builds(), "");
}

TEST_F(Bisect, AFlakyFaultIsFoundToo) {
  // Wrong once in three times, in a fixed order that differs from commit to commit.
  make_repository(
      "#!/bin/sh\necho x >>\"$0.n\"; n=$(wc -l <\"$0.n\"); if [ $((n % 3)) -eq 1 ]; then echo wrong; else echo right; "
      "fi");
  const auto found = bisect("--good v1 --bad v30");
  EXPECT_EQ(found.status, 0) << found.out << found.err;
  EXPECT_NE(found.out.find("the first bad commit is\n\ncommit " + commit(culprit)), std::string::npos) << found.out;
  EXPECT_NE(found.out.find(": fails 3 of 7 times\n"), std::string::npos) << found.out;
}

// A test that may be tried again passes now and then all the same: each try is one for bisect.
TEST_F(Bisect, ARetryHidesNothing) {
  make_repository(
      "#!/bin/sh\necho x >>\"$0.n\"; n=$(wc -l <\"$0.n\"); if [ $((n % 2)) -eq 1 ]; then echo wrong; else echo right; "
      "fi");
  directory_.write("project/s.yaml",
                   "suite: s\ntests: [{name: t, spec: $FFMPEG_PATH, retries: 1, expect: {stdout: \"right\\n\"}}]\n");
  const auto found = bisect("--good v1 --bad v30");
  EXPECT_EQ(found.status, 0) << found.out << found.err;
  EXPECT_NE(found.out.find("the first bad commit is\n\ncommit " + commit(culprit)), std::string::npos) << found.out;
}

TEST_F(Bisect, GoesOnWhereItWasCut) {
  make_repository("#!/bin/sh\necho wrong");
  // The third build is the last thing that the first attempt sees.
  const auto cut =
      shell("(" FATESPEC_PROGRAM
            " bisect s/t --good v1 --bad v30 >first 2>&1 & echo $! >pid; wait) & "
            "until [ \"$(wc -l <../builds 2>/dev/null || echo 0)\" -ge 4 ]; do sleep 0.02; done; kill -KILL $(cat pid)",
            directory_.path() / "project");
  const auto before = number_of_builds();
  const auto found = bisect("--good v1 --bad v30");
  EXPECT_EQ(found.status, 0) << found.out << found.err;
  EXPECT_EQ(found.out.substr(0, found.out.find('\n')), "going on with an earlier bisection");
  EXPECT_NE(found.out.find("the first bad commit is\n\ncommit " + commit(culprit)), std::string::npos) << found.out;
  EXPECT_LE(number_of_builds(), before + 5) << "what was built is not built again";
}

TEST_F(Bisect, TheResultsKnowWhereToBegin) {
  make_repository("#!/bin/sh\necho wrong");
  for (const char* revision : {"v9", "v25", "v28"})
    shell("cd ../source && git checkout -q " + std::string(revision) +
              " && sh ./build && cd ../project && " FATESPEC_PROGRAM " run --no-progress",
          directory_.path() / "project");
  const auto found = bisect("");
  EXPECT_EQ(found.status, 0) << found.out << found.err;
  EXPECT_NE(found.out.find("bad   " + commit(25).substr(0, 12)), std::string::npos) << found.out;
  EXPECT_NE(found.out.find("good  " + commit(9).substr(0, 12)), std::string::npos) << found.out;
  EXPECT_NE(found.out.find("change 17"), std::string::npos);
}

TEST_F(Bisect, IsNotMisledByTheTreeItBuildsIn) {
  make_repository("#!/bin/sh\necho wrong");
  // The build changes a tracked file, a subject says what git says at the end, and a variable names a directory.
  shell(
      "cd source && for n in 5 12 20; do git checkout -q v$n; done; git checkout -q main; "
      "git commit -q --allow-empty -m 'note: abc is the first bad commit of the old series'; git tag v31; "
      "git commit -q --allow-empty -m last; git tag v32",
      directory_.path());
  directory_.write(
      "project/fatespec.yaml",
      "suites: [s.yaml]\nconfigurations:\n  gcc:\n    source: ../source\n    build: sh ./build && echo x >>number\n"
      "    variables: {FFMPEG_PATH: ../source/ffmpeg, BUILD_PATH: ../source/.git}\n");
  const auto found = bisect("--good v1 --bad v32");
  EXPECT_EQ(found.status, 0) << found.out << found.err;
  EXPECT_NE(found.out.find("the first bad commit is\n\ncommit " + commit(culprit)), std::string::npos) << found.out;
}

// HEAD is the source's, whatever an earlier one has left.
TEST_F(Bisect, AWrongEndLeavesNothingThatTheNextOneWouldMeet) {
  make_repository("#!/bin/sh\necho wrong");
  const auto wrong = bisect("--good HEAD~2 --bad HEAD");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("HEAD~2 is not good: the test fails there"), std::string::npos) << wrong.err;
  EXPECT_EQ(shell("git -C source worktree list | wc -l", directory_.path()).out, "1\n");
  const auto found = bisect("--good HEAD~29 --bad HEAD");
  EXPECT_EQ(found.status, 0) << found.out << found.err;
  EXPECT_NE(found.out.find("the first bad commit is\n\ncommit " + commit(culprit)), std::string::npos) << found.out;
}

TEST_F(Bisect, RevisionsAreThoseOfTheSourceAlsoBesideAWorktree) {
  make_repository("#!/bin/sh\nsleep 0.3; echo wrong");
  shell(FATESPEC_PROGRAM
        " bisect s/t --good HEAD~29 --bad HEAD >out 2>&1 & until grep -q '^good' out || ! kill -0 $!; do sleep 0.02; "
        "done; "
        "kill -TERM $!; wait $!",
        directory_.path() / "project");
  const auto found = bisect("--good HEAD~29 --bad HEAD");
  EXPECT_EQ(found.status, 0) << found.out << found.err;
  EXPECT_NE(found.out.find("going on with an earlier bisection\n"), std::string::npos) << found.out;
  EXPECT_NE(found.out.find("the first bad commit is\n\ncommit " + commit(culprit)), std::string::npos) << found.out;
}

TEST_F(Bisect, OneAtATime) {
  make_repository("#!/bin/sh\necho wrong");
  // The first one builds until it is stopped.
  const auto both = shell("sed -i 's,sh ./build,touch " + directory_ / "building" +
                              "; sleep 600,' fatespec.yaml; " FATESPEC_PROGRAM
                              " bisect s/t --good v1 --bad v30 >first 2>&1 & until test -e " +
                              directory_ / "building" +
                              "; do sleep 0.02; done; " FATESPEC_PROGRAM
                              " bisect s/t --good v1 --bad v30; echo $?; kill -TERM $!; wait $!; echo $?",
                          directory_.path() / "project");
  EXPECT_NE(both.err.find("another bisection of this test is under way"), std::string::npos) << both.err;
  EXPECT_EQ(both.out, "3\n143\n");
  EXPECT_EQ(shell("find . -name unbuildable", directory_.path()).out, "")
      << "what was interrupted may be built next time";
}

TEST_F(Bisect, EndsThatAreNoneAreRefused) {
  make_repository("#!/bin/sh\necho wrong");
  auto refused = bisect("--good v20 --bad v30");
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("v20 is not good: the test fails there"), std::string::npos) << refused.err;
  refused = bisect("--good v1 --bad v5");
  EXPECT_NE(refused.err.find("v5 is not bad: the test passes there"), std::string::npos) << refused.err;
  refused = bisect("--good v1 --bad nosuch");
  EXPECT_NE(refused.err.find("has no revision `nosuch`"), std::string::npos) << refused.err;
  refused = bisect("");
  EXPECT_EQ(refused.status, 2) << "there are no results";
  directory_.write("project/fatespec.yaml", "suites: [s.yaml]\n");
  refused = bisect("--good v1 --bad v30");
  EXPECT_NE(refused.err.find("the configuration `default` needs `source` (a git repository) and `build`"),
            std::string::npos)
      << refused.err;
}

}  // namespace
}  // namespace fatespec::test
