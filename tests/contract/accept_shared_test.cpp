// fatespec accept, where several tests, combinations or configurations have one reference.
#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

TEST(AcceptShared, LeavesAReferenceThatAnotherCombinationMeets) {
  const TemporaryDirectory directory;
  const std::string suite =
      "tests:\n  - {name: m, matrix: {K: ['o e', 'p f']}, spec: 'set -- $K; echo $1; echo e >&2', expect: {stdout: "
      "\"o\\n\", stderr: \"f\\n\"}}\n"
      "  - {name: n, matrix: {K: ['o f', 'p e']}, spec: 'set -- $K; echo $1; echo $2 >&2', expect: {stdout: \"o\\n\", "
      "stderr: \"e\\n\"}}\n";
  directory.write("a.yaml", suite);
  EXPECT_EQ(fatespec("run a.yaml", directory.path()).status, 1);
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_NE(accepted.out.find("a/m[K=p f]: not accepted, a/m[K=o e] agrees with the same reference"), std::string::npos)
      << accepted.out;
  EXPECT_NE(accepted.out.find("a/n[K=o f]: not accepted, a/n[K=p e] agrees with the same reference; give each an "
                              "`expect` of its own (a `stderr_file` may hold the variables)"),
            std::string::npos)
      << accepted.out;
  std::string changed = suite;
  changed.replace(changed.find("f\\n"), 1, "e");  // both combinations of `m` agree about it
  EXPECT_EQ(read_file(directory / "a.yaml"), changed);
}

TEST(AcceptShared, LeavesAReferenceThatACombinationThatIsNotNamedWouldChangeOtherwise) {
  const TemporaryDirectory directory;
  const std::string suite =
      "tests:\n  - {name: m, spec: 'echo $A', matrix: {A: [1, 2]}, expect: {stdout: \"0\\n\"}}\n"
      "  - {name: n, spec: 'echo 3', matrix: {A: [1, 2]}, expect: {stdout: \"0\\n\"}}\n";
  directory.write("a.yaml", suite);
  EXPECT_EQ(fatespec("run a.yaml", directory.path()).status, 1);
  const auto refused = fatespec("accept --yes 'a/m[A=1]'", directory.path());
  EXPECT_EQ(refused.status, 2) << "nothing was accepted";
  EXPECT_NE(refused.out.find("a/m[A=1]: not accepted, a/m[A=2] gives another output for the same reference"),
            std::string::npos)
      << refused.out;
  EXPECT_EQ(read_file(directory / "a.yaml"), suite);
  EXPECT_EQ(fatespec("accept --yes 'a/n[A=1]'", directory.path()).status, 0) << "the other agrees";
}

TEST(AcceptShared, GivesNoExpectationThatACombinationOrConfigurationThatIsNotNamedWouldNotMeet) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml", "suites: [a.yaml]\nconfigurations: {one: {env: {C: 1}}, two: {env: {C: 2}}}\n");
  const std::string suite =
      "tests:\n  - {name: m, spec: 'echo $A', matrix: {A: [1, 2]}}\n"
      "  - {name: long, spec: 'seq $A', matrix: {A: [1, 3]}}\n"
      "  - {name: c, spec: 'echo \"$C\"'}\n"
      "  - {name: same, spec: 'echo 3', matrix: {A: [1, 2]}}\n";
  directory.write("a.yaml", suite);
  EXPECT_EQ(fatespec("run -q", directory.path()).status, 0);
  const auto refused = fatespec("accept --yes 'a/m[A=1]' 'a/long[A=3]'", directory.path());
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.out.find("a/m[A=1] [one]: not accepted, a/m[A=2] [one] gives another output"), std::string::npos)
      << refused.out;
  EXPECT_NE(refused.out.find("a/long[A=3] [one]: not accepted, a/long[A=1] [one] gives another"), std::string::npos)
      << refused.out;
  const auto one = fatespec("accept --yes --configuration one a/c", directory.path());
  EXPECT_NE(one.out.find("a/c [one]: not accepted, a/c [two] gives another output for the same reference"),
            std::string::npos)
      << one.out;
  EXPECT_EQ(read_file(directory / "a.yaml"), suite);
  EXPECT_EQ(fatespec("accept --yes 'a/same[A=1]'", directory.path()).status, 0) << "the other agrees";
}

