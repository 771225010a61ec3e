// Spec files, configurations, commands and what they print.
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

TEST(Commands, NoConfigurationIsNeeded) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: t, spec: 'printf %s $FFMPEG_PATH,$SAMPLES_PATH', expect: {stdout: '" +
                                directory / "x/ffmpeg" + ",/s'}}]\n");
  directory.write("x/ffmpeg", "");
  const auto program = fatespec("run a.yaml --set FFMPEG_PATH=x/ffmpeg --set SAMPLES_PATH=/s", directory.path());
  EXPECT_EQ(program.status, 0) << program.out;
  EXPECT_NE(fatespec("list a.yaml --set SAMPLES_PATH=/s", directory.path()).out.find("a/t\n"), std::string::npos);
}

TEST(Commands, WhatIsNoRelativePathStaysAsItIs) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: t, spec: echo $SAMPLES_PATH/a}, {name: f, spec: $FFMPEG_PATH -version}]\n");
  std::filesystem::create_directory(directory.path() / "ffmpeg");  // a checkout of the source
  const auto line = [&](const std::string& test) {
    return fatespec("explain a/" + test + " a.yaml --set SAMPLES_PATH=https://example.org/s --set FFMPEG_PATH=ffmpeg",
                    directory.path())
        .out;
  };
  EXPECT_NE(line("t").find("echo https://example.org/s/a"), std::string::npos) << line("t");
  EXPECT_EQ(line("f").find(directory / "ffmpeg"), std::string::npos) << line("f");
}

TEST(Commands, AReportOfFateIsOfOneConfiguration) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml",
                  "suites: [s.yaml]\nconfigurations: {a: {variables: {X: 1}}, b: {variables: {X: 2}}}\n");
  directory.write("s.yaml", "tests: [{name: t, spec: 'test $X = 1'}]\n");
  EXPECT_EQ(fatespec("run --no-progress", directory.path()).status, 1);
  const auto report = [&](const std::string& more) {
    return fatespec("report --format fate --slot x --revision 1 " + more, directory.path());
  };
  EXPECT_EQ(report("").err, "fatespec: a report of FATE is of one configuration: --configuration NAME, one of a, b\n");
  EXPECT_EQ(report("--configuration c").err, "fatespec: the run has no configuration `c`; it has a, b\n");
  EXPECT_EQ(fatespec("report --format tap --configuration a", directory.path()).status, 2);
  const auto good = report("--configuration a");
  EXPECT_NE(good.out.find(":0:success:"), std::string::npos) << good.out << good.err;
  const auto bad = report("--configuration b");
  EXPECT_NE(bad.out.find(":1:error testing:"), std::string::npos) << bad.out << bad.err;
}

TEST(Commands, ReportsOfARunThatWasCutShortSaySo) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "tests: [{name: a, spec: 'true'}, {name: b, spec: 'false'}, {name: c, spec: 'true'}, "
                  "{name: d, spec: 'true'}]\n");
  EXPECT_EQ(fatespec("run s.yaml -q --jobs 1 --fail-fast --order file --junit run.xml", directory.path()).status, 1);
  const std::string missing = "2 of 4 tests have no result: the run was cut short, or is under way";
  EXPECT_NE(read_file(directory / "run.xml").find("<error message=\"" + missing), std::string::npos);
  for (const std::string format : {"junit", "tap", "github"})
    EXPECT_NE(fatespec("report --format " + format, directory.path()).out.find(missing), std::string::npos) << format;
  const auto fate = fatespec("report --format fate --slot x --revision y", directory.path());
  EXPECT_NE(fate.out.find(":1:error testing:"), std::string::npos) << fate.out;
  EXPECT_NE(fate.out.find("\nfatespec-all-tests-have-run:1:"), std::string::npos) << fate.out;
}

TEST(Commands, ALinkToASpecFileIsASuiteOfItsOwn) {
  const TemporaryDirectory directory;
  directory.write("real/a.yaml", "tests: [{name: t, spec: 'true'}]\n");
  shell("mkdir other; ln -s ../real/a.yaml other/b.yaml; ln -s real again", directory.path());
  directory.write("real/named.yaml", "suite: n\ntests: [{name: t, spec: 'true'}]\n");
  shell("ln -s named.yaml real/latest.yaml", directory.path());
  EXPECT_EQ(fatespec("list real/named.yaml real/latest.yaml", directory.path()).out, "n/t\n") << "its name is the same";
  EXPECT_EQ(fatespec("list real/a.yaml other/b.yaml again/a.yaml ./real/../real/a.yaml", directory.path()).out,
            "a/t\nb/t\n");
}

