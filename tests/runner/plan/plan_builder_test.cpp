#include "runner/plan/plan_builder.hpp"

#include <gtest/gtest.h>

#include "runner/plan/command_line.hpp"
#include "specs/project_reader.hpp"
#include "specs/suite_reader.hpp"
#include "tests/support/support.hpp"

namespace fatespec::runner {
namespace {

using test::TemporaryDirectory;

struct Planned {
  model::TestPlan plan;
  std::vector<std::string> problems;
  std::string command(std::size_t i) const {
    return command_line(*plan.project, plan.tests.at(i), with_test_directory(plan.tests.at(i), "/t"));
  }
};

class PlanBuilderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("SAMPLES_PATH");
    ::unsetenv("FFMPEG_PATH");
  }
  Planned plan(const std::string& configuration, const std::string& suite, const PlanOptions& options = {}) {
    specs::Problems problems;
    const auto project = configuration.empty()
                             ? specs::default_project(directory_.path().string())
                             : specs::read_project(directory_.write("fatespec.yaml", configuration), problems);
    const auto read = specs::read_suite(directory_.write("s.yaml", suite), problems);
    Planned planned{build_plan(project, {read}, options, problems), {}};
    for (const auto& problem : problems.list()) planned.problems.push_back(problem.message);
    return planned;
  }
  TemporaryDirectory directory_;
};

TEST_F(PlanBuilderTest, NearerVariablesWin) {
  const std::string suite =
      "variables: {A: suite, B: suite, C: suite, D: suite}\ntests: [{name: t, spec: x $A $B $C $D, matrix: {D: "
      "[matrix]}}]";
  const auto planned = plan("variables: {B: project, C: project}\nconfigurations: {c: {variables: {C: configuration}}}",
                            suite, {.set = {{"D", "set"}}});
  EXPECT_EQ(planned.command(0), "x suite project configuration matrix");
}

TEST_F(PlanBuilderTest, RelativePathsBeginWhereTheyAreDefined) {
  const auto planned =
      plan("variables: {SAMPLES_PATH: samples}\nconfigurations: {c: {variables: {FFMPEG_PATH: build/ffmpeg}}}",
           "tests: [{name: t, spec: $FFMPEG_PATH $SAMPLES_PATH/a}]");
  const std::string base = directory_.path().string();
  EXPECT_EQ(planned.command(0), base + "/build/ffmpeg " + base + "/samples/a");
}

TEST_F(PlanBuilderTest, RelativePathsOfAMatrixBeginAtTheSuite) {
  const std::string base = directory_.path().string();
  EXPECT_EQ(plan("", "tests: [{name: t, spec: $TOOL_PATH, matrix: {TOOL_PATH: [build/tool]}}]").command(0),
            base + "/build/tool");
}

TEST_F(PlanBuilderTest, TheHomeIsTheCallersHere) {
  const std::string home = std::getenv("HOME");
  const std::string suite =
      "variables: {REFS: \"$HOME/refs\"}\ntests: [{name: t, spec: x $SAMPLES_PATH $REFS $B_PATH}]";
  EXPECT_EQ(plan("variables: {SAMPLES_PATH: ~/samples}", suite, {.set = {{"B_PATH", "~/b"}}}).command(0),
            "x " + home + "/samples " + home + "/refs " + home + "/b");
  EXPECT_EQ(plan("variables: {HOME: /own, SAMPLES_PATH: ~/s}", suite, {.set = {{"B_PATH", "b~/c"}}}).command(0),
            "x /own/s /own/refs '" + std::filesystem::current_path().string() + "/b~/c'");
  EXPECT_EQ(plan("targets: {b: {host: h}}\nconfigurations: {c: {target: b, variables: {SAMPLES_PATH: \"$HOME/s\"}}}",
                 "tests: [{name: t, spec: x $SAMPLES_PATH}]")
                .command(0),
            "x '$HOME/s'")
      << "a board's home is not known";
}

