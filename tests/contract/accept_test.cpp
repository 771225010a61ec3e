// fatespec accept: which references it takes, and what it leaves alone.
#include <map>

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

TEST(Accept, MakesMissingReferenceFilesOfWhatTheStdoutBecomes) {
  const TemporaryDirectory directory;
  directory.write("in", "hello");
  directory.write("a.yaml",
                  "variables: {IN_PATH: in}\ntests:\n"
                  "  - {name: command, spec: 'cat $IN_PATH', expect: {stdout_file: refs/command}}\n"
                  "  - {name: md5, spec: '{MD5} cat $IN_PATH', expect: {stdout_file: refs/md5}}\n"
                  "  - {name: file, spec: '{MD5FILE,f} cp $IN_PATH f', expect: {stdout_file: refs/file}}\n"
                  "  - {name: size, spec: '{FILESIZE} in', expect: {stdout_file: refs/size}}\n"
                  "  - {name: off, spec: '{1OFF,nope,16} cat $IN_PATH'}\n");
  EXPECT_EQ(fatespec("run a.yaml --json r.json", directory.path()).status, 3);
  std::map<std::string, std::string> told;
  for (const auto& line : json_lines(read_file(directory / "r.json"), "test_finished"))
    told[line["test"]] = line["stdout"];
  const std::string md5 = "5d41402abc4b2a76b9719d911017c592";
  EXPECT_EQ(told, (std::map<std::string, std::string>{
                      {"a/command", "hello"}, {"a/file", md5}, {"a/md5", md5}, {"a/off", ""}, {"a/size", "5"}}));
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_EQ(accepted.status, 0) << accepted.out << accepted.err;
  for (const auto& [name, text] :
       {std::pair<std::string, std::string>("command", "hello"), {"md5", md5}, {"file", md5}, {"size", "5"}})
    EXPECT_EQ(read_file(directory / ("refs/" + name)).substr(0, text.size()), text) << accepted.out;
  EXPECT_EQ(fatespec("run a.yaml --filter '!a/off'", directory.path()).status, 0);
}

TEST(Accept, ChangesReferencesInPlace) {
  const TemporaryDirectory directory;
  const std::string suite =
      "tests:\n  # kept\n  - name: digest\n    spec: \"{MD5} printf hello\"\n    expect: {stdout: 00}\n  - {name: "
      "file, spec: printf hello, expect: {stdout_file: refs/f}}\n"
      "  - {name: broken, spec: 'printf x; exit 1', expect: {stdout: y}}\n";
  directory.write("a.yaml", suite);
  EXPECT_EQ(fatespec("run a.yaml", directory.path()).status, 1);
  EXPECT_EQ(fatespec("accept", directory.path()).status, 2) << "no terminal to ask at";
  EXPECT_EQ(shell("CI=true " FATESPEC_PROGRAM " accept --yes", directory.path()).status, 2);
  EXPECT_EQ(read_file(directory / "a.yaml"), suite);
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_EQ(accepted.status, 0) << accepted.err;
  EXPECT_NE(accepted.out.find("a/broken: not accepted, it did not end as expected"), std::string::npos) << accepted.out;
  EXPECT_NE(accepted.out.find("    -00\n    +5d41402abc4b2a76b9719d911017c592\n"), std::string::npos) << accepted.out;
  EXPECT_EQ(read_file(directory / "refs/f"), "hello");
  std::string changed = suite;
  changed.replace(changed.find("00}"), 2, "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(read_file(directory / "a.yaml"), changed);
  EXPECT_EQ(fatespec("accept a/nothing --yes", directory.path()).status, 4);
}

TEST(Accept, ChangesReferencesOfStderr) {
  const TemporaryDirectory directory;
  directory.write("a.yaml",
                  "tests:\n"
                  "  - {name: both, spec: 'echo o; echo e >&2', expect: {stdout: \"p\\n\", stderr: \"f\\n\"}}  # two\n"
                  "  - {name: file, spec: 'echo log >&2', expect: {stderr_file: refs/log}}\n"
                  "  - {name: same, spec: 'echo x; echo e >&2', expect: {stdout: \"y\\n\", stderr: \"e\\n\"}}\n"
                  "  - {name: only, spec: 'echo o; echo e >&2', expect: {stdout: \"o\\n\", stderr: \"\"}}\n"
                  "  - {name: blanks, compare: whitespace, spec: 'echo o; echo e  e >&2', expect: {stdout: \"x\\n\", "
                  "stderr: \"e e\\n\"}}\n"
                  "  - {name: failed, spec: 'echo e >&2; exit 1', expect: {stderr: \"f\\n\"}}\n"
                  "  - {name: long, spec: 'seq 30000 >&2', expect: {stderr: \"f\\n\"}}\n");
  EXPECT_EQ(fatespec("run a.yaml", directory.path()).status, 1);
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_EQ(accepted.status, 0) << accepted.err;
  EXPECT_NE(accepted.out.find("a/both, stderr  in "), std::string::npos) << accepted.out;
  EXPECT_NE(accepted.out.find("a/failed: not accepted, it did not end as expected"), std::string::npos) << accepted.out;
  EXPECT_NE(accepted.out.find("a/long: not accepted, of its stderr only head and tail are kept"), std::string::npos)
      << accepted.out;
  for (const char* equal : {"a/same, stderr", "a/blanks, stderr", "a/only  in", "a/only: "})
    EXPECT_EQ(accepted.out.find(equal), std::string::npos) << equal << "\n" << accepted.out;
  EXPECT_NE(accepted.out.find("a/only, stderr  in "), std::string::npos) << accepted.out;
  EXPECT_NE(accepted.out.find("== new: 1 reference\n"), std::string::npos)
      << "silence is a reference: " << accepted.out;
  EXPECT_EQ(read_file(directory / "refs/log"), "log\n");
  EXPECT_NE(read_file(directory / "a.yaml").find("expect: {stdout: \"o\\n\", stderr: \"e\\n\"}}  # two\n"),
            std::string::npos)
      << read_file(directory / "a.yaml");
  EXPECT_EQ(fatespec("run a.yaml --filter 'name(both)|name(file)|name(same)'", directory.path()).status, 0);
  EXPECT_NE(fatespec("accept a/same --yes", directory.path()).out.find("a/same: not accepted, it passed"),
            std::string::npos);
}

TEST(Accept, SaysThatItHasAcceptedAlready) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: b, spec: echo b, expect: {stdout: x}}]\n");
  fatespec("run a.yaml -q", directory.path());
  EXPECT_EQ(fatespec("accept --yes a/b", directory.path()).status, 0);
  const auto again = fatespec("accept --yes a/b", directory.path());
  EXPECT_NE(again.out.find("a/b: not accepted, its stdout is what is expected by now\n"), std::string::npos)
      << again.out;
}