TEST(Commands, TestsAreNamedWithoutTheirSuiteToo) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "tests: [{name: a, spec: echo x}, {name: b, spec: echo y, expect: {stdout: \"z\\n\"}}]\n");
  directory.write("u.yaml", "tests: [{name: a, spec: echo x}]\n");
  EXPECT_EQ(fatespec("run s.yaml u.yaml -q", directory.path()).status, 1);
  EXPECT_NE(fatespec("history b", directory.path()).out.find("fail"), std::string::npos);
  const auto several = fatespec("history a", directory.path());
  EXPECT_EQ(several.status, 4);
  EXPECT_EQ(several.err, "fatespec: `a` names several tests: s/a, u/a\n");
  EXPECT_NE(fatespec("show --test b", directory.path()).out.find("s/b"), std::string::npos);
  EXPECT_EQ(fatespec("accept a --yes", directory.path()).status, 2);
  EXPECT_NE(fatespec("accept b --yes", directory.path()).out.find("1 of 1 references changed"), std::string::npos);
}

TEST(Commands, ConfigurationsRunSideBySide) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml",
                  "suites: [s.yaml]\nconfigurations:\n  a: {variables: {ME: a, OTHER: b}}\n"
                  "  b: {variables: {ME: b, OTHER: a}}\n");
  directory.write("s.yaml",
                  "tests: [{name: t, cwd: ., timeout: 20s, spec: 'touch $ME; until test -e $OTHER; do sleep 0.01; "
                  "done'}]\n");
  const auto run = fatespec("run --jobs 2 --results none", directory.path());
  EXPECT_EQ(run.status, 0) << "each waits for the other: " << run.out;
}

TEST(Commands, TheExitCodeIsThatOfTheJson) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "tests:\n  - {name: good, spec: 'true'}\n  - {name: bad, spec: 'false'}\n"
                  "  - {name: missing, spec: ./nothing}\n  - {name: known, spec: 'false', expect_fail: known}\n");
  const auto exit_of = [&](const std::string& filter) {
    const auto run = fatespec("run s.yaml --results none --json run.json --filter '" + filter + "'", directory.path());
    EXPECT_EQ(test::json_lines(read_file(directory / "run.json"), "run_finished").at(0)["exit"], run.status) << filter;
    return run.status;
  };
  EXPECT_EQ(exit_of("s/good | s/known"), 0);
  EXPECT_EQ(exit_of("s/good | s/missing"), 3);
  EXPECT_EQ(exit_of("s/bad | s/missing"), 1) << "the worse";
}

TEST(Commands, EveryConfigurationIsRunOrTheNamedOnes) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml",
                  "suites: [s/*.yaml]\nconfigurations: {a: {variables: {X: 1}}, b: {variables: {X: 2}}}\n");
  directory.write("s/s.yaml", "tests: [{name: t, spec: 'echo $X'}]\n");
  directory.write("sub/x", "");
  EXPECT_EQ(fatespec("list", directory.path() / "sub").out, "s/t [a]\ns/t [b]\n");
  EXPECT_EQ(fatespec("list --configuration b", directory.path()).out, "s/t [b]\n");
  const auto run = fatespec("run --json - --configuration a -q", directory.path());
  EXPECT_NE(run.out.find(R"("configuration":"a")"), std::string::npos);
  EXPECT_NE(run.out.find(R"("command":"echo 1")"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(directory / ".fatespec/results.db"));
}

TEST(Commands, CheckSaysSoIfAllIsWell) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: t, spec: x}]\n");
  EXPECT_EQ(fatespec("check a.yaml", directory.path()).out, "1 suite, 1 test: no problem\n");
}

TEST(Commands, ListAsJson) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests:\n- {name: t, spec: x, tags: [audio], skip: why}\n");
  const auto line = nlohmann::json::parse(fatespec("list a.yaml --json", directory.path()).out);
  EXPECT_EQ(line["test"], "a/t");
  EXPECT_EQ(line["tags"][0], "audio");
  EXPECT_EQ(line["skip"], "why");
  EXPECT_EQ(line["line"], 2);
}

