// Runs a plan: which test when and where, until all have a result or the run is interrupted.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "model/event.hpp"
#include "runner/groups/result_groups.hpp"
#include "runner/schedule/ready_queue.hpp"
#include "runner/schedule/test_runner.hpp"
#include "runner/station.hpp"

namespace fatespec::runner {

struct SchedulerOptions {
  Keep keep = Keep::failed;
  bool fail_fast = false;       ///< after the first bad verdict nothing more is started
  bool fingerprints = false;    ///< of the output of every test
  std::string recordings = {};  ///< directory in which players' recordings are kept; empty: they are not
};

/// The stations that share the tests of one target; one, unless the target is a pool.
struct TargetStations {
  std::string target;
  std::vector<Station*> stations;
};

/// Lives on the loop's thread. Events go to `sink` in the order in which things happen.
class Scheduler {
 public:
  /// `targets` begins with `local`, which also takes what always stays on this machine.
  Scheduler(Loops loops, const base::Clock& clock, const model::TestPlan& plan,
            const std::vector<TargetStations>& targets, const SchedulerOptions& options, model::EventSink sink,
            std::function<void()> finished);

  void start();
  /// The first call ends what runs and starts nothing more; the second does not wait for anything.
  void interrupt();
  /// Stops the processes and clocks of what runs, until resume(); nothing may happen on the loop in between.
  void suspend();
  void resume();
  bool interrupted() const { return interrupted_; }
  /// True if `fail_fast` has cut the run short.
  bool stopped_early() const { return stopped_; }
  /// To be called when a station has become ready, or is no longer.
  void stations_changed();

 private:
  struct Place {
    Station* station;
    Slots slots;
    AttemptContext context;
  };
  /// A target's waiting tests and where they may run.
  struct Lane {
    std::string target;
    ReadyQueue queue;
    std::deque<Place> places;  ///< a deque: running tests refer to them
  };
  struct Running {
    std::shared_ptr<TestRunner> runner;
    Lane* lane;
    Place* place;
    bool has_slots = true;  ///< and what else it took of the place
  };

  Lane& lane_of(const model::PlannedTest& test);
  bool may_start() const { return started_ && !interrupted_ && !stopped_; }
  void start_ready();
  void start_more_later();
  bool start_next(Lane& lane, Place& place);
  void give_up_lost(Lane& lane);
  bool all_is_done() const;
  void finish();
  void wait_for_memory(Lane& lane);
  void start_test(const model::PlannedTest& test, Lane& lane, Place& place);
  void processes_ended(const model::PlannedTest& test);
  void test_ended(const model::PlannedTest& test, ResultPtr result);
  void test_lost(const model::PlannedTest& test, const Running& ended);
  /// Reports a test that cannot be run.
  void refuse(const model::PlannedTest& test, std::string reason);
  void report(const model::PlannedTest& test, ResultPtr result);

  Loops loops_;
  const base::Clock& clock_;
  const model::TestPlan& plan_;
  SchedulerOptions options_;
  model::EventSink sink_;
  std::function<void()> finished_;
  std::deque<Lane> lanes_;
  std::optional<ResultGroups> repetitions_;
  std::optional<ResultGroups> agreements_;
  std::map<const model::PlannedTest*, Running> running_;
  std::map<const model::PlannedTest*, int> losses_;     ///< how often a station was lost under it
  std::map<const model::PlannedTest*, int> takedowns_;  ///< how often one went down while it ran
  boost::asio::steady_timer memory_timer_;
  std::pair<const model::PlannedTest*, base::SteadyTime> short_since_;  ///< of memory, while nothing runs
  bool more_later_ = false;
  bool is_over_ = false;  ///< finished_ is queued, or has been called
  bool started_ = false;
  bool interrupted_ = false;
  bool stopped_ = false;
};

}  // namespace fatespec::runner