TEST(Accept, MeansThePathsThatTheRunWasGivenWhereverItIs) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml", "suites: [a.yaml]\n");
  directory.write("a.yaml", "tests: [{name: a, spec: echo new, expect: {stdout_file: '$REF_PATH/x'}}]\n");
  directory.write("b.yaml", "tests: [{name: b, spec: echo new, expect: {stdout: old}}]\n");
  directory.write("refs/x", "old\n");
  directory.write("sub/x", "");
  fatespec("run a.yaml b.yaml --set REF_PATH=refs -q", directory.path());
  const auto accepted = fatespec("accept --yes", directory.path() / "sub");
  EXPECT_EQ(accepted.status, 0) << accepted.out << accepted.err;
  EXPECT_EQ(read_file(directory / "refs/x"), "new\n");
  EXPECT_NE(read_file(directory / "b.yaml").find("new"), std::string::npos);
}

TEST(Accept, LosesNothingWhereSeveralAreUnderWayAtOnce) {
  const TemporaryDirectory directory;
  std::string suite = "tests:\n";
  for (int i = 0; i < 8; ++i)
    suite += "  - {name: t" + std::to_string(i) + ", spec: echo new, expect: {stdout: \"old\\n\"}}\n";
  directory.write("a.yaml", suite);
  EXPECT_EQ(fatespec("run a.yaml -q", directory.path()).status, 1);
  shell("for i in 0 1 2 3 4 5 6 7; do " FATESPEC_PROGRAM " accept --yes a/t$i >$i.out 2>&1 & done; wait",
        directory.path());
  EXPECT_EQ(read_file(directory / "a.yaml").find("old"), std::string::npos) << read_file(directory / "a.yaml");
  EXPECT_EQ(shell("wc -l <a.provenance.jsonl", directory.path()).out, "8\n");
  EXPECT_FALSE(std::filesystem::exists(directory / ".a.yaml.lock"));
  EXPECT_EQ(fatespec("run a.yaml -q", directory.path()).status, 0);
}

TEST(Accept, TellsThatTheCommandIsNoLongerTheOneThatRan) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: t, spec: echo a /bin/b, expect: {stdout: \"x\\n\"}}]\n");
  EXPECT_EQ(fatespec("run a.yaml -q", directory.path()).status, 1);
  directory.write("a.yaml", "tests: [{name: t, spec: echo b /bin/b, expect: {stdout: \"x\\n\"}}]\n");
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_NE(
      accepted.out.find("the test has changed: the run's command was `echo a /bin/b`, and is now `echo b /bin/b`"),
      std::string::npos)
      << accepted.out;
}