TEST(AcceptShared, LeavesAReferenceThatAConfigurationWhichIsLeftOutPassesWith) {
  const TemporaryDirectory directory;
  const std::string suite =
      "tests:\n  - {name: d, spec: echo $V, expect: {stdout: \"one\\n\"}}\n"
      "  - {name: own, spec: echo $V, expect: {stdout_file: refs/$V}}\n";
  directory.write("a.yaml", suite);
  directory.write("refs/two", "old\n");
  directory.write("fatespec.yaml",
                  "suites: [a.yaml]\nconfigurations: {c1: {variables: {V: one}}, c2: {variables: {V: two}}}\n");
  EXPECT_EQ(fatespec("run -q", directory.path()).status, 1);
  const auto accepted = fatespec("accept --yes --configuration c2", directory.path());
  EXPECT_NE(accepted.out.find("a/d [c2]: not accepted, a/d [c1] agrees with the same reference"), std::string::npos)
      << accepted.out;
  EXPECT_NE(accepted.out.find("1 of 1 references changed, 1 not accepted\n"), std::string::npos) << accepted.out;
  EXPECT_EQ(accepted.status, 0);
  EXPECT_EQ(read_file(directory / "a.yaml"), suite);
  EXPECT_EQ(read_file(directory / "refs/two"), "two\n");
  // The same where c1 ran at another time.
  EXPECT_EQ(fatespec("run -q --configuration c2", directory.path()).status, 1);
  EXPECT_NE(fatespec("accept --yes", directory.path()).out.find("a/d [c1], which was not run, agrees"),
            std::string::npos);
}

TEST(AcceptShared, KnowsWhatACombinationThatDidNotRunWroteLast) {
  const TemporaryDirectory directory;
  const std::string suite =
      "suite: a\ntests: [{name: t, spec: \"echo $A\", expect: {stdout: \"x\\n\"}, matrix: {A: [1, 2]}}]\n";
  directory.write("a.yaml", suite);
  EXPECT_EQ(fatespec("run a.yaml", directory.path()).status, 1);
  EXPECT_EQ(fatespec("run a.yaml --filter '=a/t[A=1]'", directory.path()).status, 1);
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_NE(accepted.out.find(
                "a/t[A=2], which was not run, when it last ran (run it again, if that is past), gives another output"),
            std::string::npos)
      << accepted.out;
  EXPECT_EQ(read_file(directory / "a.yaml"), suite);
  // What another command wrote says nothing.
  directory.write(
      "a.yaml", "suite: a\ntests: [{name: t, spec: \"echo same\", expect: {stdout: \"x\\n\"}, matrix: {A: [1, 2]}}]\n");
  EXPECT_EQ(fatespec("run a.yaml --filter '=a/t[A=1]'", directory.path()).status, 1);
  EXPECT_EQ(fatespec("accept --yes", directory.path()).status, 0);
  EXPECT_EQ(fatespec("run a.yaml", directory.path()).status, 0);
}

TEST(AcceptShared, LeavesAReferenceThatOthersPassWith) {
  const TemporaryDirectory directory;
  const std::string suite =
      "tests:\n  - {name: m, spec: 'echo $A', matrix: {A: [1, 2]}, expect: {stdout: \"1\\n\"}}\n"
      "  - {name: c, spec: 'echo $A', matrix: {A: [3, 4]}, expect: {stdout: \"0\\n\"}}\n";
  directory.write("a.yaml", suite);
  EXPECT_EQ(fatespec("run a.yaml", directory.path()).status, 1);
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_NE(accepted.out.find("a/m[A=2]: not accepted, a/m[A=1] agrees with the same reference"), std::string::npos)
      << accepted.out;
  EXPECT_NE(accepted.out.find("a/c[A=3]: not accepted, a/c[A=4] gives another output for the same reference"),
            std::string::npos)
      << accepted.out;
  EXPECT_EQ(read_file(directory / "a.yaml"), suite);
}

TEST(AcceptShared, KnowsWhatARunOfAFewTestsDidNotRun) {
  const TemporaryDirectory directory;
  directory.write(
      "s.yaml", "suite: s\ntests: [{name: m, spec: cat $D/$W, matrix: {W: [one, two]}, expect: {stdout_file: ref}}]\n");
  for (const auto& [name, text] : {std::pair("ref", "old\n"), {"one", "old\n"}, {"two", "new\n"}})
    directory.write(name, text);
  const std::string run = "run s.yaml --set D=" + directory.path().string();
  EXPECT_EQ(fatespec(run, directory.path()).status, 1);
  EXPECT_EQ(fatespec(run + " --rerun-failed", directory.path()).status, 1);
  const auto accepted = fatespec("accept --yes", directory.path());
  EXPECT_NE(
      accepted.out.find("s/m[W=two]: not accepted, s/m[W=one], which was not run, agrees with the same reference"),
      std::string::npos)
      << accepted.out;
  EXPECT_EQ(read_file(directory / "ref"), "old\n");
}

TEST(AcceptShared, OfOneClassLeavesAReferenceThatAnotherClassMoves) {
  const TemporaryDirectory directory;
  const std::string suite =
      "tests: [{name: a, spec: 'echo \"$N\"', matrix: {N: ['x  y', other]}, expect: {stdout: x y}}]\n";
  directory.write("s.yaml", suite);
  fatespec("run s.yaml --no-progress", directory.path());
  const auto program = fatespec("accept --class 'blanks only' --yes", directory.path());
  EXPECT_NE(program.out.find("s/a[N=x  y]: not accepted, s/a[N=other] gives another output for the same reference"),
            std::string::npos)
      << program.out;
  EXPECT_EQ(read_file(directory / "s.yaml"), suite);
}

}  // namespace
}  // namespace fatespec::test
