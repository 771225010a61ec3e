// fatespec results: copy, prune, send.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/decisions.hpp"
#include "cli/common/store_options.hpp"
#include "cli/run/run_artifacts.hpp"
#include "cli/run/run_store.hpp"
#include "results/copy.hpp"
#include "results/location.hpp"
#include "results/spool.hpp"

namespace fatespec::cli {
namespace {

constexpr std::size_t all_runs = 1'000'000'000;

struct CopyOptions {
  std::string from;
  std::string to;
  std::vector<std::string> runs;
};

struct PruneOptions {
  StoreOptions store;
  std::string older_than;
  std::size_t keep = 0;
  bool keep_given = false;
  std::string size;
  bool dry_run = false;
};

bool is_as_complete(const model::Run& there, const model::Run& here) {
  return there.counts.total() >= here.counts.total() && (there.finished || !here.finished);
}

ExitCode copy(const CopyOptions& options) {
  auto from = results::Store::open_existing(options.from);
  if (!from) return complain(from.error());
  auto to = results::Store::open(options.to);
  if (!to) return complain(to.error());
  const auto there = (*to)->runs(all_runs);
  if (!there) return complain(there.error());
  std::map<std::string, model::Run> known;
  for (const auto& run : *there) known.emplace(run.id, run);
  auto runs = (*from)->runs(all_runs);
  if (!runs) return complain(runs.error());
  std::reverse(runs->begin(), runs->end());  // the oldest first: runs are numbered as they come
  std::vector<std::string> wanted;
  for (const auto& name : options.runs) {
    const auto run = (*from)->find_run(name);
    if (!run) return complain(run.error());
    wanted.push_back(run->id);
  }
  std::size_t copied = 0;
  std::size_t passed_over = 0;
  for (const auto& run : *runs) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), run.id) == wanted.end()) continue;
    // A copy that was cut is gone on with: what is there already stays as it is.
    if (const auto same = known.find(run.id); same != known.end() && is_as_complete(same->second, run)) {
      ++passed_over;
      continue;
    }
    if (const auto done = results::copy_run(**from, run.id, **to); !done) return complain(done.error());
    ++copied;
  }
  std::printf("%zu run%s copied to %s", copied, copied == 1 ? "" : "s", results::shown(options.to).c_str());
  std::printf(passed_over > 0 ? ", %zu were there already\n" : "\n", passed_over);
  return ExitCode::success;
}

class Pruning {
 public:
  /// `directory_beside`: the one beside the results; `kept`: runs that stay.
  Pruning(const PruneOptions& options, results::Store& store, std::string directory_beside, std::set<std::string> kept,
          IsUnderWay is_under_way)
      : options_(options),
        store_(store),
        directory_beside_(std::move(directory_beside)),
        kept_(std::move(kept)),
        is_under_way_(std::move(is_under_way)) {}

  base::Result<void> run() {
    auto runs = store_.runs(all_runs);
    if (!runs) return runs.error();
    runs_ = std::move(*runs);
    std::vector<std::string> going = by_age_and_number();
    if (auto removed = remove(going); !removed) return removed;
    return options_.size.empty() ? base::Result<void>() : by_size();
  }
  std::size_t removed() const { return removed_; }
  std::size_t spared() const { return spared_.size(); }
  std::size_t going_on() const { return going_on_.size(); }
  /// Directories of those runs that went with them.
  std::size_t artifacts() const { return artifacts_; }

 private:
  /// A run without an end that is not a day old may be under way, on another machine too.
  bool may_be_under_way(const model::Run& run) const {
    return !run.finished && (now_ - run.started < std::chrono::hours(24) || is_under_way_(run.id));
  }
  bool stays(const model::Run& run) {
    if (may_be_under_way(run)) {
      going_on_.insert(run.id);
      return true;
    }
    if (!kept_.contains(run.id)) return false;
    spared_.insert(run.id);
    return true;
  }

