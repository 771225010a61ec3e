#include "runner/schedule/scheduler.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "runner/groups/agreement.hpp"
#include "runner/groups/repetition.hpp"
#include "runner/schedule/memory_gauge.hpp"

namespace fatespec::runner {
namespace {

/// A line that is cut that often under one test is no accident any more.
constexpr int most_losses = 20;
/// Tests that are started on each station before the loop has a turn.
constexpr std::size_t most_turns = 16;

}  // namespace

Scheduler::Scheduler(Loops loops, const base::Clock& clock, const model::TestPlan& plan,
                     const std::vector<TargetStations>& targets, const SchedulerOptions& options, model::EventSink sink,
                     std::function<void()> finished)
    : loops_(loops),
      clock_(clock),
      plan_(plan),
      options_(options),
      sink_(std::move(sink)),
      finished_(std::move(finished)),
      memory_timer_(loops.loop) {
  for (const auto& target : targets) {
    Lane& lane = lanes_.emplace_back();
    lane.target = target.target;
    for (Station* station : target.stations) {
      auto memory = station->is_local() ? std::function<std::uint64_t()>(available_memory) : nullptr;
      lane.places.push_back({station, Slots(station->jobs(), std::move(memory)),
                             AttemptContext{.loops = loops,
                                            .station = *station,
                                            .project = *plan.project,
                                            .fingerprints = options.fingerprints,
                                            .recordings = options.recordings}});
    }
  }
}

Scheduler::Lane& Scheduler::lane_of(const model::PlannedTest& test) {
  if (!model::stays_local(test.spec->parsed.type))
    for (auto& lane : lanes_)
      if (lane.target == test.target) return lane;
  return lanes_.front();
}

void Scheduler::start() {
  repetitions_ = repetition_groups(plan_);
  agreements_ = agreement_groups(plan_);
  std::vector<const model::PlannedTest*> ordered;
  for (const auto& test : plan_.tests) {
    if (!test.skip_reason) ordered.push_back(&test);
    else if (test.repetition == 0) sink_(model::TestFinished{TestRunner::skipped(test, clock_.utc())});
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->rank < b->rank; });
  for (const auto* test : ordered) lane_of(*test).queue.add(*test);
  started_ = true;
  start_ready();
}

void Scheduler::stations_changed() {
  if (may_start()) start_ready();
}

void Scheduler::start_ready() {
  std::size_t turns = 0;
  for (auto& lane : lanes_) {
    // Stations of a pool take turns, so that they share the work evenly.
    for (bool any = true; any && may_start();) {
      any = false;
      for (auto& place : lane.places) any = start_next(lane, place) || any;
      if (any && ++turns >= most_turns) return start_more_later();
    }
    if (may_start()) give_up_lost(lane);
  }
  for (auto& lane : lanes_) {
    if (!may_start() || lane.queue.short_of_memory() == nullptr) continue;
    wait_for_memory(lane);
    return;
  }
  if (running_.empty() && all_is_done()) finish();
}

// Starting hundreds of processes takes long: meanwhile others end, and signals come.
void Scheduler::start_more_later() {
  if (std::exchange(more_later_, true)) return;
  boost::asio::post(loops_.loop, [this] {
    more_later_ = false;
    start_ready();
  });
}

// Of repetitions that were cut short, those that ended tell something all the same. Of combinations that are to agree,
// those that passed have no result yet: whom the others would have agreed with is not known.
void Scheduler::finish() {
  if (std::exchange(is_over_, true)) return;
  for (const auto& merged : repetitions_->conclude())
    for (auto& final : agreements_->add(plan_.tests[merged->index], merged))
      sink_(model::TestFinished{std::move(final)});
  boost::asio::post(loops_.loop, finished_);
}

bool Scheduler::all_is_done() const {
  return interrupted_ || stopped_ ||
         std::all_of(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane.queue.empty(); });
}

bool Scheduler::start_next(Lane& lane, Place& place) {
  if (!may_start() || place.station->state() != StationState::ready) return false;
  const model::PlannedTest* test = lane.queue.take(place.slots);
  if (test == nullptr) return false;
  start_test(*test, lane, place);
  return true;
}

// Where no station will come back, what waits cannot be run.
void Scheduler::give_up_lost(Lane& lane) {
  const bool hope = std::any_of(lane.places.begin(), lane.places.end(),
                                [](const auto& place) { return place.station->state() != StationState::gone; });
  if (hope) return;
  std::string trouble;
  for (const auto& place : lane.places)
    trouble += fmt::format("{}{}: {}", trouble.empty() ? "" : "; ", place.station->name(), place.station->trouble());
  for (const auto* test : lane.queue.drain()) refuse(*test, trouble);
}

