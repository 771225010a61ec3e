#include "farm/slurm.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/local/tool_process.hpp"

namespace fatespec::farm {
namespace {

constexpr auto longest_answer = std::chrono::seconds(30);
constexpr std::uint64_t largest_answer = std::uint64_t{64} << 20U;

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields;
  while (true) {
    const auto bar = line.find('|');
    fields.emplace_back(base::trim(line.substr(0, bar)));
    if (bar == std::string_view::npos) return fields;
    line.remove_prefix(bar + 1);
  }
}

/// Slurm's complaints begin with the program's name; the last line is the one that counts.
std::string complaint(const std::string& text) {
  std::string last;
  for (const auto line : base::split_lines(text))
    if (!base::trim(line).empty()) last = std::string(base::trim(line));
  return last.empty() ? "it failed without a word" : last;
}

/// What waiting may mend: the controller is away or overloaded.
bool may_pass(const std::string& text) {
  for (const char* sign : {"ontact slurm controller", "timed out", "onnection refused", "emporarily", "onnect failure",
                           "ocket", "SubmitJob", "Zero Bytes", "munge", "error connecting"})
    if (text.find(sign) != std::string::npos) return true;
  return false;
}

/// Ours without the variables of libpq: Slurm keeps what it is given, and passwords are none of its business.
std::vector<std::string> environment_for_slurm() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!std::string_view(*entry).starts_with("PG")) all.emplace_back(*entry);
  return all;
}

template <class Texts>
std::string joined(const Texts& texts, const char* separator) {
  return fmt::format("{}", fmt::join(texts, separator));
}

}  // namespace

bool Task::is_held() const {
  return reason.find("launch failed") != std::string::npos || state.find("HOLD") != std::string::npos;
}

base::Result<std::string> Slurm::ask(const std::vector<std::string>& words, const std::string& input) const {
  static std::atomic<unsigned> number = 0;
  const std::string file = (scratch_ / fmt::format("{}-{}-{}", words.front(), ::getpid(), number++)).string();
  runner::ToolRequest request;
  request.words = words;
  request.environment = environment_for_slurm();
  request.input = input;
  request.output = file + ".out";
  request.error = file + ".err";
  request.limit = longest_answer;
  const auto end = runner::run_tool(request);
  const auto out = base::read_file(request.output, largest_answer);
  const auto err = base::read_file(request.error, largest_answer);
  std::error_code ignored;
  std::filesystem::remove(request.output, ignored);
  std::filesystem::remove(request.error, ignored);
  if (!end && !std::filesystem::is_directory(scratch_, ignored)) return base::io_error(scratch_.string(), ENOENT);
  if (!end && end.error().message.ends_with(std::strerror(ENOENT)))
    return base::usage_error(end.error().message + ": is Slurm installed here?");
  if (!end) return end.error();
  if (end->timed_out)
    return base::Error{base::ErrorKind::io, fmt::format("{} did not answer within {}", words.front(),
                                                        base::format_duration(longest_answer))};
  if (end->status == 0 && out) return *out;
  const std::string said = err ? *err : "";  // of two lines the first may be the one that tells
  const std::string what = complaint(said);
  return base::Error{may_pass(said) ? base::ErrorKind::io : base::ErrorKind::usage,
                     fmt::format("{}: {}", words.front(), what)};
}

base::Result<std::string> Slurm::submit(const Submission& submission) const {
  std::vector<std::string> words = {"sbatch",
                                    "--parsable",
                                    "--requeue",
                                    "--open-mode=append",
                                    "--export=ALL",
                                    "--ntasks=1",
                                    "--job-name=" + submission.name,
                                    "--output=" + submission.log,
                                    "--chdir=" + submission.directory,
                                    fmt::format("--cpus-per-task={}", submission.needs.slots),
                                    fmt::format("--array=0-{}{}", submission.tasks - 1,
                                                submission.at_once > 0 ? fmt::format("%{}", submission.at_once) : "")};
  const Needs& needs = submission.needs;
  if (!settings_.partition.empty()) words.push_back("--partition=" + settings_.partition);
  if (needs.memory > 0) words.push_back(fmt::format("--mem={}M", std::max<std::uint64_t>(1, needs.memory >> 20U)));
  if (needs.exclusive) words.emplace_back("--exclusive");
  if (!needs.constraints.empty()) words.push_back("--constraint=" + joined(needs.constraints, "&"));
  if (!needs.resources.empty()) words.push_back("--gres=" + joined(needs.resources, ","));
  words.insert(words.end(), settings_.options.begin(), settings_.options.end());
  std::string script = "#!/bin/sh\nexec";
  for (const auto& word : submission.command) script += " " + base::shell_quote(word);
  const std::string file = (scratch_ / (submission.name + ".sh")).string();
  if (auto written = base::write_file_atomically(file, script + "\n"); !written) return written.error();
  auto answer = ask(words, file);
  if (!answer) return answer;
  // "123" or "123;cluster"
  const std::string line(base::trim(*answer));
  return line.substr(0, line.find(';'));
}

base::Result<std::vector<Task>> Slurm::tasks(const std::string& name) const {
  const auto answer = ask({"squeue", "--me", "--noheader", "--array", "--format=%j|%F|%K|%T|%N|%r"});
  if (!answer) return answer.error();
  std::vector<Task> tasks;
  for (const auto line : base::split_lines(*answer)) {
    const auto fields = fields_of(line);
    if (fields.size() < 6 || !fields[0].starts_with(name)) continue;
    const auto index = base::parse_integer(fields[2]);
    if (!index || *index < 0) continue;
    tasks.push_back({fields[1], fields[0], static_cast<std::size_t>(*index), fields[3], fields[4], fields[5]});
  }
  return tasks;
}

base::Result<void> Slurm::cancel(const std::vector<std::string>& jobs) const {
  if (jobs.empty()) return {};
  std::vector<std::string> words = {"scancel", "--quiet"};
  words.insert(words.end(), jobs.begin(), jobs.end());
  const auto answer = ask(words);
  return answer ? base::Result<void>() : answer.error();
}

base::Result<int> Slurm::slots() const {
  std::vector<std::string> words = {"sinfo", "--noheader", "--format=%C"};
  if (!settings_.partition.empty()) words.push_back("--partition=" + settings_.partition);
  const auto answer = ask(words);
  if (!answer) return answer.error();
  // allocated/idle/other/total of each partition
  int most = 0;
  for (const auto line : base::split_lines(*answer)) {
    int allocated = 0;
    int idle = 0;
    if (std::sscanf(std::string(line).c_str(), "%d/%d/", &allocated, &idle) == 2)
      most = std::max(most, allocated + idle);
  }
  return std::max(1, most);
}

}  // namespace fatespec::farm