  std::vector<std::string> by_age_and_number() {
    std::vector<std::string> going;
    const auto age = base::parse_duration(options_.older_than);
    for (std::size_t i = 0; i < runs_.size(); ++i) {  // the latest first
      const bool old = age && now_ - runs_[i].started > *age;
      const bool surplus = options_.keep_given && i >= options_.keep;
      if ((old || surplus) && !stays(runs_[i])) going.push_back(runs_[i].id);
    }
    return going;
  }

  base::Result<void> remove(const std::vector<std::string>& going) {
    if (!options_.dry_run && !going.empty())
      if (auto removed = store_.remove_runs(going); !removed) return removed;
    const char* done = options_.dry_run ? "would remove" : "removed";
    for (const auto& run : going) std::printf("%s %s\n", done, base::printable(run).c_str());
    removed_ += going.size();
    std::erase_if(runs_, [&](const auto& run) { return std::find(going.begin(), going.end(), run.id) != going.end(); });
    if (options_.dry_run || going.empty()) return {};
    for (const auto& run : going) artifacts_ += remove_artifacts(run, directory_beside_);
    auto reclaimed = store_.reclaim();
    if (reclaimed) return {};
    reclaimed.error().message = "what was removed takes its room still: " + reclaimed.error().message;
    return reclaimed;
  }

  /// The oldest first, a tenth of them at a time, until the rest is small enough.
  base::Result<void> by_size() {
    const auto limit = base::parse_size(options_.size);
    if (options_.dry_run) {
      std::printf("by size nothing can be told before it is done\n");
      return {};
    }
    for (;;) {
      const auto size = store_.size();
      if (!size) return size.error();
      if (*size <= *limit) return {};
      std::vector<std::string> going;
      const std::size_t most = std::max<std::size_t>(1, runs_.size() / 10);
      for (auto run = runs_.rbegin(); run != runs_.rend() && going.size() < most; ++run)
        if (!stays(*run) && run + 1 != runs_.rend()) going.push_back(run->id);
      if (going.empty())
        return base::usage_error(
            fmt::format("the results take {}, and there is nothing more to remove", base::format_size(*size)));
      if (auto removed = remove(going); !removed) return removed;
    }
  }

  const PruneOptions& options_;
  results::Store& store_;
  std::string directory_beside_;
  std::set<std::string> kept_;
  IsUnderWay is_under_way_;
  base::UtcTime now_ = std::chrono::system_clock::now();
  std::vector<model::Run> runs_;
  std::size_t removed_ = 0;
  std::set<std::string> spared_;
  std::set<std::string> going_on_;  ///< or so it seems
  std::size_t artifacts_ = 0;
};

/// What waits here for the server that results are kept at.
ExitCode send(const StoreOptions& options) {
  const auto project = load_project(options.inputs);
  if (!project) return project.error();
  const std::string location = results_location(**project, options.results);
  if (!results::is_server(location))
    return complain(
        base::usage_error("results send: results are kept in the file " + location + ", where nothing waits"));
  const results::Spool spool(spool_directory(directory_beside(**project, location)), location);
  const auto sent = spool.send_all();
  if (!sent) return complain(sent.error());
  std::printf("%llu results of %zu runs sent to %s", static_cast<unsigned long long>(sent->results), sent->runs,
              results::shown(location).c_str());
  const std::size_t left = spool.waiting().size();
  if (left > 0) std::printf(", %zu are still being written", left);
  std::printf("\n");
  return ExitCode::success;
}

void tell(const Pruning& pruning, bool dry_run) {
  std::printf("%zu runs %s", pruning.removed(), dry_run ? "would be removed" : "removed");
  if (pruning.artifacts() > 0) std::printf(", with %zu directories of theirs", pruning.artifacts());
  if (pruning.going_on() > 0) std::printf(", %zu kept that may be under way", pruning.going_on());
  if (pruning.spared() > 0) std::printf(", %zu kept that references came from", pruning.spared());
  std::printf("\n");
}