// What runs, here or of others, gives memory back sooner or later; others alone may keep us waiting, but not for ever.
void Scheduler::wait_for_memory(Lane& lane) {
  constexpr auto interval = std::chrono::milliseconds(100);
  constexpr auto patience = std::chrono::seconds(60);
  const model::PlannedTest& test = *lane.queue.short_of_memory();
  const bool never = test.spec->memory > total_memory();
  if (short_since_.first != &test || !running_.empty()) short_since_ = {&test, clock_.steady()};
  if (never || clock_.steady() - short_since_.second >= patience) {
    const std::string had = never ? fmt::format("has only {}", base::format_size(total_memory()))
                                  : fmt::format("had only {} for a minute", base::format_size(available_memory()));
    lane.queue.give_up(test);
    refuse(test, fmt::format("needs {} of memory, and the machine {}", base::format_size(test.spec->memory), had));
  }
  memory_timer_.expires_after(interval);
  memory_timer_.async_wait([this](boost::system::error_code code) {
    if (!code) start_ready();
  });
}

void Scheduler::start_test(const model::PlannedTest& test, Lane& lane, Place& place) {
  auto runner = std::make_shared<TestRunner>(place.context, clock_, options_.keep, test);
  running_[&test] = {runner, &lane, &place};
  runner->start(
      [this, &test](int attempt) {
        sink_(model::TestStarted{&test, attempt});
      },
      [this, &test] { processes_ended(test); },
      [this, &test](std::shared_ptr<const model::TestResult> result) { test_ended(test, std::move(result)); });
}

// The next test starts before this one is judged: otherwise a processor would wait for that. What a lock or `exclusive`
// guards may be a file that judging reads.
void Scheduler::processes_ended(const model::PlannedTest& test) {
  if (options_.fail_fast || test.spec->exclusive || !test.spec->locks.empty()) return;
  Running& running = running_.at(&test);
  running.lane->queue.release(running.place->slots, test);
  running.has_slots = false;
  start_ready();
}

void Scheduler::test_ended(const model::PlannedTest& test, ResultPtr result) {
  const auto ended = running_.extract(&test);
  const Running& running = ended.mapped();
  if (running.has_slots) running.lane->queue.release(running.place->slots, test);
  sink_(model::TestEnded{&test});
  if (result) report(test, std::move(result));
  else if (running.runner->loss()) test_lost(test, running);
  start_ready();
}

// A lost station is no test's failure, unless the test takes down one after the other: a suspect therefore runs alone.
void Scheduler::test_lost(const model::PlannedTest& test, const Running& ended) {
  const model::Execution& loss = *ended.runner->loss();
  const bool again_down = loss.took_down && ++takedowns_[&test] >= 2;
  if (again_down || ++losses_[&test] >= most_losses) {
    auto reason = again_down ? fmt::format("took down the board ({})", loss.problem)
                             : fmt::format("lost {} times: {}", most_losses, loss.problem);
    refuse(test, std::move(reason));
    return;
  }
  sink_(model::TestLost{&test, ended.place->station->name(), loss.problem});
  ended.lane->queue.add_again(test, takedowns_.contains(&test));
}

void Scheduler::refuse(const model::PlannedTest& test, std::string reason) {
  report(test, TestRunner::refused(*plan_.project, test, clock_.utc(), std::move(reason)));
}

void Scheduler::report(const model::PlannedTest& test, ResultPtr result) {
  for (const auto& merged : repetitions_->add(test, std::move(result)))
    for (auto& final : agreements_->add(plan_.tests[merged->index], merged)) {
      if (options_.fail_fast && model::is_bad(final->verdict)) stopped_ = true;
      sink_(model::TestFinished{std::move(final)});
    }
}

void Scheduler::suspend() {
  for (const auto& [test, running] : running_) running.runner->suspend();
}

void Scheduler::resume() {
  for (const auto& [test, running] : running_) running.runner->resume();
}

void Scheduler::interrupt() {
  const bool again = interrupted_;
  interrupted_ = true;
  memory_timer_.cancel();
  if (running_.empty() && started_ && !again) finish();
  const auto running = running_;
  for (const auto& [test, ran] : running) ran.runner->cancel(again);
}

}  // namespace fatespec::runner