TEST_F(PlanBuilderTest, TheEnvironmentGivesTheClassicTwo) {
  ::setenv("SAMPLES_PATH", "/from/environment", 1);
  EXPECT_EQ(plan("", "tests: [{name: t, spec: x $SAMPLES_PATH}]").command(0), "x /from/environment");
}

TEST_F(PlanBuilderTest, ANameThatOnlyAnotherConfigurationDefinesIsAnError) {
  const auto planned = plan("configurations: {a: {variables: {BITS: 8}}, b: {}}",
                            "tests: [{name: t, spec: x $BITS $OTHER}, {name: u, spec: \"x '$BITS'\"}]");
  EXPECT_EQ(planned.problems,
            std::vector<std::string>{"s/t uses $BITS, which the configuration `b` does not define (--set BITS=…)"});
}

TEST_F(PlanBuilderTest, SkippedTestsMayUseWhatIsNotThere) {
  EXPECT_TRUE(plan("", "tests: [{name: t, spec: x $SAMPLES_PATH, skip: no samples}]").problems.empty());
  EXPECT_EQ(plan("", "tests: [{name: t, spec: x $SAMPLES_PATH}]").problems.size(), 1U);
}

TEST_F(PlanBuilderTest, MatricesMakeATestForEachCombination) {
  const auto planned = plan("", "tests: [{name: t, spec: x $A $B, matrix: {A: [1, 2], B: [x, y]}}]");
  ASSERT_EQ(planned.plan.tests.size(), 4U);
  EXPECT_EQ(planned.plan.tests[1].name, "s/t[A=1,B=y]");
  EXPECT_EQ(planned.command(2), "x 2 x");
}

TEST_F(PlanBuilderTest, ConditionsBecomeReasonsToSkip) {
  const auto planned = plan("configurations: {a: {tags: [x86]}}",
                            "tests:\n- {name: t, spec: x, only_if: {tags: [arm]}}\n- {name: u, spec: x, only_if: "
                            "[{configuration: b}, {tags: [x86, '!arm']}]}\n"
                            "- {name: v, spec: x, only_if: {probe: test $A, configuration: a}}\n- {name: w, spec: "
                            "\"{PLAYER} a.mp4\"}\n- {name: y, spec: x, only_if: {target: pi*}}");
  EXPECT_EQ(planned.plan.tests[0].skip_reason, "only if the configuration has the tag arm");
  EXPECT_EQ(planned.plan.tests[1].skip_reason, std::nullopt);
  EXPECT_EQ(planned.plan.tests[2].probes, std::vector<std::string>{"test $A"});
  EXPECT_EQ(planned.plan.tests[3].skip_reason, std::nullopt);
  EXPECT_EQ(planned.plan.tests[4].skip_reason, "only if the target is pi*");
}

TEST_F(PlanBuilderTest, MakeCommandsTakeTheTargetWhereTheySay) {
  const std::string suite =
      "tests: [{name: m, spec: \"{MAKE} fate-$A\"}, {name: t, spec: \"{MAKETEST}\"}, {name: x, spec: \"{MAKETEST} "
      "exact one\"}]\nvariables: {A: h264}";
  EXPECT_EQ(plan("make: make -C dir %s -k", suite).command(0), "make -C dir fate-h264 -k");
  EXPECT_EQ(plan("make: sh.exe --login -c \"make $@\"", suite).command(0), "sh.exe --login -c \"make fate-h264\"");
  EXPECT_EQ(plan("make: gmake", suite).command(0), "gmake fate-h264");
  EXPECT_EQ(plan("make: gmake", suite).command(1), "gmake test");
  EXPECT_EQ(plan("maketest: make check", suite).command(1), "make check");
  EXPECT_EQ(plan("", suite).command(2), "exact one");
  const std::string own = "make: no\nmaketest: no\nconfigurations: {c: {make: make -C c, maketest: ninja test}}";
  EXPECT_EQ(plan(own, suite).command(0), "make -C c fate-h264");
  EXPECT_EQ(plan(own, suite).command(1), "ninja test");
}