TEST(Commands, ExplainTellsTheVariablesOfBuildsAndProbes) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml",
                  "suites: [s.yaml]\nmake: make -C $BUILD_PATH %s\n"
                  "variables: {BUILD_PATH: /b, CPU: avx2}\n");
  directory.write("s.yaml",
                  "tests: [{name: t, spec: '{MAKE} all', only_if: {probe: 'grep -q $CPU /proc/cpuinfo'}},"
                  " {name: u, spec: '{MAKETEST}'}, {name: v, spec: '{MAKETEST} true'}]\n");
  const std::string told = fatespec("explain s/t", directory.path()).out;
  EXPECT_NE(told.find("variables\n  $BUILD_PATH = /b\n  $CPU = avx2\n"), std::string::npos) << told;
  EXPECT_NE(fatespec("explain s/u", directory.path()).out.find("variables\n  $BUILD_PATH = /b\n"), std::string::npos);
  EXPECT_EQ(fatespec("explain s/v", directory.path()).out.find("variables\n"), std::string::npos);
}

TEST(Commands, ExplainGivesTheLineToPaste) {
  const TemporaryDirectory directory;
  directory.write(
      "a.yaml", "variables: {D: -v error}\ntests: [{name: t, spec: \"{MD5} prog $D -o $TEST_DIR/x\", env: {E: 1}}]\n");
  const auto program = fatespec("explain a/t a.yaml", directory.path());
  EXPECT_EQ(program.status, 0) << program.err;
  EXPECT_NE(program.out.find("\n  mkdir -p /tmp/fatespec-test; (export E=1; prog -v error -o /tmp/fatespec-test/x)\n"),
            std::string::npos)
      << program.out;
  EXPECT_NE(program.out.find("  $D = -v error\n"), std::string::npos);
  EXPECT_NE(program.out.find("  E=1\n"), std::string::npos);
  EXPECT_EQ(fatespec("explain a/none a.yaml", directory.path()).status, 4);
}

TEST(Commands, TheLineToPasteHasTestDirWhereAProgramLooksForIt) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: t, spec: \"sh -c 'echo x >$TEST_DIR/x'\"}]\n");
  const auto program = fatespec("explain a/t a.yaml", directory.path());
  EXPECT_NE(program.out.find("\n  mkdir -p /tmp/fatespec-test; (export TEST_DIR=/tmp/fatespec-test; sh -c 'echo x "
                             ">$TEST_DIR/x')\n"),
            std::string::npos)
      << program.out;
}

TEST(Commands, ThePastedLineDoesTheSame) {
  const TemporaryDirectory directory;
  directory.write("a.yaml",
                  "tests: [{name: t, spec: 'printf \"%s|\" \"$V\" $V ${V:-x}; for V in 1; do echo $V; done'}]\n");
  const auto run =
      fatespec("run a.yaml --json - -q --results none --set \"V=it's a \\\"\\$HOME\\\" *\"", directory.path());
  const auto line =
      nlohmann::json::parse(run.out.substr(run.out.find("{\"type\":\"test_finished\""))
                                .substr(0, run.out.find('\n', run.out.find("{\"type\":\"test_finished\"")) -
                                               run.out.find("{\"type\":\"test_finished\"")));
  const TemporaryDirectory empty;
  EXPECT_EQ(shell(line["command"].get<std::string>(), empty.path()).out, line["stdout"].get<std::string>());
}

TEST(Commands, RunsAndShow) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: t, spec: 'echo out; exit 3'}, {name: u, spec: /bin/true}]\n");
  fatespec("run a.yaml", directory.path());
  fatespec("run a.yaml --filter 'name(u)'", directory.path());
  const auto runs = fatespec("runs", directory.path()).out;
  EXPECT_NE(runs.find("1 pass, 1 fail"), std::string::npos) << runs;
  const auto show = fatespec("show latest~1 --test a/t", directory.path()).out;
  EXPECT_NE(show.find("status 3, expected 0"), std::string::npos) << show;
  EXPECT_NE(show.find("stdout, 4 bytes:\nout\n"), std::string::npos) << show;
  EXPECT_EQ(fatespec("show latest~7", directory.path()).status, 2);
  EXPECT_EQ(fatespec("show latest --test nope", directory.path()).status, 4);
  const auto junit = fatespec("report latest~1 --format junit", directory.path()).out;
  EXPECT_NE(junit.find("<testsuite name=\"a (default)\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\""),
            std::string::npos)
      << junit;
  EXPECT_EQ(fatespec("report latest --format json", directory.path()).out,
            fatespec("show latest --json", directory.path()).out);
}

