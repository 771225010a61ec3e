// A board of another architecture: scripts/foreign-board makes one and runs this.
#include <unistd.h>

#include "tests/remote/board_run.hpp"

namespace fatespec::test {
namespace {

constexpr const char* emulator = "/usr/bin/qemu-aarch64-static";

std::string no_foreign_board() {
  if (std::getenv("FATESPEC_FOREIGN_SYSROOT") == nullptr)
    return "FATESPEC_FOREIGN_SYSROOT names no AArch64 system (scripts/foreign-board makes one)";
  if (::access(emulator, X_OK) != 0) return std::string(emulator) + " is not installed (qemu-user-static)";
  return no_ssh_server();
}

TEST(Foreign, TheExamplesGiveTheSameResultsOnAnotherArchitecture) {
  if (const std::string why = no_foreign_board(); !why.empty()) GTEST_SKIP() << why;
  const std::string sysroot = std::getenv("FATESPEC_FOREIGN_SYSROOT");
  const std::string libraries = "/usr/lib/aarch64-linux-gnu";
  const SshServer server;
  const TemporaryDirectory project;
  // The examples' own configuration with another target.
  std::string configuration = read_file(FATESPEC_SOURCE_DIR "/examples/fatespec.yaml");
  const auto begin = configuration.find("configurations:");
  ASSERT_NE(begin, std::string::npos);
  configuration.erase(begin);
  const auto suites = configuration.find("[suites/");
  configuration.replace(suites, 8, "[" FATESPEC_SOURCE_DIR "/examples/suites/");
  project.write("fatespec.yaml",
                configuration +
                    "configurations:\n  arm64:\n    target: board\n    variables: {MAKE_PATH: " FATESPEC_SOURCE_DIR
                    "/examples/make, FFMPEG_PATH: " +
                    sysroot + "/usr/bin/ffmpeg}\ntargets:\n  board: {" +
                    server.target("jobs: 2, timeout_factor: 20, exec: '" + std::string(emulator) + " -L " + sysroot +
                                  " -E LD_LIBRARY_PATH=" + libraries + "/pulseaudio:" + libraries +
                                  "/blas:" + libraries + "/lapack'") +
                    "}\n");
  const auto run = fatespec("run --results none --json j --no-progress", project.path());
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  int there = 0;
  for (const auto& line : json_lines(read_file(project / "j"), "test_finished"))
    if (line["target"] == "board" && line["verdict"] == "pass") ++there;
  EXPECT_GE(there, 60) << run.out;
}

}  // namespace
}  // namespace fatespec::test
