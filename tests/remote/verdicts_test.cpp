// The same suites give the same results here and on a board.
#include <regex>

#include "tests/remote/board_run.hpp"

namespace fatespec::test {
namespace {

/// What may differ between the two, or has no reason to be equal.
nlohmann::json comparable(nlohmann::json line) {
  for (const char* key :
       {"target", "configuration", "wall_s", "user_s", "system_s", "max_rss_kib", "command", "run", "time"})
    line.erase(key);
  if (line["verdict"] == "timeout") line.erase("detail");  // a debugger's stack, on this machine only
  if (line["test"] == "s/too-much") line.erase("stdout_bytes");
  std::string text = line.dump();
  for (const char* path : {"/tmp/fatespec-[0-9a-f]{12}-[0-9]+/[0-9]+", "/tmp/[^ \"]*/[0-9a-f]{12}.1/[0-9]+.d"})
    text = std::regex_replace(text, std::regex(path), "TEST_DIR");
  return nlohmann::json::parse(text);
}

constexpr const char* suite = R"(tests:
  - {name: pass, spec: echo hello, expect: {stdout: "hello\n"}}
  - {name: direct, spec: /bin/true}
  - {name: fail, spec: 'echo wrong; exit 9', expect: {stdout: "right\n", status: 9}}
  - {name: status, spec: 'echo no >&2; exit 4'}
  - {name: expected-status, spec: 'exit 4', expect: {status: 4}}
  - {name: crash, spec: 'kill -SEGV $$'}
  - {name: own-group, spec: 'kill 0'}
  - {name: interrupt, spec: 'kill -INT $$; echo survived'}
  - {name: timeout, spec: sleep 98, timeout: 300ms}
  - {name: stubborn, spec: 'trap "" TERM; echo begun; while :; do sleep 0.1; done', timeout: 300ms, tags: [slow]}
  - {name: missing, spec: no-such-program -x}
  - {name: missing-path, spec: /no/such/program -x}
  - {name: forbidden, spec: /etc/passwd x}
  - {name: missing-in-shell, spec: 'no-such-program | cat; no-such-program'}
  - {name: expected-missing, spec: no-such-program, expect: {status: 127}}
  - {name: bytes, spec: "{SHA1} printf 'a\\000b\\377\\nc'"}
  - {name: shown-bytes, spec: "printf 'a\\000b\\377\\nc'; printf '\\001\\200' >&2"}
  - {name: apart, spec: 'echo out; echo err >&2; echo out', expect: {stdout: "out\nout\n", stderr: "err\n"}}
  - {name: both, spec: 'for i in 1 2 3 4 5 6 7 8 9; do head -c 100000 /dev/zero; head -c 100000 /dev/zero >&2; done'}
  - {name: large, spec: '{MD5} head -c 300000000 /dev/zero', timeout: 4m, expect: {stdout: 0c48aebfdf4e4b80b9edcb62faf8c3ae}}
  - {name: one-off, spec: '{1OFF,ref.raw,16} head -c 8 /dev/zero'}
  - {name: one-off-fails, spec: '{1OFF,ref.raw,8} head -c 9 /dev/zero'}
  - {name: rms, spec: '{RMS,ref.raw,0.5} head -c 8 /dev/zero'}
  - {name: file, spec: '{MD5FILE,"a, b"} sh -c "echo x > \"a, b\""', expect: {stdout: 401b30e3b8b5d629635a5c613cdb7919}}
  - {name: no-file, spec: '{MD5FILE,none} /bin/true'}
  - {name: folder, spec: '{MD5FILE,d} mkdir d'}
  - {name: filesize, spec: '{FILESIZE} ref.raw', expect: {stdout: "8"}}
  - {name: make, spec: '{MAKE} thing'}
  - {name: maketest, spec: '{MAKETEST} echo tested'}
  - {name: stdin, spec: cat, stdin_file: ref.txt, expect: {stdout: "line 1\nline 2\n"}}
  - {name: no-stdin, spec: cat, expect: {stdout: ""}}
  - {name: environment, spec: 'env | grep -v ^PATH= | grep -v ^HOME= | grep -v ^TEST_DIR= | grep -v ^PWD= | grep -v ^_= | grep -v ^SHLVL= | sort', env: {B: "2 '3'", A: ""}}
  - {name: cwd, spec: pwd, cwd: /usr, expect: {stdout: "/usr\n"}}
  - {name: empty-directory, spec: 'ls -A; pwd | grep -q "^$TEST_DIR$"', expect: {stdout: ""}}
  - {name: leaves, spec: 'mkdir -p a/b; echo x >a/b/.c; chmod 0 a/b'}
  - {name: empty-again, spec: 'ls -A; touch .hidden', expect: {stdout: ""}}
  - {name: empty-after-hidden, spec: ls -A, expect: {stdout: ""}}
  - {name: flaky, spec: 'exit 1', retries: 2}
  - {name: leaky, spec: 'sleep 4711 & echo x', expect: {stdout: "x\n"}}
  - {name: daemon, spec: 'setsid sleep 4712 & echo x', expect: {stdout: "x\n"}}
  - {name: writing-daemon, spec: 'setsid sh -c "exec 8>&-; exec sleep 4714" & echo x', expect: {stdout: "x\n"}}
  - {name: quiet-daemon, spec: 'setsid sh -c "exec </dev/null >/dev/null 2>&1 8>&-; exec sleep 4713" & sleep 0.1'}
  - {name: hidden-daemon, spec: 'env -i setsid sleep 4715 </dev/null >/dev/null 2>&1 & sleep 0.1; echo x', expect: {stdout: "x\n"}}
  - {name: renamed-daemon, spec: 'TEST_DIR=/x setsid sleep 4717 </dev/null >/dev/null 2>&1 & sleep 0.1; echo x', expect: {stdout: "x\n"}}
  - {name: hidden-writer, spec: 'env -i setsid sleep 4716 & echo x', expect: {stdout: "x\n"}}
  - {name: hidden-silent-writer, spec: 'env -i setsid sh -c "exec 8>&-; exec sleep 4718" & echo x', expect: {stdout: "x\n"}}
  - {name: own-path, spec: '/bin/echo ok | /bin/cat', env: {PATH: /x}, expect: {stdout: "ok\n"}}
  - {name: probe, spec: /bin/true, only_if: {probe: 'test 1 = 2'}}
  - {name: newline, spec: "echo 'a\nb'", expect: {stdout: "a\nb\n"}}
  - {name: quotes, spec: "echo \"it's\" '\"' \\$x", expect: {stdout: "it's \" $x\n"}}
  - {name: too-much, spec: 'yes', limits: {output: 1M}}
)";

TEST(Boards, GiveTheSameResultsAsThisMachine) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const TemporaryDirectory here;
  const BoardProject there(server.target("jobs: 3"), "make: echo made\n");
  for (const auto* directory : {&here, &there.directory()}) {
    directory->write("ref.raw", std::string(8, '\0'));
    directory->write("ref.txt", "line 1\nline 2\n");
  }
  here.write("fatespec.yaml", "make: echo made\n");
  const auto local = run_suite(here, suite);
  const auto remote = there.run(suite);
  EXPECT_EQ(remote.status, local.status) << remote.out << remote.err;
  for (const auto& line : local.lines) {
    if (line["type"] != "test_finished") continue;
    const std::string name = line["test"].get<std::string>().substr(2);
    EXPECT_EQ(comparable(remote[name]).dump(1), comparable(line).dump(1)) << name;
  }
  EXPECT_EQ(remote["pass"]["target"], "board");
  EXPECT_EQ(remote["make"]["target"], "local");
  EXPECT_EQ(processes_of(server.scratch()), "");
  EXPECT_EQ(process_exists("sleep 471"), false);
}

