#include "remote/remote_execution.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace fatespec::remote {
namespace {

using namespace std::chrono_literals;

/// A board whose supervisor says what the test wants to hear.
class FakeBoard final : public BoardServices {
 public:
  boost::asio::io_context& loop() override { return loop_; }
  const BoardTools& tools() const override { return tools_; }
  const BoardTimes& times() const override { return times_; }
  const std::string& exec_prefix() const override { return prefix_; }
  bool take_fresh(const std::string&) override { return true; }
  void left_empty(const std::string&) override {}
  void retire(const std::string& directory) override { retired.push_back(directory); }
  std::string input_of(const std::string& path) const override { return path; }
  void end_tree(long leader, const std::string&, const char* signal, bool) override {
    ended.push_back(std::to_string(leader) + " " + signal);
    boost::asio::post(loop_, on_end);  // the answer takes its time
  }
  void look_for_survivors(long, const std::string&, std::function<void(bool)> done) override {
    ++looks;
    on_look();
    done(survivors);
  }
  void look_at_machine(const std::string&, std::function<void(std::string)> done) override { done(""); }
  void give_up_connection(const std::string& why) override {
    given_up = why;
    loop_.stop();
  }

  bool survivors = false;
  std::function<void()> on_look = [] {};  ///< before the answer
  std::function<void()> on_end = [] {};
  int looks = 0;
  std::vector<std::string> ended;
  std::vector<std::string> retired;
  std::string given_up;
  BoardTimes times_{.leak = 1ms, .patience = 60s};

 private:
  boost::asio::io_context loop_;
  const BoardTools tools_;
  const std::string prefix_;
};

class NoSink final : public runner::OutputSink {
 public:
  std::span<char> space() override { return buffer_; }
  void commit(std::size_t) override {}
  void when_space(std::function<void()>) override {}

 private:
  std::array<char, 64> buffer_{};
};

class RemoteExecutionTest : public testing::Test {
 protected:
  RemoteExecutionTest() { order(); }

  void make(std::uint64_t most_output = UINT64_MAX, std::optional<base::Duration> timeout = {}) {
    if (execution_) execution_->lose();  // its clock would keep the loop running
    runner::ExecutionRequest request;
    request.limits.output = most_output;
    request.timeout = timeout;
    request.command = "/bin/true";
    request.environment = std::make_shared<const std::vector<std::string>>();
    request.marker = "TEST_DIR=/t";
    request.test_directory = "/t";
    execution_ = std::make_shared<RemoteExecution>(board_, std::move(request), sink_, sink_,
                                                   [this](model::Execution ended) { result_ = std::move(ended); });
  }
  void order(std::uint64_t most_output = UINT64_MAX, std::optional<base::Duration> timeout = {}) {
    make(most_output, timeout);
    execution_->start(
        "TOKEN", [](Stream, std::size_t) {}, [] {});
  }
  void error_says(const std::string& text) { execution_->feed(Stream::error, "TOKEN " + text + "\n"); }
  void output_says(const std::string& text) { execution_->feed(Stream::output, "TOKEN " + text + "\n"); }
  void both_end() {
    output_says("end 0 1 1000");
    error_says("end");
  }

