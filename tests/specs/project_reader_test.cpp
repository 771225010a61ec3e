#include "specs/project_reader.hpp"

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::specs {
namespace {

using test::TemporaryDirectory;

TEST(Project, IsReadWithAllItsKeys) {
  const TemporaryDirectory directory;
  Problems problems;
  const auto project = read_project(directory.write("fatespec.yaml", R"(
suites: [suites/*.yaml]
results: r.db
variables: {SAMPLES_PATH: samples}
reference: {FFMPEG_PATH: old/ffmpeg}
env: {A: 1}
source: src
build: make -j2
make: make -C $BUILD_PATH %s
maketest: make check
limits: {output: 1M}
configurations:
  gcc-12: {variables: {FFMPEG_PATH: build-gcc/ffmpeg}, reference: {X: y}, tags: [x86], env: {LD_LIBRARY_PATH: lib}}
  arm64: {target: pi4, source: arm, build: ninja, make: make -C arm %s, maketest: make arm-check}
targets:
  pi4: {host: pi4.local, user: fate, jobs: 4, directory: /tmp/f, timeout_factor: 3, deploy: [{from: a, to: /b}]}
slurm: {partition: short}
)"),
                                    problems);
  EXPECT_TRUE(problems.empty());
  using model::Variables;
  EXPECT_EQ(project->directory, directory.path().string());
  EXPECT_EQ(project->suites.at(0).text, "suites/*.yaml");
  EXPECT_EQ(project->results, "r.db");
  EXPECT_EQ(project->variables, (Variables{{"SAMPLES_PATH", "samples"}}));
  EXPECT_EQ(project->reference, (Variables{{"FFMPEG_PATH", "old/ffmpeg"}}));
  EXPECT_EQ(project->env, (Variables{{"A", "1"}}));
  EXPECT_EQ(project->source, directory / "src");
  EXPECT_EQ(project->build, "make -j2");
  EXPECT_EQ(project->make, "make -C $BUILD_PATH %s");
  EXPECT_EQ(project->maketest, "make check");
  EXPECT_EQ(project->limits.output, 1U << 20);
  EXPECT_EQ(project->slurm.partition, "short");

  ASSERT_EQ(project->configurations.size(), 2U);
  const auto& gcc = project->configurations[0];
  EXPECT_EQ(gcc.name, "gcc-12");
  EXPECT_EQ(gcc.variables, (Variables{{"FFMPEG_PATH", "build-gcc/ffmpeg"}}));
  EXPECT_EQ(gcc.reference, (Variables{{"X", "y"}}));
  EXPECT_EQ(gcc.tags, std::vector<std::string>{"x86"});
  EXPECT_EQ(gcc.env, (Variables{{"LD_LIBRARY_PATH", "lib"}}));
  EXPECT_EQ(gcc.target, "local");
  EXPECT_EQ(gcc.make, std::nullopt);
  const auto& arm = project->configurations[1];
  EXPECT_EQ(arm.name, "arm64");
  EXPECT_EQ(arm.target, "pi4");
  EXPECT_EQ(arm.source, directory / "arm");
  EXPECT_EQ(arm.build, "ninja");
  EXPECT_EQ(arm.make, "make -C arm %s");
  EXPECT_EQ(arm.maketest, "make arm-check");

  const auto& board = project->targets.at("pi4");
  EXPECT_EQ(board.host, "pi4.local");
  EXPECT_EQ(board.user, "fate");
  EXPECT_EQ(board.jobs, 4);
  EXPECT_EQ(board.directory, "/tmp/f");
  EXPECT_EQ(board.timeout_factor, 3.0);
  EXPECT_EQ(board.deploy.at(0).from, directory / "a");
  EXPECT_EQ(board.deploy.at(0).to, "/b");
}

TEST(Project, CirclesAreFoundInWhateverOrderItsKeysStand) {
  const std::string variables = "variables: {B: $A}\n";
  const std::string configurations = "configurations: {c: {variables: {A: $B}}, d: {}}\n";
  for (const auto& text : {variables + configurations, configurations + variables}) {
    const TemporaryDirectory directory;
    Problems problems;
    read_project(directory.write("fatespec.yaml", text), problems);
    ASSERT_EQ(problems.size(), 1U) << text;
    EXPECT_EQ(problems.list()[0].message, "variables refer to each other in a circle: $A -> $B -> $A");
  }
}

TEST(Project, ProblemsNameUnknownTargetsAndKeys) {
  const TemporaryDirectory directory;
  Problems problems;
  read_project(directory.write("fatespec.yaml", "configurations: {a: {target: pi5}}\ntargets: {pi4: {hots: x}}\n"),
               problems);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems.list()[0].message, "unknown key `hots` in a target; did you mean `host`?");
  EXPECT_EQ(problems.list()[1].message, "no target is named `pi5`; did you mean `pi4`?");
}

TEST(Project, IsFoundUpward) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("fatespec.yaml", "suites: []\n");
  directory.write("a/b/x", "");
  EXPECT_EQ(find_project_file(directory / "a/b"), file);
}

TEST(Project, ResultsNeedAPlace) {
  const TemporaryDirectory directory;
  Problems problems;
  read_project(directory.write("fatespec.yaml", "results: ''\n"), problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems.list()[0].message, "where results are kept is needed here");
}

TEST(Project, SuitesAreGlobsInTheirOrder) {
  const TemporaryDirectory directory;
  for (const char* name : {"s/b.yaml", "s/a.yaml", "t/c.yaml"}) directory.write(name, "");
  Problems problems;
  const auto project = read_project(
      directory.write("fatespec.yaml", "suites: [t/*.yaml, s/*.yaml, s/a.yaml, nothing/*.yaml]\n"), problems);
  EXPECT_EQ(suite_files(*project, problems),
            (std::vector<std::string>{directory / "t/c.yaml", directory / "s/a.yaml", directory / "s/b.yaml"}));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(format(problems.list()[0]), directory / "fatespec.yaml" +
                                            ":1:40: `nothing/*.yaml` matches no file\n"
                                            "     1 | suites: [t/*.yaml, s/*.yaml, s/a.yaml, nothing/*.yaml]\n"
                                            "       |                                        ^~~~~~~~~~~~~~");
}

TEST(Project, ItsOwnDirectoryIsNoGlob) {
  const TemporaryDirectory directory;
  const std::string own = R"(ffmpeg[7.1] *\x)";
  for (const char* name : {"/s/b.yaml", "/a.yaml"}) directory.write(own + name, "");
  Problems problems;
  const auto project = read_project(directory.write(own + "/fatespec.yaml", "suites: [s/*.yaml, a.yaml]\n"), problems);
  EXPECT_EQ(suite_files(*project, problems),
            (std::vector<std::string>{directory / (own + "/s/b.yaml"), directory / (own + "/a.yaml")}));
  EXPECT_TRUE(problems.empty());
}

}  // namespace
}  // namespace fatespec::specs
