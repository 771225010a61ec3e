#include "cli/cluster/farm_jobs.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

/// Slurm's default limit is 1001.
constexpr std::size_t most_tasks = 1000;

}  // namespace

FarmJobs::FarmJobs(const std::string& run, const FarmRunOptions& farm, int at_once)
    : farm_(farm), slurm_(*farm.settings, farm.directory / "slurm"), name_(jobs_of_run(run)), at_once_(at_once) {}

std::size_t FarmJobs::end_of_array(std::size_t first) const {
  const auto& shards = farm_.shards;
  std::size_t end = first + 1;
  while (end < shards.size() && end - first < most_tasks && shards[end].needs == shards[first].needs) ++end;
  return end;
}

std::string FarmJobs::program() const {
  if (!farm_.settings->program.empty()) return farm_.settings->program;
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).string();
}

std::string FarmJobs::log_of(std::size_t first, const std::string& task) const {
  return (farm_.directory / "logs" / fmt::format("{}-{}.log", first, task)).string();
}

base::Result<void> FarmJobs::submit(std::size_t first, std::size_t count) {
  farm::Submission submission;
  submission.name = name_ + std::to_string(first);
  submission.tasks = count;
  submission.at_once = at_once_;
  submission.needs = farm_.shards[first].needs;
  submission.command = {program(), "run-shard", farm_.directory.string(), std::to_string(first)};
  submission.directory = fs::current_path().string();
  submission.log = log_of(first, "%a");
  if (in_doubt_.contains(submission.name)) {
    const auto accepted = was_accepted(submission.name);
    if (!accepted) return accepted.error();
    if (*accepted) return {};
  }
  const auto job = slurm_.submit(submission);
  if (job) jobs_.insert(*job);
  else if (job.error().kind == base::ErrorKind::io) in_doubt_.insert(submission.name);
  return job ? base::Result<void>() : job.error();
}

// A controller that did not answer in time may have heard all the same.
base::Result<bool> FarmJobs::was_accepted(const std::string& name) {
  const auto tasks = slurm_.tasks(name);
  if (!tasks) return tasks.error();
  bool accepted = false;
  for (const auto& task : *tasks)
    if (task.name == name) accepted = jobs_.insert(task.job).second || accepted;
  return accepted;
}

base::Result<std::map<std::size_t, farm::Task>> FarmJobs::queue() const {
  auto tasks = slurm_.tasks(name_);
  if (!tasks) return tasks.error();
  std::map<std::size_t, farm::Task> by_shard;
  for (auto& task : *tasks) {
    const auto first = base::parse_integer(std::string_view(task.name).substr(name_.size()));
    if (first && *first >= 0) by_shard[static_cast<std::size_t>(*first) + task.index] = std::move(task);
  }
  return by_shard;
}

void FarmJobs::know(const std::map<std::size_t, farm::Task>& queue) {
  for (const auto& [shard, task] : queue) jobs_.insert(task.job);
}

// First those that are known, whether the queue can be asked or not.
base::Result<void> FarmJobs::cancel_all(std::set<std::string> jobs) const {
  const auto done = slurm_.cancel({jobs.begin(), jobs.end()});
  const auto tasks = slurm_.tasks(name_);
  if (!tasks) return done ? tasks.error() : done;
  std::vector<std::string> left;
  for (const auto& task : *tasks)
    if (!done || jobs.insert(task.job).second) left.push_back(task.job);
  return slurm_.cancel(left);
}

std::string FarmJobs::last_words(std::size_t shard) const {
  const auto text = base::read_file(log_of(shard, "0"));
  std::string last;
  for (const auto line : base::split_lines(text ? std::string_view(*text) : std::string_view()))
    if (!base::trim(line).empty()) last = std::string(base::trim(line));
  return last.empty() ? "" : ": " + base::shorten(base::printable(last), 200);
}

}  // namespace fatespec::cli