  FakeBoard board_;
  NoSink sink_;
  std::optional<model::Execution> result_;
  std::shared_ptr<RemoteExecution> execution_;
};

TEST_F(RemoteExecutionTest, OutputThatIsOnlyLateHasNotLeaked) {
  board_.on_look = [this] {
    if (board_.looks == 3) both_end();
  };
  error_says("start 7");
  error_says("exit");
  board_.loop().run();
  ASSERT_TRUE(result_);
  EXPECT_FALSE(result_->leaky);
  EXPECT_EQ(board_.ended, std::vector<std::string>());
  EXPECT_EQ(board_.looks, 3);
}

TEST_F(RemoteExecutionTest, WhatIsAliveIsEndedAndTold) {
  board_.survivors = true;
  board_.on_end = [this] { both_end(); };
  error_says("start 7");
  error_says("exit");
  board_.loop().run();
  ASSERT_TRUE(result_);
  EXPECT_TRUE(result_->leaky);
  EXPECT_EQ(board_.ended, std::vector<std::string>{"7 KILL"});
  EXPECT_EQ(board_.retired, std::vector<std::string>{"/t"}) << "the order may come late";
  EXPECT_EQ(board_.looks, 1);
}

TEST_F(RemoteExecutionTest, WhatHidesHasTenLooksAfterTheLastByte) {
  board_.on_look = [this] {
    if (board_.looks == 4) execution_->feed(Stream::output, "late");
  };
  board_.on_end = [this] { both_end(); };
  error_says("start 7");
  error_says("exit");
  board_.loop().run();
  ASSERT_TRUE(result_);
  EXPECT_TRUE(result_->leaky);
  EXPECT_EQ(board_.looks, 5 + 10);  // the fifth look sees that bytes have come
}

TEST_F(RemoteExecutionTest, AnEndWithoutABeginningCostsTheConnection) {
  error_says("exit");
  board_.loop().run();
  EXPECT_EQ(board_.given_up, "a test does not begin there");
  EXPECT_EQ(board_.looks, 0);
}

TEST_F(RemoteExecutionTest, ATestThatDoesNotBeginCostsTheConnection) {
  board_.times_.patience = 1ms;
  order();
  board_.loop().run();
  EXPECT_EQ(board_.given_up, "a test does not begin there");
}

TEST_F(RemoteExecutionTest, OneThatDoesNotBeginCanBeCancelled) {
  board_.times_.patience = 1ms;
  execution_->cancel(false);
  execution_->cancel(true);
  board_.loop().run();
  EXPECT_EQ(board_.given_up, "a test does not begin there");
  execution_->lose();
  board_.loop().restart();
  board_.loop().run();
  ASSERT_TRUE(result_);
  EXPECT_EQ(result_->ending, model::Ending::cancelled);
}

TEST_F(RemoteExecutionTest, WhatWaitsForAWorkerIsOverAsSoonAsItIsCancelled) {
  make();
  execution_->cancel(false);
  EXPECT_TRUE(execution_->over()) << "no worker takes it any more";
  board_.loop().run();
  ASSERT_TRUE(result_);
  EXPECT_EQ(result_->ending, model::Ending::cancelled);
  EXPECT_EQ(board_.ended, std::vector<std::string>());
  EXPECT_EQ(board_.given_up, "");
}

// Signals to 0 and to the descendants of 1 would go to everything on the board.
TEST_F(RemoteExecutionTest, AnAbsurdLeaderCostsTheConnection) {
  for (const char* leader : {"start 0 1.0", "start 1", "start", "start -1 2", "start x"}) {
    board_.given_up.clear();
    order();
    error_says(leader);
    EXPECT_EQ(board_.given_up, "it is not told which process a test is") << leader;
    EXPECT_EQ(board_.ended, std::vector<std::string>()) << leader;
  }
}

TEST_F(RemoteExecutionTest, WhatWasEndedBeforeTheLineWasLostHasItsVerdict) {
  board_.on_end = [this] {
    execution_->lose();
    execution_->conclude_loss(false, "cut");
  };
  order(10);
  error_says("start 7");
  execution_->feed(Stream::output, std::string(100, 'x'));
  board_.loop().run();
  ASSERT_TRUE(result_);
  EXPECT_EQ(result_->ending, model::Ending::over_limit);
  EXPECT_EQ(result_->problem, "wrote more than 10 B of output");
}

// While the line was dead it may have ended in time.
TEST_F(RemoteExecutionTest, OnlyWhatEndedAtOurWordTimedOutBeforeALoss) {
  for (const bool obeys : {false, true}) {
    result_.reset();
    board_.on_end = [this, obeys] {
      if (obeys) error_says("exit");
      execution_->lose();
      execution_->conclude_loss(false, "cut");
    };
    order(UINT64_MAX, 1ms);
    error_says("start 7");
    board_.loop().restart();
    board_.loop().run();
    ASSERT_TRUE(result_);
    EXPECT_EQ(result_->ending, obeys ? model::Ending::timed_out : model::Ending::lost);
  }
}

// The line was silent for a while, and our clock went on.
TEST_F(RemoteExecutionTest, WhatEndedInTimeByTheBoardsClockHasNotTimedOut) {
  for (const bool in_time : {false, true}) {
    result_.reset();
    board_.on_end = [this, in_time] {
      error_says(in_time ? "exit 100.05" : "exit 100.25");
      both_end();
    };
    order(UINT64_MAX, 200ms);
    error_says("start 7 100.00");
    board_.loop().restart();
    board_.loop().run();
    ASSERT_TRUE(result_);
    EXPECT_EQ(result_->ending, in_time ? model::Ending::exited : model::Ending::timed_out);
    EXPECT_EQ(result_->problem, in_time ? "" : "no end after 200 ms");
    if (in_time) {
      EXPECT_EQ(result_->wall, 60ms);
    }
  }
}

TEST_F(RemoteExecutionTest, WhoIsHurriedDoesNotWaitForABoardThatHangs) {
  board_.times_.grace = 60s;
  error_says("start 7");
  execution_->cancel(false);
  execution_->cancel(true);
  const auto began = std::chrono::steady_clock::now();
  board_.loop().run();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
  EXPECT_EQ(board_.given_up, "a test cannot be ended there");
}

TEST_F(RemoteExecutionTest, WhatWritesOnAfterItsEndCostsTheConnection) {
  board_.times_.patience = 10ms;
  order(10);
  error_says("start 7");
  execution_->feed(Stream::output, std::string(100, 'x'));
  boost::asio::steady_timer writes(board_.loop());
  std::function<void()> write = [&] {
    writes.expires_after(1ms);
    writes.async_wait([&](auto) {
      execution_->feed(Stream::output, "x");
      write();
    });
  };
  write();
  board_.loop().run();
  EXPECT_EQ(board_.given_up, "a test cannot be ended there");
}

}  // namespace
}  // namespace fatespec::remote