TEST(Boards, GiveAllOfManyLargeOutputsAtOnce) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target("jobs: 6"));
  // The digest is slower than the line: what comes has to wait with the library, again and again.
  constexpr const char* command = "head -c 30000000 /dev/zero";
  const std::string digest = shell(std::string(command) + " | sha512sum | cut -d' ' -f1 | tr -d '\\n'").out;
  std::string tests = "tests:\n";
  for (int i = 0; i < 12; ++i)
    tests +=
        "  - {name: t" + std::to_string(i) + ", spec: '{SHA512} " + command + "', expect: {stdout: " + digest + "}}\n";
  const auto run = project.run(tests);
  EXPECT_EQ(run.status, 0) << run.out;
}

TEST(Boards, AStdinThatIsNotThereIsTheErrorOfItsTestAlone) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const auto run = BoardProject(server.target())
                       .run("tests: [{name: a, spec: cat, stdin_file: not-there}, {name: b, spec: /bin/true}]");
  EXPECT_EQ(run["a"]["verdict"], "error") << run.out;
  EXPECT_NE(run["a"]["reason"].get<std::string>().find("cannot be used on the board: input "), std::string::npos)
      << run["a"]["reason"];
  EXPECT_EQ(run["b"]["verdict"], "pass") << run.out;
}

TEST(Boards, LookForProgramsOnTheTestsOwnPath) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target());
  project.directory().write("bin/own-program", "#!/bin/sh\necho own\n");
  shell("chmod 755 bin/own-program", project.directory().path());
  const auto run = project.run("tests: [{name: a, spec: own-program, env: {PATH: '" + project.directory() / "bin" +
                               ":/usr/bin:/bin'}, expect: {stdout: \"own\\n\"}}, {name: b, spec: own-program}]");
  EXPECT_EQ(run["a"]["verdict"], "pass") << run.out;
  EXPECT_EQ(run["b"]["reason"], "program `own-program` not found on PATH") << "the others have the board's";
}

