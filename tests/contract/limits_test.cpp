// What a test may take of the disk, and what it costs the runner.
#include <regex>

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

TEST(Limits, EndlessOutputCostsLittleMemory) {
  const TemporaryDirectory directory;
  directory.write("suite.yaml",
                  "suite: s\ntests: [{name: text, spec: head -c 600000000 /dev/zero}, {name: lines, spec: 'seq 1 "
                  "30000000', expect: {stdout: x}}]\n");
  const auto program =
      shell("/usr/bin/env time -f '%M' " FATESPEC_PROGRAM " run suite.yaml --results none -q -j1 2>&1 | tail -1",
            directory.path());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(std::stoi(program.out), 64 * 1024) << "KiB at most";
#endif
}

// From the request to end to the end there are five seconds, in which an output without end would fill a disk.
TEST(Limits, LimitsHoldWhileATestIsGivenTimeToEnd) {
  const TemporaryDirectory directory;
  // On a slow machine the time limit may come before the trap.
  for (int timeout_ms = 300; timeout_ms < 20'000; timeout_ms *= 2) {
    const auto run =
        run_suite(directory,
                  "tests:\n  - {name: yes, spec: \"trap 'yes; yes' TERM; echo ready; while :; do sleep 0.05; "
                  "done\", timeout: " +
                      std::to_string(timeout_ms) + "ms, limits: {output: 1M}}\n");
    EXPECT_EQ(run["yes"]["verdict"], "timeout");
    EXPECT_EQ(run["yes"]["reason"].get<std::string>().find("no end after "), 0U);
    EXPECT_LT(run["yes"]["wall_s"].get<double>(), timeout_ms / 1000.0 + 4.5) << "it had the whole time of grace";
    if (run["yes"]["stdout"].get<std::string>().starts_with("ready\ny\n")) return;
  }
  ADD_FAILURE() << "it was never ready";
}

TEST(Limits, ComparisonsAndDigestsOfMuchCostLittleMemory) {
  const TemporaryDirectory directory;
  directory.write("suite.yaml", R"(suite: s
tests:
  - {name: md5, spec: '{MD5} head -c 200000000 /dev/zero'}
  - {name: md5file, spec: '{MD5FILE,$TEST_DIR/f} truncate -s 200000000 f'}
  - {name: 1off, spec: '{1OFF,zeros,16} head -c 200000000 /dev/zero'}
  - {name: rms, spec: '{RMS,zeros,0.1} head -c 200000000 /dev/zero'}
  - {name: stddev, spec: '{STDDEV,zeros,s16le,0,1} head -c 200000000 /dev/zero'}
  - {name: exact, spec: head -c 200000000 /dev/zero, expect: {stdout_file: zeros}}
)");
  const auto program = shell("truncate -s 200000000 zeros; /usr/bin/env time -f '%M' " FATESPEC_PROGRAM
                             " run suite.yaml --results none --no-progress -j2 2>memory",
                             directory.path());
  EXPECT_EQ(program.status, 0) << program.out;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(std::stoi(read_file(directory / "memory")), 64 * 1024) << "KiB at most";
#endif
}

TEST(Limits, ADirectoryIsLimitedEvenIfTheDiskGetsEmptier) {
  for (const char* fills : {"fill-directory", "fill-nameless"}) {
    const TemporaryDirectory directory;
    directory.write("big", std::string(std::size_t{60} << 20, 'x'));
    const auto run = run_suite(directory, "tests: [{name: a, timeout: 30s, limits: {directory: 4M}, spec: 'rm " +
                                              directory / "big" + "; exec " FATESPEC_MISBEHAVE " " + fills + " 12'}]");
    EXPECT_EQ(run["a"]["verdict"], "fail") << fills << run.out;
    EXPECT_EQ(run["a"]["reason"], "put more than 4.0 MiB into its directory") << fills << run.out;
  }
}