TEST(Accept, IsSilentAboutConfigurationsThatAreLeftOutAndNamesThoseThatAreGone) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: t, spec: echo $V, expect: {stdout_file: refs/$V}}]\n");
  const auto configurations = [&](const std::string& a) {
    directory.write("fatespec.yaml",
                    "suites: [a.yaml]\nconfigurations: {" + a + ": {variables: {V: x}}, b: {variables: {V: y}}}\n");
  };
  configurations("a");
  EXPECT_EQ(fatespec("run -q", directory.path()).status, 3);
  const auto of_b = fatespec("accept --yes --configuration b", directory.path());
  EXPECT_EQ(of_b.out.find("not accepted"), std::string::npos) << of_b.out;
  configurations("c");
  const auto gone = fatespec("accept --yes", directory.path());
  EXPECT_NE(gone.out.find("a/t [a]: not accepted, there is no configuration `a` any more"), std::string::npos)
      << gone.out;
}

TEST(Accept, TakesNoOutputThatChangesFromOneTimeToTheNext) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: t, spec: date +%N, expect: {stdout: \"0\\n\"}}]\n");
  EXPECT_EQ(fatespec("run a.yaml -q --stress 3", directory.path()).status, 1);
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_EQ(accepted.status, 2);
  EXPECT_EQ(accepted.out, "a/t: not accepted, its repetitions ended in 3 ways\n");
}

TEST(Accept, WritesNoReferenceOverAPipeOrASpecFile) {
  const TemporaryDirectory directory;
  const std::string suite =
      "tests:\n  - {name: p, spec: echo q, expect: {stdout_file: pipe}}\n"
      "  - {name: s, spec: echo q, expect: {stdout_file: a.yaml}}\n";
  directory.write("a.yaml", suite);
  shell("mkfifo pipe", directory.path());
  EXPECT_NE(fatespec("run a.yaml -q", directory.path()).status, 0);
  const auto accepted = shell("timeout 60 " FATESPEC_PROGRAM " accept --yes", directory.path());
  EXPECT_EQ(accepted.status, 2);
  EXPECT_NE(accepted.out.find("pipe is no regular file\n"), std::string::npos) << accepted.out;
  EXPECT_NE(accepted.out.find("a.yaml is no reference, but a spec file, the configuration or where results are\n"),
            std::string::npos)
      << accepted.out;
  EXPECT_EQ(read_file(directory / "a.yaml"), suite);
}

TEST(Accept, WritesNoReferenceOverWhatBelongsToTheProject) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml", "suites: [s.yaml, self.yaml]\n");
  const std::string other = "suite: s\ntests: [{name: a, spec: 'true'}]\n";
  directory.write("s.yaml", other);
  directory.write("self.yaml",
                  "suite: self\ntests:\n"
                  "- {name: spec, spec: echo hi, expect: {stdout_file: s.yaml}}\n"
                  "- {name: results, spec: echo hi, expect: {stdout_file: .fatespec/results.db}}\n"
                  "- {name: reasons, spec: echo hi, expect: {stdout_file: x.provenance.jsonl}}\n");
  directory.write("x.provenance.jsonl", "{}\n");
  EXPECT_EQ(fatespec("run self.yaml", directory.path()).status, 1);
  const auto accepted = fatespec("accept --yes self.yaml", directory.path());
  EXPECT_EQ(accepted.status, 2) << accepted.out << accepted.err;
  EXPECT_EQ(read_file(directory / "s.yaml"), other);
  EXPECT_EQ(read_file(directory / "x.provenance.jsonl"), "{}\n");
  EXPECT_EQ(fatespec("show latest", directory.path()).status, 0);
}