ExitCode prune(const PruneOptions& options) {
  if (options.older_than.empty() && !options.keep_given && options.size.empty()) {
    complain("results prune: say what goes: --older-than, --keep, --size");
    return ExitCode::usage;
  }
  const auto project = load_project(options.store.inputs);
  if (!project) return project.error();
  auto opened = open_store(options.store);
  if (!opened) return opened.error();
  const auto decisions = decisions_of(**project);
  if (!decisions) return complain(decisions.error());
  // Who asks where a reference came from wants to see that run.
  std::set<std::string> kept;
  for (const auto& record : *decisions) kept.insert(record.run);
  const std::string location = results_location(**project, options.store.results);
  const std::string beside = directory_beside(**project, location);
  Pruning pruning(options, **opened, beside, std::move(kept), under_way_in(location, beside));
  const auto done = pruning.run();
  if (done || pruning.removed() > 0) tell(pruning, options.dry_run);
  return done ? ExitCode::success : complain(done.error());
}

void add_prune(CLI::App& group, ExitCode& exit_code) {
  auto options = std::make_shared<PruneOptions>();
  CLI::App* command = group.add_subcommand("prune", "remove runs, but for those that references came from");
  add_store_options(*command, options->store);
  const auto checked = [](auto parse, const char* what) {
    return CLI::Validator(
        [parse, what](const std::string& text) { return parse(text) ? "" : "`" + text + "` is no " + what; }, "");
  };
  command->add_option("--older-than", options->older_than, "begun before that time: 30d, 12h")
      ->type_name("DURATION")
      ->check(checked(base::parse_duration, "duration, such as 30d"));
  auto* keep = command->add_option("--keep", options->keep, "all but the latest so many")
                   ->type_name("NUMBER")
                   ->check(CLI::NonNegativeNumber);
  command->add_option("--size", options->size, "the oldest, until the results take no more: 2G")
      ->type_name("SIZE")
      ->check(checked(base::parse_size, "size, such as 2G"));
  command->add_flag("--dry-run", options->dry_run, "say what would go");
  command->footer(
      "Examples:\n  fatespec results prune --older-than 90d\n  fatespec results prune --keep 500 --dry-run");
  command->callback([options, keep, &exit_code] {
    options->keep_given = keep->count() > 0;
    exit_code = prune(*options);
  });
}

}  // namespace

void add_results(CLI::App& app, ExitCode& exit_code) {
  CLI::App* group =
      app.add_subcommand("results", "copy runs from one store to another, remove old ones, send what waits");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  fatespec results copy .fatespec/results.db postgresql://farm@db.local/fatespec\n"
      "  fatespec results prune --keep 100");
  auto options = std::make_shared<CopyOptions>();
  CLI::App* command = group->add_subcommand("copy", "copy runs from one store to another");
  command->add_option("FROM", options->from, "a file, or postgresql://…")->required();
  command->add_option("TO", options->to, "a file, or postgresql://…")->required();
  command->add_option("RUN", options->runs, "which; all by default");
  command->footer(
      "Examples:\n"
      "  fatespec results copy .fatespec/results.db archive.db\n"
      "  fatespec results copy .fatespec/results.db postgresql://farm@db.local/fatespec");
  command->callback([options, &exit_code] { exit_code = copy(*options); });
  add_prune(*group, exit_code);
  auto sending = std::make_shared<StoreOptions>();
  CLI::App* send_command = group->add_subcommand("send", "send what waits here to a results server that was away");
  add_store_options(*send_command, *sending);
  send_command->footer("Example:\n  fatespec results send --results postgresql://farm@db.local/fatespec");
  send_command->callback([sending, &exit_code] { exit_code = send(*sending); });
  // They stand in one line with these in what users were promised: they are found in both places.
  for (auto* add : {add_merge, add_attach, add_cancel}) add(*group, exit_code);
}

}  // namespace fatespec::cli