TEST(Boards, TwoTargetsOfOneHostNeedDirectoriesOfTheirOwn) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const TemporaryDirectory directory;
  const auto write = [&](const std::string& more) {
    directory.write("fatespec.yaml",
                    "suites: []\nconfigurations: {b: {target: one}, c: {target: two}}\n"
                    "targets:\n  one: {" +
                        server.target() + "}\n  two: {" + server.target(more) + "}\n");
  };
  directory.write("s.yaml", one_test);
  write("timeout_factor: 2");
  const auto refused = fatespec("run s.yaml", directory.path());
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("the targets one and two are the same host and work in the same directory, "),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(fatespec("run s.yaml --configuration c", directory.path()).status, 0);
}

// They are the test's alone: the supervisor has names of its own.
TEST(Boards, VariablesOfATestHideNothingOfIt) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const auto run =
      BoardProject(server.target())
          .run(
              "tests: [{name: a, spec: 'echo $usage $root $self', env: {usage: u, root: r, self: s, dir: d, "
              "hold: h, leader: l, token: t, worker: w}, expect: {stdout: \"u r s\\n\"}}]");
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_GT(run["a"]["max_rss_kib"].get<int>(), 0) << run["a"];
}

TEST(Boards, AndThisMachineAnswerProbesForThemselves) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target("jobs: 2, env: {WHERE: board}"));
  const std::string only = ", only_if: {probe: test board = \"$WHERE\"}}\n";
  const auto run = project.run("tests:\n  - {name: size, spec: '{FILESIZE} fatespec.yaml'" + only +
                               "  - {name: command, spec: /bin/true" + only);
  EXPECT_EQ(run["size"]["verdict"], "skip") << "it is looked for here";
  EXPECT_EQ(run["command"]["verdict"], "pass") << run.out;
}

TEST(Boards, AreLeftAsTheyWereFound) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target("jobs: 2"));
  const auto run = project.run("tests:\n  - {name: a, spec: touch x}\n  - {name: b, spec: 'touch y; exit 1'}\n");
  EXPECT_EQ(run.status, 1);
  const std::string kept = shell("find . -type f", server.scratch()).out;
  EXPECT_NE(kept.find(".d/y\n"), std::string::npos) << "kept after a failure";
  EXPECT_EQ(std::count(kept.begin(), kept.end(), '\n'), 1) << kept;
  EXPECT_NE(run.out.find("kept: " + server.scratch()), std::string::npos) << run.out;
  EXPECT_EQ(project.run("tests: [{name: b, spec: 'touch y; exit 1'}]", "--keep none").status, 1);
  EXPECT_EQ(shell("find . -type f | wc -l", server.scratch()).out, "1\n");
}

TEST(Boards, WhatStaysInItsGroupEndsWithTheTest) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target("jobs: 1, keepalive: 60s"));  // nobody sweeps before the second test
  const std::string mark = "leep " + unshared_seconds();
  const auto run =
      project.run("tests:\n  - {name: a, spec: 's" + mark +
                  " 8>&- <&- >&- 2>&- &'}\n  - {name: b, spec: 'pgrep -f \"[s]" + mark + "\"', expect: {status: 1}}\n");
  EXPECT_EQ(run["a"]["verdict"], "pass") << run.out;
  EXPECT_EQ(run["b"]["verdict"], "pass") << run["b"];
}

TEST(Boards, TellTheCostOfTheWholeTree) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target());
  const auto run = project.run("tests: [{name: a, spec: '" FATESPEC_PYTHON
                               " -c \"x = bytearray(60000000); [i*i for i in range(2000000)]\" | cat'}, "
                               "{name: b, spec: /bin/true}]");
  EXPECT_GT(run["a"]["user_s"].get<double>(), 0.02);
  EXPECT_GT(run["a"]["max_rss_kib"].get<int>(), 60'000);
  EXPECT_LT(run["b"]["max_rss_kib"].get<int>(), 60'000);
  EXPECT_GT(run["b"]["max_rss_kib"].get<int>(), 0);
}

TEST(Boards, ConfigurationsRunSideBySide) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml",
                  "configurations: {here: {tags: [x]}, there: {target: board, variables: {WHERE: there}}}\n"
                  "variables: {WHERE: here}\ntargets: {board: {" +
                      server.target() + "}}\n");
  const auto run = run_suite(directory,
                             "tests: [{name: a, spec: echo $WHERE, expect: {stdout_matches: here|there}}, "
                             "{name: b, spec: /bin/true, only_if: {target: board}}]");
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  std::string seen;
  for (const auto& line : run.lines)
    if (line["type"] == "test_finished" && line["verdict"] == "pass")
      seen += line["test"].get<std::string>() + "@" + line["target"].get<std::string>() + " ";
  EXPECT_NE(seen.find("s/a@local"), std::string::npos) << seen;
  EXPECT_NE(seen.find("s/a@board"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("s/b@local"), std::string::npos) << seen;
}

