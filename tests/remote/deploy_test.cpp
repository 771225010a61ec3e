// Files that are brought to a board before the run.
#include <unistd.h>

#include "tests/remote/board_run.hpp"

namespace fatespec::test {
namespace {

class Deploy : public ::testing::Test {
 protected:
  void SetUp() override { FATESPEC_NEEDS_SSH_SERVER(); }

  SuiteRun run(const std::string& items, const std::string& tests = one_test, const std::string& more = "") const {
    return BoardProject(server_.target("deploy: [" + items + "]" + more)).run(tests);
  }
  std::string there(const std::string& name) const { return server_.file("there/" + name); }

  const SshServer server_;
  const TemporaryDirectory here_;
};

TEST_F(Deploy, BringsFilesAndTreesOnce) {
  here_.write("bin/prog", "#!/bin/sh\necho v1\n");
  here_.write("bin/sub/data with blank", "x");
  here_.write("one", "1");
  const std::string items = "{from: " + here_ / "bin" + ", to: " + there("bin") + "}, {from: " + here_ / "one" +
                            ", to: " + there("one") + ", mode: 700}";
  shell("chmod 755 bin/prog; ln -s prog bin/link", here_.path());
  const std::string tests = "tests: [{name: a, spec: " + there("bin/link") + ", expect: {stdout: \"v1\\n\"}}]";
  const auto first = run(items, tests);
  EXPECT_EQ(first.status, 0) << first.out << first.err;
  EXPECT_NE(first.out.find("board: 6 files deployed"), std::string::npos) << first.out;
  EXPECT_EQ(shell("diff -r " + here_ / "bin" + " " + there("bin")).out, "");
  EXPECT_EQ(shell("stat -c %a " + there("one")).out, "700\n");
  const auto second = run(items, tests);
  EXPECT_EQ(second.status, 0);
  EXPECT_EQ(second.out.find("deployed"), std::string::npos) << second.out;
}

TEST_F(Deploy, BringsWhatChangedHereOrThereAndRemovesWhatIsGone) {
  for (const char* name : {"t/same", "t/new-content", "t/new-mode", "t/gone", "t/damaged", "t/lost"})
    here_.write(name, "1");
  const std::string items = "{from: " + here_ / "t" + ", to: " + there("t") + "}";
  ASSERT_EQ(run(items).status, 0);
  const std::string inode = shell("stat -c %i " + there("t/same")).out;
  here_.write("t/new-content", "2");
  here_.write("t/added/file", "3");
  shell("chmod 755 t/new-mode; rm t/gone", here_.path());
  shell("echo longer >" + there("t/damaged") + "; rm " + there("t/lost") + "; echo mine >" + there("t/foreign"));
  const auto run_again = run(items);
  EXPECT_NE(run_again.out.find("board: 6 files deployed"), std::string::npos) << run_again.out;
  EXPECT_EQ(shell("rm " + there("t/foreign") + "; diff -r " + here_ / "t" + " " + there("t")).out, "");
  EXPECT_EQ(shell("stat -c %a " + there("t/new-mode")).out, "755\n");
  EXPECT_EQ(shell("stat -c %i " + there("t/same")).out, inode) << "what is the same is not touched";
}

TEST_F(Deploy, WhatALinkPointsToIsNotWrittenTo) {
  here_.write("t/v1/file", "1");
  here_.write("t/v2/file", "2");
  shell("ln -s v1 t/current", here_.path());
  const std::string items = "{from: " + here_ / "t" + ", to: " + there("t") + "}";
  ASSERT_EQ(run(items).status, 0);
  shell("ln -sfn v2 t/current", here_.path());
  ASSERT_EQ(run(items).status, 0);
  EXPECT_EQ(shell("readlink current && ls -A v1 v2", there("t")).out, "v2\nv1:\nfile\n\nv2:\nfile\n");
  shell("rm t/current; mkdir t/current; echo 3 >t/current/file", here_.path());
  ASSERT_EQ(run(items).status, 0);
  EXPECT_EQ(shell("diff -r " + here_ / "t" + " " + there("t")).out, "");
}

TEST_F(Deploy, FilesAndFoldersMayTakeEachOthersPlace) {
  here_.write("t/a", "1");
  here_.write("t/b/c/d", "1");
  here_.write("t/b/e", "1");
  const std::string items = "{from: " + here_ / "t" + ", to: " + there("t") + "}";
  ASSERT_EQ(run(items).status, 0);
  shell("rm -r t/a t/b; mkdir t/a; echo 2 >t/a/f; echo 2 >t/b", here_.path());
  const auto changed = run(items);
  EXPECT_EQ(changed.status, 0) << changed.out;
  EXPECT_EQ(shell("diff -r " + here_ / "t" + " " + there("t")).out, "");
  EXPECT_EQ(run(items).out.find("deployed"), std::string::npos);
  // But what somebody else has put into a folder stays.
  shell("echo mine >" + there("t/a/mine") + "; rm -r t/a; echo 3 >t/a", here_.path());
  EXPECT_NE(run(items)["a"]["reason"].get<std::string>().find(there("t/a") + ": is a folder there"), std::string::npos);
  EXPECT_EQ(read_file(there("t/a/mine")), "mine\n");
}

TEST_F(Deploy, ModesAreKeptUpToDate) {
  here_.write("t/folder/prog", "1");
  shell("chmod 755 t/folder/prog; chmod 750 t", here_.path());
  shell("mkdir -p " + there("t") + "; chmod 711 " + there("t"));
  const std::string items = "{from: " + here_ / "t" + ", to: " + there("t") + "}";
  ASSERT_EQ(run(items).status, 0);
  shell("chmod 700 t t/folder", here_.path());
  shell("chmod 644 " + there("t/folder/prog"));
  ASSERT_EQ(run(items).status, 0);
  EXPECT_EQ(shell("stat -c %a . folder folder/prog", there("t")).out, "711\n700\n755\n")
      << "a folder that was there keeps its own";
  // One that its user may not write in.
  here_.write("t/folder/new/file", "1");
  shell("chmod 555 t/folder/new t/folder", here_.path());
  ASSERT_EQ(run(items).status, 0);
  EXPECT_EQ(shell("stat -c %a folder folder/new", there("t")).out, "555\n555\n");
}

TEST_F(Deploy, RemovesWhatADeploymentThatWasKilledHasLeft) {
  here_.write("one", "1");
  const std::string killed = there(".fatespec-deploy.0123.") + shell("sh -c 'echo $$' | tr -d '\\n'").out;
  const std::string under_way = there(".fatespec-deploy.0123." + std::to_string(::getpid()));
  shell("mkdir -p " + killed + "/closed " + under_way + "; : >" + killed + "/closed/file; chmod 0 " + killed +
        "/closed");
  EXPECT_EQ(run("{from: " + here_ / "one" + ", to: " + there("one") + "}").status, 0);
  EXPECT_FALSE(std::filesystem::exists(killed));
  EXPECT_TRUE(std::filesystem::exists(under_way));
}

// More than one command of the board can take.
TEST_F(Deploy, RemovesManyFiles) {
  here_.write("t/same", "1");
  const std::string items = "{from: " + here_ / "t" + ", to: " + there("t") + "}";
  ASSERT_EQ(run(items).status, 0);
  const std::string long_name(150, 'x');
  shell("seq -f " + there("t/") + long_name +
            "%.0f 20000 >list; xargs touch -d @1000 <list; "
            "sed 's/^/0123 420 0 1000 /' list >>" +
            server_.scratch() + "/manifest",
        here_.path());
  ASSERT_EQ(shell("ls " + there("t") + " | wc -l").out, "20001\n");
  EXPECT_EQ(run(items).status, 0);
  EXPECT_EQ(shell("ls " + there("t")).out, "same\n");
}

// It lies where others can write.
TEST_F(Deploy, AManifestCannotNameFilesOfElsewhere) {
  here_.write("t/same", "1");
  const std::string items = "{from: " + here_ / "t" + ", to: " + there("t") + "}";
  ASSERT_EQ(run(items).status, 0);
  shell("touch -d @1000 " + there("victim") + "; echo '0123 420 0 1000 " + there("t/../victim") + "' >>" +
        server_.scratch() + "/manifest");
  EXPECT_EQ(run(items).status, 0);
  EXPECT_EQ(shell("ls " + there(".")).out, "t\nvictim\n");
}

TEST_F(Deploy, ReplacesAProgramThatRuns) {
  shell("cp /bin/sleep prog", here_.path());
  const std::string items = "{from: " + here_ / "prog" + ", to: " + there("prog") + "}";
  ASSERT_EQ(run(items).status, 0);
  shell(there("prog") + " 30 >/dev/null 2>&1 & echo $! >" + here_ / "pid");
  shell("cp /bin/true prog", here_.path());
  EXPECT_EQ(run(items, "tests: [{name: a, spec: " + there("prog") + " 30, timeout: 5s}]").status, 0);
  EXPECT_EQ(shell("kill $(cat " + here_ / "pid" + ")").status, 0) << "the old program has gone on";
  EXPECT_EQ(shell("ls -A " + server_.file("there")).out, "prog\n") << "no stage is left";
}

TEST_F(Deploy, SaysWhatCannotBeBrought) {
  const auto missing = run("{from: " + here_ / "none" + ", to: /tmp/x}");
  EXPECT_EQ(missing.status, 3);
  EXPECT_NE(missing["a"]["reason"].get<std::string>().find("deploy: " + here_ / "none" + ": No such file"),
            std::string::npos)
      << missing["a"]["reason"];
  here_.write("file", "1");
  shell("mkdir -p " + there("folder"));
  const auto folder = run("{from: " + here_ / "file" + ", to: " + there("folder") + "}");
  EXPECT_NE(folder["a"]["reason"].get<std::string>().find(there("folder") + ": is a folder there"), std::string::npos)
      << folder["a"]["reason"];
  const auto forbidden = run("{from: " + here_ / "file" + ", to: /proc/none/file}");
  EXPECT_EQ(forbidden["a"]["verdict"], "error");
}

TEST_F(Deploy, LeavesTheManifestAndWhatWasDeployedAndNothingElse) {
  here_.write("file", "1");
  ASSERT_EQ(run("{from: " + here_ / "file" + ", to: " + there("file") + "}").status, 0);
  EXPECT_EQ(shell("ls -A " + server_.scratch()).out, "manifest\n");
}

TEST_F(Deploy, OfManyFilesIsOneStream) {
  for (int i = 0; i < 2000; ++i)
    here_.write("many/" + std::to_string(i % 40) + "/" + std::to_string(i), std::to_string(i));
  const std::string items = "{from: " + here_ / "many" + ", to: " + there("many") + "}";
  const auto first = run(items);
  EXPECT_NE(first.out.find("board: 2041 files deployed"), std::string::npos) << first.out;
  EXPECT_EQ(shell("diff -r " + here_ / "many" + " " + there("many")).out, "");
}

TEST_F(Deploy, ADiskThatIsFullIsNoOnesFailure) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can mount a small file system";
  shell("mkdir -p " + server_.scratch() + " && mount -t tmpfs -o size=1m none " + server_.scratch());
  const auto run_full = BoardProject(server_.target())
                            .run(
                                "tests: [{name: file, spec: '{MD5FILE,y} head -c 4000000 /dev/zero >y'}, {name: fills, "
                                "spec: 'head -c 4000000 /dev/zero >x'}, {name: after, spec: /bin/true}, "
                                "{name: wrong, spec: echo 1, expect: {stdout: \"2\\n\"}}]",
                                "--order file");
  here_.write("big", std::string(3'000'000, 'x'));
  const auto deploy = run("{from: " + here_ / "big" + ", to: " + server_.scratch() + "/big}");
  shell("umount " + server_.scratch());
  EXPECT_EQ(run_full["fills"]["verdict"], "error") << run_full.out;
  EXPECT_NE(run_full["fills"]["reason"].get<std::string>().find("disk full: no space is left in " + server_.scratch()),
            std::string::npos)
      << run_full["fills"]["reason"];
  EXPECT_NE(run_full["file"]["reason"].get<std::string>().find("disk full: "), std::string::npos) << run_full.out;
  EXPECT_EQ(run_full["after"]["verdict"], "pass") << run_full.out;
  EXPECT_EQ(run_full["wrong"]["verdict"], "fail") << "there is space again: " << run_full.out;
  EXPECT_EQ(deploy["a"]["verdict"], "error");
  EXPECT_NE(deploy["a"]["reason"].get<std::string>().find("(0 KiB are free there)"), std::string::npos)
      << deploy["a"]["reason"];
}

}  // namespace
}  // namespace fatespec::test
