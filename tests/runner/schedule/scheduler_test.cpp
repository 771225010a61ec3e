#include "runner/schedule/scheduler.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "tests/runner/schedule/fake_station.hpp"

namespace fatespec::runner {
namespace {

using model::Verdict;
using Commands = std::vector<std::string>;

/// A run on a station whose executions end when the test says so.
class SchedulerTest : public ::testing::Test {
 protected:
  model::TestSpec& add(const std::string& name) {
    auto spec = std::make_shared<model::TestSpec>();
    spec->name = name;
    spec->spec.text = name;
    spec->parsed.command = name;
    model::PlannedTest test;
    test.index = plan_.tests.size();
    test.name = "s/" + name;
    test.suite = suite_;
    test.spec = spec;
    test.configuration = configuration_;
    test.variables = variables_;
    plan_.tests.push_back(std::move(test));
    return *spec;
  }
  void start(int jobs, SchedulerOptions options = {.keep = Keep::none}) {
    station_ = std::make_unique<FakeStation>(loop_, jobs);
    scheduler_ = std::make_unique<Scheduler>(
        Loops{loop_, pool_}, clock_, plan_, std::vector<TargetStations>{{"local", {station_.get()}}}, options,
        [this](const model::RunEvent& event) { note(event); }, [this] { finished_ = true; });
    station_->open([this] { scheduler_->stations_changed(); });
    scheduler_->start();
    settle();
  }
  // An execution may not be destroyed before it has ended.
  void TearDown() override { EXPECT_EQ(station_->running(), Commands{}); }
  /// All that can happen without anybody's doing has happened.
  void settle() {
    loop_.restart();
    while (loop_.poll() > 0) {
    }
  }
  void exit(const std::string& command, int status = 0) {
    station_->exit(command, status);
    settle();
  }
  void lose(const std::string& command, bool took_down = false) {
    station_->end(command, {.ending = model::Ending::lost, .took_down = took_down, .problem = "the line was cut"});
    settle();
  }
  /// A command ends when nothing is left of the disk.
  void fill_disk(const std::string& command, int status = 1) {
    station_->set_free_space(0);
    exit(command, status);
  }
  void clear_disk() {
    station_->set_free_space(1U << 30U);
    station_->remove_what_goes();
    settle();
  }
  void note(const model::RunEvent& event) {
    if (const auto* done = std::get_if<model::TestFinished>(&event)) {
      verdicts_[done->result->test] = done->result->verdict;
      reasons_[done->result->test] = done->result->reason;
    }
  }