TEST(Limits, WhereTheDiskIsShortFillingItIsAnError) {
  const TemporaryDirectory directory;
  const SmallDisk disk(directory, "40M");
  FATESPEC_NEEDS(disk);
  directory.write("s.yaml", "tests: [{name: a, timeout: 30s, spec: exec " FATESPEC_MISBEHAVE " fill-directory 30}]");
  const auto run = shell("TMPDIR=$PWD/disk " FATESPEC_PROGRAM " run s.yaml --no-progress", directory.path());
  EXPECT_EQ(run.status, 3);
  // A sanitizer puts something on the disk, too.
  const std::regex reason(
      "error   s/a  the disk is nearly full: it put more than (19\\.[5-9]|20\\.0) MiB into its "
      "directory, half of what the disk had free\n");
  EXPECT_TRUE(std::regex_search(run.out, reason)) << run.out;
}

TEST(Limits, WhatOneHasFilledTheNextIsNotGiven) {
  const TemporaryDirectory directory;
  const SmallDisk disk(directory, "60M");
  FATESPEC_NEEDS(disk);
  // Slow enough to be looked at.
  const std::string fill = "'while head -c 1M /dev/zero >> f; do sleep 0.1; done'";
  directory.write("s.yaml", "tests: [{name: a, spec: " + fill + "}, {name: b, spec: " + fill +
                                "}, {name: innocent, spec: head -c 1M /dev/zero > f}]");
  const auto run =
      shell("TMPDIR=$PWD/disk " FATESPEC_PROGRAM " run s.yaml --no-progress -j1 --order file", directory.path());
  EXPECT_NE(run.out.find("3 tests: 1 pass, 2 error"), std::string::npos) << run.out;
}

// Two thousand files take a while to remove; five times, as the race was not always lost. The innocent have a limit of
// their own: half of what is free, by which they would be held on a slow machine, is less.
TEST(Limits, WhatFillsTheDiskIsGoneBeforeTheNextTest) {
  const TemporaryDirectory directory;
  const SmallDisk disk(directory, "8M");
  FATESPEC_NEEDS(disk);
  std::string suite = "tests:\n";
  for (const char* number : {"1", "2", "3", "4", "5"})
    suite += std::string("- {name: fills ") + number + ", spec: 'head -c 9M /dev/zero | split -b 4k -a 4'}\n" +
             "- {name: innocent " + number + ", limits: {directory: 7M}, spec: head -c 6M /dev/zero >y}\n";
  directory.write("s.yaml", suite);
  const auto run =
      shell("TMPDIR=$PWD/disk " FATESPEC_PROGRAM " run s.yaml --no-progress -j1 --order file", directory.path());
  EXPECT_NE(run.out.find("10 tests: 5 pass, 5 error"), std::string::npos) << run.out;
}

TEST(Limits, WhoFindsTheDiskFilledByANeighbourHasNotFailed) {
  const TemporaryDirectory directory;
  const SmallDisk disk(directory, "8M");
  FATESPEC_NEEDS(disk);
  const std::string full = directory / "full";
  const std::string met = directory / "met";
  directory.write("s.yaml", "tests: [{name: fills, spec: 'head -c 9M /dev/zero >x; : >" + full + "; until [ -e " + met +
                                " ]; do sleep 0.02; done; exit 1'},\n"
                                "        {name: meets it, spec: 'until [ -e " +
                                full + " ]; do sleep 0.02; done; head -c 1M /dev/zero >y; : >" + met +
                                "; until head -c 1M /dev/zero >z; do sleep 0.02; done; exit 1'}]\n");
  const auto run =
      shell("TMPDIR=$PWD/disk " FATESPEC_PROGRAM " run s.yaml --no-progress -j2 --keep none", directory.path());
  EXPECT_NE(run.out.find("error   s/meets it  disk full: no space was left in " + directory / "disk"),
            std::string::npos)
      << run.out;
  EXPECT_NE(run.out.find("2 tests: 2 error"), std::string::npos) << run.out;
}

TEST(Limits, ASmallLimitOfTheDirectoryHoldsForQuickTests) {
  const TemporaryDirectory directory;
  const auto run =
      run_suite(directory, "tests: [{name: t, spec: 'head -c 20M /dev/zero >big', limits: {directory: 1M}}]\n");
  EXPECT_EQ(run["t"]["verdict"], "fail");
  EXPECT_NE(run["t"]["reason"].get<std::string>().find("put more than 1.0 MiB into its directory"), std::string::npos);
}

}  // namespace
}  // namespace fatespec::test