TEST(Commands, WhatIsPrintedToPasteCanBePasted) {
  const TemporaryDirectory directory;
  directory.write("a.yaml",
                  "tests:\n  - {name: \"it's\", spec: 'seq 36', expect: {stdout: \"x\\n\"}}\n"
                  "  - {name: b (c), spec: 'exit 1 # why', env: {X: \"1\"}}\n");
  std::filesystem::create_directory(directory / "sub");
  const auto run = fatespec("run a.yaml --results sub/r.db", directory.path());
  const auto after = [&](const std::string& mark) {
    const auto at = run.out.find(mark) + mark.size();
    return run.out.substr(at, run.out.find('\n', at) - at);
  };
  const std::string shown = after("more lines: ");
  EXPECT_NE(shown.find("--results sub/r.db --test 'a/it'\\''s'"), std::string::npos) << run.out;
  const std::string in_path = "PATH=" + std::filesystem::path(FATESPEC_PROGRAM).parent_path().string() + ":$PATH; ";
  const auto whole = shell(in_path + shown, directory.path());
  EXPECT_NE(whole.out.find("+36\n"), std::string::npos) << whole.out << whole.err;
  const std::string results = after("results: ");
  EXPECT_EQ(shell(in_path + results.substr(0, results.find("   (")), directory.path()).status, 0) << results;
  EXPECT_EQ(shell(after("b (c)  status 1, expected 0\n        $ "), directory.path()).status, 1);
  EXPECT_EQ(fatespec("explain 'a/b (c)' a.yaml", directory.path()).status, 0);
}

TEST(Commands, EveryCommandHasHelpWithExamples) {
  const TemporaryDirectory directory;
  // The commands as `--help` lists them: "  run      run tests".
  const std::string listed =
      shell(FATESPEC_PROGRAM " --help | sed -n '/^Subcommands:/,$ s/^  \\([a-z]*\\)  .*/\\1/p'", directory.path()).out;
  const auto commands = base::split_lines(listed);
  EXPECT_GE(commands.size(), 20U) << listed;
  for (const auto command : commands) {
    const auto help = fatespec(std::string(command) + " --help", directory.path());
    EXPECT_EQ(help.status, 0) << command;
    EXPECT_NE(help.out.find("Example"), std::string::npos) << command;
  }
  EXPECT_EQ(fatespec("--version", directory.path()).out.substr(0, 9), "fatespec ");
}

TEST(Commands, JunitIsWritten) {
  const TemporaryDirectory directory;
  run_suite(directory, "tests: [{name: a, spec: /bin/false}]\n", "--junit j.xml");
  EXPECT_NE(read_file(directory / "j.xml").find("<failure message=\"status 1, expected 0\" type=\"fail\">"),
            std::string::npos);
}

// A log that the shell has opened is neither replaced nor written from its beginning.
TEST(Commands, JunitGoesWhereStdoutGoes) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: a, spec: 'true'}]\n");
  for (const char* place : {"-", "/dev/stdout"}) {
    test::shell("exec >log; echo before; " FATESPEC_PROGRAM " run s.yaml --no-progress --results none --junit " +
                    std::string(place) + " 2>err; echo after",
                directory.path());
    const std::string log = read_file(directory / "log");
    EXPECT_EQ(log.substr(0, 7), "before\n") << log;
    EXPECT_NE(log.find("<testsuites"), std::string::npos) << log;
    EXPECT_EQ(log.substr(log.size() - 6), "after\n") << log;
  }
  const auto refused = fatespec("run s.yaml --results none --junit no/such/place.xml", directory.path());
  EXPECT_EQ(refused.status, 2) << "nothing was run";
  EXPECT_NE(refused.err.find("no/such/place.xml"), std::string::npos) << refused.err;
  EXPECT_EQ(refused.out.find("1 pass"), std::string::npos) << "it is told before the run: " << refused.out;
}

TEST(Commands, LongOutputIsShownWithItsGap) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: a, spec: 'seq 30000; false'}]\n");
  fatespec("run s.yaml --junit r.xml", directory.path());
  const std::string gap = "\n[… 103360 bytes left out …]\n";
  EXPECT_NE(fatespec("show --test s/a", directory.path()).out.find(gap), std::string::npos);
  EXPECT_NE(read_file(directory / "r.xml").find(gap), std::string::npos);
}

TEST(Commands, ColoursRespectNoColor) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: a, spec: /bin/false}]\n");
  const auto in_terminal = [&](const std::string& environment) {
    return shell(
               "script -qec '" + environment + " TERM=xterm " FATESPEC_PROGRAM " run a.yaml --results none' /dev/null",
               directory.path())
        .out;
  };
  EXPECT_NE(in_terminal("env -u NO_COLOR").find("\x1b[31mfail"), std::string::npos);
  EXPECT_EQ(in_terminal("NO_COLOR=1").find("\x1b[31m"), std::string::npos);
}

}  // namespace
}  // namespace fatespec::test
