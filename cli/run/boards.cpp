#include "cli/run/boards.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/clock.hpp"
#include "results/store.hpp"
#include "runner/plan/command_line.hpp"

namespace fatespec::cli {
namespace {

/// The board target that a test keeps busy; nullptr if none: a test that is skipped asks for no board.
const model::Target* needed_board(const model::TestPlan& plan, const model::PlannedTest& test) {
  const bool skipped = test.skip_reason && test.probes.empty();
  return skipped ? nullptr : model::board_of(*plan.project, test);
}

std::vector<const model::Target*> members_of(const model::TestPlan& plan, const model::Target& target) {
  if (target.pool.empty()) return {&target};
  std::vector<const model::Target*> members;
  for (const auto& name : target.pool) members.push_back(&plan.project->targets.at(name));
  return members;
}

/// The targets with boards that the plan uses, each with the stdin files of its tests.
std::map<const model::Target*, std::set<std::string>> used_targets(const model::TestPlan& plan) {
  std::map<const model::Target*, std::set<std::string>> used;
  for (const auto& test : plan.tests) {
    const auto* target = needed_board(plan, test);
    if (target == nullptr) continue;
    auto& inputs = used[target];
    if (test.spec->stdin_file)
      inputs.insert(runner::absolute_path(test.spec->stdin_file->text, *test.variables, test.suite->directory));
  }
  return used;
}

std::string who_runs(const std::string& run_id) {
  const passwd* user = ::getpwuid(::getuid());
  return fmt::format("{}@{}, run {} (process {}), since {}", user == nullptr ? "?" : user->pw_name,
                     results::this_host(), run_id, ::getpid(), base::iso8601(std::chrono::system_clock::now()));
}

}  // namespace

base::Result<void> check_boards(const model::TestPlan& plan) {
  std::map<std::tuple<std::string, int, std::string>, std::string> places;
  for (const auto& [target, files] : used_targets(plan))
    for (const auto* member : members_of(plan, *target)) {
      const auto& name =
          places.try_emplace({member->host, member->port, member->directory}, member->name).first->second;
      if (name != member->name)
        return base::usage_error(
            fmt::format("the targets {} and {} are the same host and work in the same directory, {}: "
                        "give each a `directory` of its own, or run one of them at a time",
                        name, member->name, member->directory));
    }
  return {};
}

Boards::Boards(boost::asio::io_context& loop, boost::asio::thread_pool& pool, const model::TestPlan& plan,
               const BoardsOptions& options)
    : loop_(loop) {
  const auto used = used_targets(plan);
  std::map<std::string, std::set<std::string>> inputs;  // of each board
  for (const auto& [target, files] : used)
    for (const auto* member : members_of(plan, *target)) inputs[member->name].insert(files.begin(), files.end());
  std::map<std::string, remote::Board*> made;
  for (const auto& [name, files] : inputs) {
    boards_.push_back(std::make_unique<remote::Board>(
        loop, pool, plan.project->targets.at(name),
        remote::BoardOptions{.run = options.run_id,
                             .who = who_runs(options.run_id),
                             .inputs = {files.begin(), files.end()},
                             .say = options.say,
                             .progress = [progress = options.progress, board = name](const std::string& text) {
                               if (progress) progress(board, text);
                             }}));
    made[name] = boards_.back().get();
  }
  for (const auto& [target, files] : used) {
    Target& entry = targets_.emplace_back();
    entry.name = target->name;
    for (const auto* member : members_of(plan, *target)) entry.boards.push_back(made.at(member->name));
  }
}

std::vector<runner::TargetStations> Boards::with_local(runner::Station& local) const {
  std::vector<runner::TargetStations> all = {{"local", {&local}}};
  for (const auto& target : targets_) all.push_back({target.name, {target.boards.begin(), target.boards.end()}});
  return all;
}

void Boards::open(const std::function<void()>& changed) {
  for (const auto& board : boards_) board->open(changed);
}

runner::Station& Boards::answering_for(const model::PlannedTest& test, runner::Station& local) const {
  for (const auto& target : targets_) {
    if (target.name != test.target || model::stays_local(test.spec->parsed.type)) continue;
    const auto here = std::find_if(target.boards.begin(), target.boards.end(),
                                   [](const auto* board) { return board->state() != runner::StationState::gone; });
    return here == target.boards.end() ? *target.boards.front() : **here;
  }
  return local;
}

void Boards::close(std::function<void()> closed) {
  closed_ = std::move(closed);
  open_ = boards_.size();
  if (open_ == 0) hurry();
  for (const auto& board : boards_)
    board->close([this] {
      if (--open_ == 0) hurry();
    });
}

void Boards::hurry() {
  if (auto closed = std::exchange(closed_, nullptr)) boost::asio::post(loop_, std::move(closed));
}

std::vector<std::string> Boards::lost() const {
  std::vector<std::string> lost;
  for (const auto& board : boards_)
    if (board->state() == runner::StationState::gone) lost.push_back(board->name() + ": " + board->trouble());
  return lost;
}

int board_jobs(const model::TestPlan& plan) {
  std::set<std::string> counted;
  int jobs = 0;
  for (const auto& [target, files] : used_targets(plan))
    for (const auto* member : members_of(plan, *target))
      if (counted.insert(member->name).second) jobs += std::max(1, member->jobs);
  return jobs;
}

bool runs_here(const model::TestPlan& plan) {
  return std::any_of(plan.tests.begin(), plan.tests.end(),
                     [&](const auto& test) { return needed_board(plan, test) == nullptr; });
}

}  // namespace fatespec::cli