TEST_F(PlanBuilderTest, AConfigurationThatIsNamedTwiceIsTakenOnce) {
  const std::string suite = "tests: [{name: t, spec: x}]";
  const PlanOptions twice{.configurations = {"b", "a", "b"}};
  const auto planned = plan("configurations: {a: {}, b: {}}", suite, twice);
  ASSERT_EQ(planned.plan.tests.size(), 2U);
  EXPECT_EQ(planned.plan.tests[0].configuration->name, "b");
}

TEST_F(PlanBuilderTest, TimeoutsOfVerySlowBoardsStayInRange) {
  const auto planned = plan("configurations: {a: {target: b}}\ntargets: {b: {host: h, timeout_factor: 1000000}}",
                            "tests: [{name: t, spec: x, timeout: 10000h}]");
  ASSERT_EQ(planned.problems, std::vector<std::string>());
  EXPECT_GT(*planned.plan.tests.at(0).timeout, std::chrono::hours(10'000));
}

TEST_F(PlanBuilderTest, MakeTargetsStandWhereverTheyAreWanted) {
  const std::string suite = "tests: [{name: m, spec: \"{MAKE} all\"}]";
  EXPECT_EQ(plan("make: make %s && echo did $@", suite).command(0), "make all && echo did all");
}

TEST_F(PlanBuilderTest, WhatIsMissingIsFoundWhereverItIsUsed) {
  const auto problems = [&](const std::string& suite, const std::string& project = "") {
    return plan(project, suite).problems;
  };
  using Lines = std::vector<std::string>;
  const std::string lacks = ", which the configuration `default` does not define (--set SAMPLES_PATH=…)";
  EXPECT_EQ(problems("variables: {D: -i $IN, IN: $SAMPLES_PATH/x}\ntests: [{name: a, spec: cat $D}]"),
            Lines{"s/a uses $SAMPLES_PATH (in the value of $D)" + lacks});
  EXPECT_EQ(problems("variables: {D: $SAMPLES_PATH/x}\ntests: [{name: a, spec: cat x}]"), Lines{}) << "nobody uses it";
  EXPECT_EQ(problems("tests: [{name: a, spec: cat x, env: {S: $SAMPLES_PATH}}]"),
            Lines{"s/a uses $SAMPLES_PATH" + lacks});
  EXPECT_EQ(problems("tests: [{name: a, spec: cat x, only_if: {probe: test -e $SAMPLES_PATH}}]"),
            Lines{"s/a uses $SAMPLES_PATH" + lacks});
  EXPECT_EQ(problems("tests: [{name: a, spec: \"{MAKE} all\"}]",
                     "make: make -C $B %s\nconfigurations: {x: {variables: {B: b}}, y: {}}"),
            Lines{"s/a uses $B, which the configuration `y` does not define (--set B=…)"});
  EXPECT_EQ(problems("tests: [{name: a, spec: \"{MAKETEST}\"}]",
                     "make: make -C $B %s\nconfigurations: {x: {variables: {B: b}}, y: {}}"),
            Lines{"s/a uses $B, which the configuration `y` does not define (--set B=…)"});
  EXPECT_EQ(problems("tests: [{name: a, spec: x $D, matrix: {D: [1, 2]}}]", "variables: {D: $SAMPLES_PATH/x}"), Lines{})
      << "the matrix gives another value";
}

TEST_F(PlanBuilderTest, ConfigurationsAndSuitesThatClash) {
  EXPECT_EQ(
      plan("configurations: {gcc: {}, clang: {}}", "tests: [{name: t, spec: x}]", {.configurations = {"gc"}}).problems,
      std::vector<std::string>{"no configuration is named `gc`; did you mean `gcc`?"});
  EXPECT_EQ(plan("configurations: {gcc: {}, clang: {}}", "tests: [{name: t, spec: x}]").plan.tests.size(), 2U);
}

TEST_F(PlanBuilderTest, TestDirInVariables) {
  EXPECT_EQ(plan("", "variables: {OUT: $TEST_DIR/out}\ntests: [{name: t, spec: x $OUT}]").command(0), "x /t/out");
}

}  // namespace
}  // namespace fatespec::runner