  boost::asio::io_context loop_;
  boost::asio::thread_pool pool_{1};
  base::SystemClock clock_;
  std::shared_ptr<model::Suite> suite_ = [] {
    auto suite = std::make_shared<model::Suite>();
    suite->name = "s";
    suite->directory = "/suite";
    return suite;
  }();
  std::shared_ptr<model::Configuration> configuration_ = [] {
    auto configuration = std::make_shared<model::Configuration>();
    configuration->name = "default";
    return configuration;
  }();
  std::shared_ptr<model::Variables> variables_ = std::make_shared<model::Variables>();
  model::TestPlan plan_{std::make_shared<model::Project>(), {}};
  std::unique_ptr<FakeStation> station_;
  std::unique_ptr<Scheduler> scheduler_;
  std::map<std::string, Verdict> verdicts_;
  std::map<std::string, std::string> reasons_;
  bool finished_ = false;
};

TEST_F(SchedulerTest, AsManyRunAsThereAreJobsAndTheRunEndsWithTheLast) {
  for (const char* name : {"a", "b", "c"}) add(name);
  start(2);
  EXPECT_EQ(station_->running(), (Commands{"a", "b"}));
  exit("b", 1);
  EXPECT_EQ(station_->running(), (Commands{"a", "c"}));
  exit("a");
  exit("c");
  EXPECT_TRUE(finished_);
  EXPECT_EQ(verdicts_,
            (std::map<std::string, Verdict>{{"s/a", Verdict::pass}, {"s/b", Verdict::fail}, {"s/c", Verdict::pass}}));
}

TEST_F(SchedulerTest, TheFirstInterruptAsksTheSecondDoesNot) {
  for (const char* name : {"a", "b"}) add(name);
  start(1);
  scheduler_->interrupt();
  scheduler_->interrupt();
  EXPECT_EQ(station_->cancelled(), (std::vector<std::pair<std::string, bool>>{{"a", false}, {"a", true}}));
  station_->end("a", {.ending = model::Ending::cancelled, .problem = "interrupted"});
  settle();
  EXPECT_TRUE(finished_);
  EXPECT_TRUE(verdicts_.empty()) << "what was interrupted is no result, and nothing more was started";
}

TEST_F(SchedulerTest, AnInterruptOfNothingEndsTheRun) {
  add("a");
  start(1);
  station_->set_state(StationState::away);
  lose("a");
  EXPECT_EQ(station_->running(), Commands{});
  scheduler_->interrupt();
  settle();
  EXPECT_TRUE(finished_);
}

TEST_F(SchedulerTest, ALostStationIsNoFailure) {
  add("a");
  start(1);
  lose("a");
  EXPECT_EQ(station_->running(), Commands{"a"}) << "it is run again";
  exit("a");
  EXPECT_EQ(verdicts_["s/a"], Verdict::pass);
}

TEST_F(SchedulerTest, WhoTakesItsStationDownTwiceIsAnError) {
  add("a");
  add("b");
  start(2);
  lose("a", true);
  EXPECT_EQ(station_->running(), Commands{"b"}) << "a suspect runs alone";
  exit("b");
  lose("a", true);
  EXPECT_EQ(verdicts_["s/a"], Verdict::error);
  EXPECT_EQ(reasons_["s/a"], "took down the board (the line was cut)");
  EXPECT_TRUE(finished_);
}

TEST_F(SchedulerTest, WhereNoStationWillComeBackWhatWaitsIsAnError) {
  add("a");
  add("b");
  start(1);
  exit("a");
  station_->set_state(StationState::gone);
  lose("b");
  EXPECT_EQ(verdicts_["s/b"], Verdict::error);
  EXPECT_EQ(reasons_["s/b"], "local: it is away");
  EXPECT_TRUE(finished_);
}

TEST_F(SchedulerTest, FailFastStartsNothingMore) {
  for (const char* name : {"a", "b"}) add(name);
  start(1, {.keep = Keep::none, .fail_fast = true});
  exit("a", 1);
  EXPECT_TRUE(finished_);
  EXPECT_EQ(verdicts_.size(), 1U);
  EXPECT_TRUE(scheduler_->stopped_early());
}

TEST_F(SchedulerTest, AFailedAttemptIsFollowedByAnother) {
  add("a");
  plan_.tests[0].retries = 1;
  start(1);
  exit("a", 1);
  EXPECT_EQ(station_->running(), Commands{"a"});
  EXPECT_TRUE(verdicts_.empty());
  exit("a");
  EXPECT_EQ(verdicts_["s/a"], Verdict::pass);
}

TEST_F(SchedulerTest, AfterAFullDiskTheNextBeginsWhenThereIsSpace) {
  for (const char* name : {"fills", "next"}) add(name);
  start(1);
  fill_disk("fills");
  EXPECT_EQ(station_->running(), Commands{}) << "it would fail of the same";
  EXPECT_EQ(station_->going(), 1U);
  clear_disk();
  EXPECT_EQ(verdicts_["s/fills"], Verdict::error);
  EXPECT_EQ(reasons_["s/fills"], "disk full: no space is left in /scratch (status 1, expected 0)");
  exit("next", 1);
  EXPECT_EQ(verdicts_["s/next"], Verdict::fail);
}

TEST_F(SchedulerTest, WhoRanBesideAFullDiskHasNotFailed) {
  for (const char* name : {"fills", "beside"}) add(name);
  start(2);
  fill_disk("fills");
  clear_disk();
  exit("beside", 1);
  EXPECT_EQ(verdicts_["s/beside"], Verdict::error);
  EXPECT_EQ(reasons_["s/beside"], "disk full: no space was left in /scratch (status 1, expected 0)");
}

TEST_F(SchedulerTest, APassThatFillsTheDiskIsWaitedForAsWell) {
  for (const char* name : {"fills", "beside", "next"}) add(name);
  start(2);
  fill_disk("fills", 0);
  EXPECT_EQ(station_->running(), Commands{"beside"});
  clear_disk();
  EXPECT_EQ(verdicts_["s/fills"], Verdict::pass);
  EXPECT_EQ(station_->running(), (Commands{"beside", "next"}));
  exit("beside", 1);
  EXPECT_EQ(verdicts_["s/beside"], Verdict::error);
  exit("next");
  EXPECT_TRUE(finished_);
}

TEST_F(SchedulerTest, AnInterruptDoesNotWaitForSpace) {
  for (const char* name : {"fills", "next"}) add(name);
  start(1);
  fill_disk("fills");
  scheduler_->interrupt();
  settle();
  EXPECT_TRUE(finished_);
  EXPECT_EQ(verdicts_.size(), 1U);
}

}  // namespace
}  // namespace fatespec::runner
