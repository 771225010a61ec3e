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
make: make -C $BUILD_PATH %s
maketest: make check
configurations:
  gcc-12: {variables: {FFMPEG_PATH: build-gcc/ffmpeg}, tags: [x86], env: {LD_LIBRARY_PATH: lib}}
  arm64: {target: pi4, make: make -C arm %s}
targets:
  pi4: {host: pi4.local, user: fate, jobs: 4, directory: /tmp/f, timeout_factor: 3, deploy: [{from: a, to: /b}]}
)"),
                                    problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(project->configurations.size(), 2U);
  EXPECT_EQ(project->configurations[0].name, "gcc-12");
  EXPECT_EQ(project->configurations[1].target, "pi4");
  EXPECT_EQ(project->targets.at("pi4").jobs, 4);
  EXPECT_EQ(project->directory, directory.path().string());
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
