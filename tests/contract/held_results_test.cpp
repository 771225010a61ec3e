// Runs whose results file another process holds.
#include <csignal>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "tests/remote/background_run.hpp"

namespace fatespec::test {
namespace {

/// Holds the results file as a process that writes does, until release().
class HeldFile {
 public:
  explicit HeldFile(const TemporaryDirectory& directory) : directory_(directory) {
    holder_ = std::thread([this] {
      shell("(echo 'BEGIN IMMEDIATE; SELECT 1;'; until [ -e released ]; do sleep 0.02; done) | sqlite3 r.db >held",
            directory_.path());
    });
    EXPECT_TRUE(wait_until([&] { return read_file(directory_ / "held") == "1\n"; }));
  }
  HeldFile(const HeldFile&) = delete;
  HeldFile& operator=(const HeldFile&) = delete;
  ~HeldFile() { release(); }
  void release() {
    if (!holder_.joinable()) return;
    directory_.write("released", "");
    holder_.join();
  }

 private:
  const TemporaryDirectory& directory_;
  std::thread holder_;
};

constexpr const char* options = "--results r.db --no-progress";

TEST(HeldResults, WhoWaitsForThemAnswersSignals) {
  const TemporaryDirectory directory;
  const std::string tests = "tests: [{name: a, spec: 'touch " + directory / "ran" + "'}]\n";
  EXPECT_EQ(BackgroundRun(directory, tests, options).wait(), 0);
  std::filesystem::remove(directory / "ran");
  const HeldFile held(directory);
  BackgroundRun runner(directory, tests, options);
  ASSERT_TRUE(wait_until([&] { return runner.out().find("results wait for it") != std::string::npos; }));
  runner.send(SIGINT);
  EXPECT_EQ(runner.wait(), 130);
  EXPECT_FALSE(std::filesystem::exists(directory / "ran")) << "of a run that the file does not know";
  EXPECT_EQ(runner.out().find("go on:"), std::string::npos) << "there is nothing to go on with: " << runner.out();
  EXPECT_EQ(runner.out().find("fatespec show"), std::string::npos) << runner.out();
}

TEST(HeldResults, TheSecondSignalGivesUpWhatCannotBeWritten) {
  const TemporaryDirectory directory;
  BackgroundRun runner(directory,
                       "tests: [{name: a, spec: 'touch " + directory / "ready" + "; until [ -s " + directory / "held" +
                           " ]; do sleep 0.02; done'}]\n",
                       options);
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "ready"); }));
  HeldFile held(directory);
  ASSERT_TRUE(wait_until([&] { return runner.out().find("results wait for it") != std::string::npos; }));
  runner.send(SIGINT);
  ASSERT_TRUE(wait_until([&] { return runner.out().find("once more to end at once") != std::string::npos; }));
  runner.send(SIGINT);
  EXPECT_EQ(runner.wait(), 130);
  EXPECT_NE(runner.out().find("of the results above 1 are not kept"), std::string::npos) << runner.out();
  held.release();
  EXPECT_NE(fatespec("runs --results r.db", directory.path()).out.find("1 of 1 not run"), std::string::npos);
}

}  // namespace
}  // namespace fatespec::test
