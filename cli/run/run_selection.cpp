#include "cli/run/run_selection.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

#include <fmt/format.h>

#include "cli/common/complain.hpp"
#include "cli/run/resumption.hpp"
#include "model/verdict.hpp"

namespace fatespec::cli {
namespace {

ExitCode nothing_left(const std::string& why) {
  complain(why);
  return ExitCode::nothing_selected;
}

struct EarlierRun {
  std::string id;
  std::vector<results::LatestResult> verdicts;
};

/// The latest run that had any of the tests; if one goes on, the latest before that.
base::Result<EarlierRun> latest_run_with(const model::TestPlan& plan, results::Store& store,
                                         const std::optional<model::Run>& resumed) {
  std::set<model::TestId> planned;
  for (const auto& test : plan.tests) planned.insert(model::id_of(test));
  const auto runs = latest_runs_here(store, resumed);
  if (!runs) return runs.error();
  for (const auto& run : *runs) {
    auto verdicts = store.verdicts(run.id);
    if (!verdicts) return verdicts.error();
    const bool has_any = std::any_of(verdicts->begin(), verdicts->end(),
                                     [&](const auto& result) { return planned.contains(model::id_of(result)); });
    if (has_any) return EarlierRun{run.id, std::move(*verdicts)};
  }
  return base::Error{base::ErrorKind::not_found,
                     "no earlier run of this machine has a result of the selected tests: run them without "
                     "--rerun-failed first"};
}

/// Keeps what was bad in that run.
OrExit<void> keep_failed(model::TestPlan& plan, results::Store& store, const std::optional<model::Run>& resumed) {
  const auto run = latest_run_with(plan, store, resumed);
  if (!run) return complain(run.error());
  std::set<model::TestId> bad;
  for (const auto& result : run->verdicts)
    if (model::is_bad(result.verdict)) bad.insert(model::id_of(result));
  // One that disagreed is judged by all the others.
  std::set<model::TestId> disagreed;
  for (const auto& test : plan.tests)
    if (test.spec->agree && bad.contains(model::id_of(test))) disagreed.insert(model::group_of(test));
  runner::keep_tests(plan, [&](const auto& test) {
    return bad.contains(model::id_of(test)) || disagreed.contains(model::group_of(test));
  });
  if (!plan.tests.empty()) return {};
  return nothing_left(fmt::format("run {} has no bad result among the selected tests", run->id));
}

ExitCode nothing_to_resume(const model::Run& run) {
  std::fprintf(stderr, "fatespec: run %s is complete: %llu tests; nothing is left to run\n", run.id.c_str(),
               static_cast<unsigned long long>(run.counts.total()));
  return static_cast<ExitCode>(run.exit_code.value_or(0));
}

/// Finds the run that goes on.
OrExit<void> find_resumed(const RunOptions& options, results::Store& store, const IsUnderWay& is_under_way,
                          Selection& selection) {
  auto run = latest_run_of(store, options);
  if (!run) return complain(run.error());
  if (*run && is_complete(**run)) return nothing_to_resume(**run);
  selection.resumed = std::move(*run);
  if (selection.resumed) return {};
  const auto other = latest_cut_run(store, options.inputs.config, is_under_way);
  if (!other) return complain(other.error());
  complain("there is no run of these tests to go on with; a new one begins");
  if (*other)
    complain(fmt::format("run {} was cut short; it goes on with: {} --resume", (*other)->id, (*other)->command));
  return {};
}

/// Keeps what the run that goes on has no result of.
OrExit<void> keep_unfinished(model::TestPlan& plan, results::Store& store, Selection& selection) {
  auto verdicts = store.verdicts(selection.resumed->id);
  if (!verdicts) return complain(verdicts.error());
  std::set<model::TestId> done;
  for (const auto& result : *verdicts) done.insert(model::id_of(result));
  runner::keep_tests(plan, [&](const auto& test) { return !done.contains(model::id_of(test)); });
  selection.done = std::move(*verdicts);
  return {};
}

OrExit<void> take_history(model::TestPlan& plan, results::Store& store, Selection& selection) {
  const auto latest = store.latest_results();
  if (!latest) return complain(latest.error());
  std::set<model::TestId> planned;
  for (const auto& test : plan.tests) planned.insert(model::id_of(test));
  for (const auto& result : *latest)
    if (planned.contains(model::id_of(result))) selection.earlier[model::id_of(result)] = {result.verdict, result.wall};
  return {};
}

}  // namespace

OrExit<std::optional<RunOptions>> adopt_tests(const RunOptions& options, results::Store& store,
                                              const IsUnderWay& is_under_way) {
  const auto cut = latest_cut_run(store, options.inputs.config, is_under_way);
  if (!cut) return complain(cut.error());
  if (*cut) return with_tests_of(**cut, options);
  const auto latest = latest_run_here(store);
  if (!latest) return complain(latest.error());
  if (!*latest) return std::optional<RunOptions>();
  const auto counted = store.find_run((*latest)->id);
  if (!counted) return complain(counted.error());
  if (is_complete(*counted)) return nothing_to_resume(*counted);
  if (is_under_way(counted->id))
    return complain(base::busy_error(fmt::format("run {} is still under way in another process", counted->id)));
  return complain(
      base::usage_error(fmt::format("run {} was cut short, but what it selected cannot be read from "
                                    "its command: {}; name the spec files to run",
                                    counted->id, counted->command)));
}

OrExit<Selection> select_tests(const RunOptions& options, model::TestPlan& plan, results::Store* store,
                               const IsUnderWay& is_under_way) {
  Selection selection;
  if ((options.rerun_failed || options.resume) && store == nullptr)
    return complain(base::usage_error(
        "--rerun-failed and --resume need earlier results: a store that answers, and not --results none"));
  if (const auto shard = shard_of(options.shard)) {
    runner::keep_tests(plan, [&](const auto& test) { return runner::is_in_shard(test, *shard); });
    if (plan.tests.empty()) {  // chance, and no mistake: `merge` then has a file of every shard
      complain(fmt::format("no selected test is in shard {}", options.shard));
      return selection;
    }
  }
  if (options.resume)
    if (const auto found = find_resumed(options, *store, is_under_way, selection); !found) return found.error();
  if (options.rerun_failed)
    if (const auto kept = keep_failed(plan, *store, selection.resumed); !kept) return kept.error();
  if (selection.resumed)
    if (const auto kept = keep_unfinished(plan, *store, selection); !kept) return kept.error();
  if (store != nullptr)
    if (const auto taken = take_history(plan, *store, selection); !taken) return taken.error();
  if (options.order == "history") runner::order_by_history(plan, selection.earlier);
  if (options.stress > 0) runner::repeat_tests(plan, options.stress);
  return selection;
}

OrExit<Selection> select_ordered(const std::string& run, const std::vector<farm::ShardOrder>& shards,
                                 model::TestPlan& plan, results::Store* store) {
  std::set<model::TestId> ordered;
  for (const auto& shard : shards) ordered.insert(shard.tests.begin(), shard.tests.end());
  Selection selection;
  if (store != nullptr) {
    if (const auto known = store->find_run(run)) {
      if (is_complete(*known)) {
        std::fprintf(stderr, "fatespec: run %s is complete: %llu tests\n", run.c_str(),
                     static_cast<unsigned long long>(known->counts.total()));
        return static_cast<ExitCode>(known->exit_code.value_or(0));
      }
      selection.resumed = *known;
      auto verdicts = store->verdicts(run);
      if (!verdicts) return complain(verdicts.error());
      selection.done = std::move(*verdicts);
      for (const auto& result : selection.done) ordered.erase(model::id_of(result));
    }
  }
  runner::keep_tests(plan, [&](const auto& test) { return ordered.contains(model::id_of(test)); });
  for (const auto& test : plan.tests) ordered.erase(model::id_of(test));
  selection.missing.assign(ordered.begin(), ordered.end());
  if (store != nullptr)
    if (const auto taken = take_history(plan, *store, selection); !taken) return taken.error();
  return selection;
}

}  // namespace fatespec::cli