TEST(Accept, TakesWhatTheRunWasGiven) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml", "suites: [suites/*.yaml]\nvariables: {CPU: sse}\n");
  directory.write("suites/s.yaml",
                  "suite: s\ntests: [{name: t, spec: echo of-$CPU, expect: {stdout_file: refs/$CPU}}]\n");
  directory.write("suites/refs/sse", "of-sse\n");
  directory.write("suites/refs/avx2", "old\n");
  EXPECT_EQ(fatespec("run --set CPU=avx2", directory.path()).status, 1);
  EXPECT_EQ(fatespec("accept --yes", directory.path()).status, 0);
  EXPECT_EQ(read_file(directory / "suites/refs/sse"), "of-sse\n");
  EXPECT_EQ(read_file(directory / "suites/refs/avx2"), "of-avx2\n");
  // Also a spec file that is none of the project's; without it the test is told to be unknown.
  directory.write("x.yaml", "suite: x\ntests: [{name: t, spec: echo new, expect: {stdout: \"old\\n\"}}]\n");
  EXPECT_EQ(fatespec("run x.yaml", directory.path()).status, 1);
  std::filesystem::rename(directory / "x.yaml", directory / "y.yaml");
  EXPECT_NE(fatespec("accept --yes", directory.path())
                .out.find("x/t: not accepted, no spec file that is read has this test: name the file that does"),
            std::string::npos);
  std::filesystem::rename(directory / "y.yaml", directory / "x.yaml");
  EXPECT_NE(fatespec("accept --yes", directory.path()).out.find("1 of 1 reference"), std::string::npos);
  EXPECT_NE(read_file(directory / "x.yaml").find("new\\n"), std::string::npos);
}

TEST(Accept, LeavesWhatIsKnownToFail) {
  const TemporaryDirectory directory;
  const std::string suite =
      "suite: s\ntests: [{name: t, spec: echo wrong, expect: {stdout: \"right\\n\"}, expect_fail: {reason: bug}}]\n";
  directory.write("s.yaml", suite);
  EXPECT_EQ(fatespec("run s.yaml", directory.path()).status, 0);
  EXPECT_EQ(fatespec("accept --yes", directory.path()).status, 0);
  EXPECT_EQ(read_file(directory / "s.yaml"), suite);
  EXPECT_EQ(fatespec("accept s/t --yes", directory.path()).status, 0);
  EXPECT_NE(read_file(directory / "s.yaml").find("wrong\\n"), std::string::npos) << "it was asked for";
}

TEST(Accept, ClassesThatNothingIsOfAreTold) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "tests: [{name: a, spec: echo 1, expect: {stdout: '2'}}]\n");
  fatespec("run s.yaml --no-progress", directory.path());
  const auto none = fatespec("accept --class 'no such' --yes", directory.path());
  EXPECT_EQ(none.status, 4);
  EXPECT_NE(none.err.find("has no change of class `no such`, but of: "), std::string::npos) << none.err;
  EXPECT_EQ(fatespec("accept --class '*' --yes", directory.path()).status, 0);
}

TEST(Accept, OverwritesNoFileOfAnotherTest) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "suite: aac\ntests: [{name: latm-1, spec: seq 3}, {name: x, spec: seq 3}]\n");
  directory.write("b.yaml", "suite: aac-latm\ntests: [{name: '1', spec: seq 5}]\n");
  directory.write("refs/aac-x", "by hand\n");
  EXPECT_EQ(fatespec("run a.yaml b.yaml", directory.path()).status, 0);
  EXPECT_EQ(fatespec("accept aac/latm-1 aac/x aac-latm/1 --yes", directory.path()).status, 0);
  EXPECT_EQ(read_file(directory / "refs/aac-x"), "by hand\n");
  const auto again = fatespec("run a.yaml b.yaml", directory.path());
  EXPECT_EQ(again.status, 0) << again.out;
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory / "refs"), {}), 4);
}

TEST(Accept, LeavesAReferenceThatTheTestMakes) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests: [{name: t, spec: 'echo a >$TEST_DIR/ref; echo b', "
                  "expect: {stdout_file: $TEST_DIR/ref}}]\n");
  EXPECT_EQ(fatespec("run s.yaml --keep none", directory.path()).status, 1);
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_NE(accepted.out.find("s/t: not accepted, the test makes its reference itself"), std::string::npos)
      << accepted.out;
  EXPECT_FALSE(std::filesystem::exists(directory / "$TEST_DIR"));
}

TEST(Accept, GivesAPassingTestItsFirstExpectation) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests:\n  - {name: one, spec: echo hi}\n");
  EXPECT_EQ(fatespec("run a.yaml", directory.path()).status, 0);
  EXPECT_EQ(fatespec("accept a/one --yes", directory.path()).status, 0);
  EXPECT_EQ(read_file(directory / "a.yaml"), "tests:\n  - {name: one, spec: echo hi, expect: {stdout: \"hi\\n\"}}\n");
}

TEST(Accept, GoesOnPastWhatItCannotChange) {
  const TemporaryDirectory directory;
  directory.write("a.yaml",
                  "tests:\n  - {name: bytes, spec: 'printf \"\\377\"', expect: {stdout: x}}\n"
                  "  - {name: shared, spec: echo s, expect: &one {stdout: x}}\n"
                  "  - {name: alias, spec: echo s, expect: *one}\n"
                  "  - {name: nothing, spec: printf null, expect: {stdout: x}}\n");
  EXPECT_EQ(fatespec("run a.yaml", directory.path()).status, 1);
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_EQ(accepted.status, 2);
  EXPECT_NE(accepted.out.find("a/bytes: not accepted, its stdout is no UTF-8 text"), std::string::npos) << accepted.out;
  EXPECT_NE(accepted.err.find("the expectation of `alias` cannot be changed in place"), std::string::npos)
      << accepted.err;
  EXPECT_NE(read_file(directory / "a.yaml").find("spec: printf null, expect: {stdout: \"null\"}"), std::string::npos);
}

}  // namespace
}  // namespace fatespec::test