TEST(Boards, ReadFilesAsTheTargetSays) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  constexpr const char* tests =
      "tests: [{name: a, spec: '{MD5FILE,f} sh -c \"echo x >f\"', expect: {stdout: 401b30e3b8b5d629635a5c613cdb7919}}, "
      "{name: none, spec: '{MD5FILE,g} /bin/true'}, {name: size, spec: '{SHA256FILE,f} sh -c \"echo x >f\"', "
      "expect: {size: {min: 2, max: 2}}}]";
  for (const char* settings : {"read_file: /bin/cat", "read_file: cat --", "remote_digest: true"}) {
    const auto run = BoardProject(server.target(settings)).run(tests);
    EXPECT_EQ(run["a"]["verdict"], "pass") << settings << run.out;
    EXPECT_EQ(run["size"]["verdict"], "pass") << settings << run.out;
    EXPECT_EQ(run["none"]["verdict"], "fail") << settings << run.out;
    EXPECT_NE(run["none"]["reason"].get<std::string>().find("the command wrote no file"), std::string::npos);
  }
  const auto missing = BoardProject(server.target("read_file: /no/cat")).run(tests);
  EXPECT_EQ(missing["a"]["verdict"], "error") << missing.out;
  EXPECT_NE(missing["a"]["reason"].get<std::string>().find("`read_file` ended with status 127"), std::string::npos);
}

TEST(Boards, PutThePrefixInFrontOfPrograms) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const BoardProject project(server.target("exec: env WRAPPED=yes"));
  const auto run = project.run(
      "tests: [{name: direct, spec: printenv WRAPPED}, {name: pipe, spec: 'printenv WRAPPED | cat'}, "
      "{name: shell, spec: 'x=1; printenv WRAPPED'}]");
  for (const char* test : {"direct", "pipe", "shell"}) EXPECT_EQ(run[test]["stdout"], "yes\n") << test;
}

TEST(Boards, AreNamedByExplain) {
  const BoardProject project("host: nowhere.invalid, directory: /b");
  project.directory().write("suite.yaml", "suite: s\ntests: [{name: a, spec: $FFMPEG_PATH -version}]");
  const auto explained = fatespec("explain s/a suite.yaml --set FFMPEG_PATH=/fate/ffmpeg", project.directory().path());
  EXPECT_NE(explained.out.find("target board: nowhere.invalid over ssh"), std::string::npos)
      << explained.out << explained.err;
  EXPECT_NE(explained.out.find("ssh nowhere.invalid 'mkdir -p /tmp/fatespec-test && cd /tmp/fatespec-test && "
                               "/fate/ffmpeg -version'"),
            std::string::npos)
      << explained.out;
}

// The recording comes back over ssh and is judged and kept here.
TEST(BoardVerdicts, APlayerOnABoardSendsItsRecording) {
  FATESPEC_NEEDS_SSH_SERVER();
  SshServer server;
  const BoardProject board(server.target());
  const std::string made =
      shell("ffmpeg -nostdin -v error -y -f lavfi -i testsrc=size=64x48:rate=25:duration=1 -c:v ffv1 clip.mkv",
            board.directory().path())
          .err;
  ASSERT_EQ(made, "");
  const std::string test =
      "tests: [{name: p, spec: '{PLAYER,clock=virtual} " + (board.directory() / "clip.mkv") + "'}]\n";
  EXPECT_EQ(board.run(test)["p"]["reason"], "no player on board: the variable FATESPEC_PLAYER is to name it");
  board.directory().write("s.yaml", "suite: s\n" + test);
  const auto run = fatespec("run s.yaml --json - --results r.db --set FATESPEC_PLAYER=" FATESPEC_PLAYER_PROGRAM,
                            board.directory().path());
  const auto finished = json_lines(run.out, "test_finished");
  ASSERT_EQ(finished.size(), 1U) << run.err;
  EXPECT_EQ(finished[0]["verdict"], "pass") << finished[0];
  EXPECT_EQ(finished[0]["target"], "board");
  EXPECT_EQ(finished[0]["stdout"], "No anomalies detected.");
  EXPECT_EQ(read_file(finished[0]["recording"]).substr(0, 3), "\xd9\xd9\xf7");
}

}  // namespace
}  // namespace fatespec::test
