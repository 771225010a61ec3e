#include "cli/bisection.hpp"

#include <cstdio>
#include <sstream>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/program.hpp"
#include "base/text.hpp"
#include "cli/tool_output.hpp"
#include "runner/tool_process.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

constexpr int trials_of_bad_end = 5;
constexpr int most_trials_of_bad_end = 50;

base::Error wrong(std::string message) { return {base::ErrorKind::usage, std::move(message)}; }

std::string shorter(const std::string& commit) {
  constexpr std::size_t length = 12;
  return commit.substr(0, length);
}

}  // namespace

Bisection::Bisection(BisectionRequest request)
    : request_(std::move(request)), worktree_(request_.directory / "worktree") {
  for (const auto& [name, value] : *request_.test.variables) {
    const fs::path inside = fs::path(value).lexically_relative(request_.source);
    if (fs::path(value).is_absolute() && !inside.empty() && *inside.begin() != "..")
      binaries_.emplace_back(name, inside);
  }
}

std::string Bisection::git(const std::string& arguments) const {
  std::error_code ignored;
  const fs::path place = fs::exists(worktree_, ignored) ? worktree_ : fs::path(request_.source);
  return std::string(base::trim(tool_output("git -C " + base::shell_quote(place.string()) + " " + arguments)));
}

base::Result<std::string> Bisection::commit_of(const std::string& revision) const {
  std::string commit = git("rev-parse --verify --quiet --end-of-options " + base::shell_quote(revision + "^{commit}"));
  if (commit.empty()) return wrong(fmt::format("{} has no revision `{}`", request_.source, revision));
  return commit;
}

std::string Bisection::head() const { return git("rev-parse HEAD"); }

std::string Bisection::subject_of(const std::string& commit) const { return git("log -1 --format=%s " + commit); }

base::Result<ExitCode> Bisection::run() {
  if (binaries_.empty())
    return wrong(
        fmt::format("no variable of the configuration names a file in {}: which binary is tested?", request_.source));
  if (auto begun = begin(); !begun) return begun.error();
  if (auto checked = check_ends(); !checked) return checked.error();
  return search();
}

base::Result<void> Bisection::begin() {
  const auto good = commit_of(request_.good);
  if (!good) return good.error();
  const auto bad = commit_of(request_.bad);
  if (!bad) return bad.error();
  good_ = *good;
  bad_ = *bad;
  read_state();
  std::error_code ignored;
  if (fs::exists(worktree_, ignored) && !git("bisect log").empty()) {
    std::printf("going on with an earlier bisection\n");
    return {};
  }
  clean_up();
  if (auto made = base::make_directories(request_.directory); !made) return made;
  (void)git("worktree prune");
  (void)git(fmt::format("worktree add --detach --force {} {}", base::shell_quote(worktree_.string()), bad_));
  if (!fs::exists(worktree_ / ".git", ignored)) return wrong("git worktree add failed in " + request_.source);
  (void)git("bisect start");
  (void)git("bisect bad " + bad_);
  const std::string said = git("bisect good " + good_ + " 2>&1");
  if (git("bisect log").find("good: ") == std::string::npos || said.find("not ancestors") != std::string::npos)
    return wrong(fmt::format("git bisect: {}", said));
  return write_state();
}

fs::path Bisection::place_of(const std::string& commit) const {
  const std::string recipe = base::digest_hex(base::DigestAlgorithm::sha256, request_.build);
  return request_.directory.parent_path() / "binaries" / (commit + "-" + recipe.substr(0, 12));
}

/// Makes sure that the binaries of a commit are there; false if it cannot be built.
base::Result<bool> Bisection::provide(const std::string& commit) {
  std::error_code ignored;
  if (fs::exists(place_of(commit) / "unbuildable", ignored)) return false;
  if (fs::exists(place_of(commit) / "complete", ignored)) return true;
  if (head() != commit) (void)git("checkout --detach --force " + commit);
  return build_here(commit);
}

base::Result<bool> Bisection::build_here(const std::string& commit) {
  std::printf("  building %s %s\n", shorter(commit).c_str(), base::printable(subject_of(commit)).c_str());
  std::fflush(stdout);
  if (auto made = base::make_directories(place_of(commit)); !made) return made.error();
  runner::ToolRequest build;
  build.words = {"/bin/sh", "-c", request_.build};
  build.directory = worktree_.string();
  build.output = (place_of(commit) / "build.log").string();
  build.error = (place_of(commit) / "build.err").string();
  build.limit = request_.build_limit;
  const auto end = runner::run_tool(build);
  if (!end) return end.error();
  if (end->status == 0) {
    if (auto kept = keep_binaries(commit); !kept) return kept.error();
    return true;
  }
  std::printf("    cannot be built (status %d): %s\n", end->status, build.error.c_str());
  if (auto noted = base::write_file_atomically(place_of(commit) / "unbuildable", ""); !noted) return noted.error();
  return false;
}

base::Result<void> Bisection::keep_binaries(const std::string& commit) const {
  std::error_code code;
  for (const auto& [name, file] : binaries_) {
    const fs::path place = place_of(commit) / file;
    if (!fs::is_regular_file(worktree_ / file, code))
      return wrong(fmt::format("the build command makes no {} (${})", (worktree_ / file).string(), name));
    if (auto made = base::make_directories(place.parent_path()); !made) return made;
    fs::copy_file(worktree_ / file, place, fs::copy_options::overwrite_existing, code);
    if (code) return base::io_error(place.string(), code.value());
  }
  return base::write_file_atomically(place_of(commit) / "complete", "");
}

base::Result<Bisection::Answer> Bisection::run_once(const std::string& commit) const {
  runner::ToolRequest test;
  test.words = {base::program_beside("fatespec"), "run"};
  test.words.insert(test.words.end(), request_.run_arguments.begin(), request_.run_arguments.end());
  for (const auto& [name, file] : binaries_)
    test.words.insert(test.words.end(), {"--set", name + "=" + (place_of(commit) / file).string()});
  test.words.insert(test.words.end(), {"--results", "none", "--keep", "none", "--no-progress", "--quiet"});
  test.output = (place_of(commit) / "test.log").string();
  test.error = (place_of(commit) / "test.err").string();
  test.limit = request_.build_limit;
  const auto end = runner::run_tool(test);
  if (!end) return end.error();
  if (end->status == static_cast<int>(ExitCode::success)) return Answer::good;
  if (end->status == static_cast<int>(ExitCode::bad_test)) return Answer::bad;
  constexpr int interrupted = 128;
  if (end->status > interrupted) return wrong("interrupted; the same command goes on");
  return Answer::untestable;
}

/// Bad at the first failure; good after as many passes as leave no doubt.
base::Result<Bisection::Answer> Bisection::judge(const std::string& commit) {
  const auto provided = provide(commit);
  if (!provided) return provided.error();
  if (!*provided) return Answer::untestable;
  for (int passes = 0, enough = passes_to_believe(evidence_); passes < enough; ++passes) {
    const auto answer = run_once(commit);
    if (!answer) return answer;
    if (*answer == Answer::good) continue;
    if (*answer == Answer::bad) {
      ++evidence_.failures;
      evidence_.passes += passes;
    }
    return answer;
  }
  return Answer::good;
}

/// How often the fault shows where it is known to be.
base::Result<Bisection::Answer> Bisection::judge_bad_end(const std::string& commit) {
  const auto provided = provide(commit);
  if (!provided) return provided.error();
  if (!*provided) return Answer::untestable;
  const auto trials = [&] { return evidence_.failures + evidence_.passes; };
  while (trials() < trials_of_bad_end || (evidence_.failures < 3 && trials() < most_trials_of_bad_end)) {
    const auto answer = run_once(commit);
    if (!answer || *answer == Answer::untestable) return answer;
    ++(*answer == Answer::bad ? evidence_.failures : evidence_.passes);
  }
  return evidence_.failures > 0 ? Answer::bad : Answer::good;
}

base::Result<void> Bisection::check_ends() {
  if (ends_checked_) return {};
  evidence_ = {};
  const auto bad = judge_bad_end(bad_);
  if (!bad) return bad.error();
  if (*bad != Answer::bad)
    return wrong(fmt::format("{} is not bad: the test {} there", request_.bad,
                             *bad == Answer::good ? "passes" : "cannot be run"));
  std::printf("bad   %s: fails %d of %d times\n", shorter(bad_).c_str(), evidence_.failures,
              evidence_.failures + evidence_.passes);
  const auto good = judge(good_);
  if (!good) return good.error();
  if (*good != Answer::good)
    return wrong(fmt::format("{} is not good: the test {} there", request_.good,
                             *good == Answer::bad ? "fails" : "cannot be run"));
  std::printf("good  %s: passes %d times in a row\n", shorter(good_).c_str(), passes_to_believe(evidence_));
  ends_checked_ = true;
  return write_state();
}

base::Result<ExitCode> Bisection::search() {
  constexpr std::string_view found = "is the first bad commit";
  constexpr std::string_view stuck = "There are only 'skip'ped commits left to test.";
  std::string said = git("bisect log");
  for (;;) {
    if (const auto at = said.find(found); at != std::string::npos) {
      constexpr std::size_t length = 40;
      const std::string commit = git("rev-parse refs/bisect/bad").substr(0, length);
      if (auto told = tell(commit); !told) return told.error();
      clean_up();
      return ExitCode::success;
    }
    if (said.find(stuck) != std::string::npos) {
      std::printf("%s\n", base::printable_lines(said).c_str());
      clean_up();
      return ExitCode::error;
    }
    const std::string commit = head();
    const auto answer = judge(commit);
    if (!answer) return answer.error();
    constexpr const char* words[] = {"good", "bad", "skip"};
    const char* word = words[static_cast<int>(*answer)];
    std::printf("%-5s %s %s\n", word, shorter(commit).c_str(), base::printable(subject_of(commit)).c_str());
    std::fflush(stdout);
    said = git(fmt::format("bisect {} {} 2>&1", word, commit));
    if (auto written = write_state(); !written) return written.error();
  }
}

base::Result<void> Bisection::tell(const std::string& commit) {
  std::printf("\nthe first bad commit is\n\n%s\n\n",
              base::printable_lines(git("show --stat --no-color " + commit)).c_str());
  const auto before = commit_of(commit + "^");
  if (!before) return {};
  const auto provided = provide(*before);
  const auto also = provide(commit);
  if (!provided || !also || !*provided || !*also) return {};
  // What it changed, in pictures; not every test has any.
  std::string line =
      base::shell_quote(base::program_beside("fatespec")) + " diverge " + base::shell_quote(request_.test.name);
  for (const auto& argument : request_.run_arguments)
    if (argument != "--filter" && !argument.starts_with("name(=")) line += " " + base::shell_quote(argument);
  for (const auto& [name, file] : binaries_)
    line += " --set " + base::shell_quote(name + "=" + (place_of(commit) / file).string());
  for (const auto& [name, file] : binaries_)
    if (name == "FFMPEG_PATH") line += " --reference " + base::shell_quote((place_of(*before) / file).string());
  std::printf("%s", base::printable_lines(tool_output(line)).c_str());
  return {};
}

void Bisection::clean_up() const {
  std::error_code ignored;
  if (fs::exists(worktree_, ignored)) {
    (void)git("bisect reset");
    (void)tool_output(fmt::format("git -C {} worktree remove --force {}", base::shell_quote(request_.source),
                                  base::shell_quote(worktree_.string())));
    (void)base::remove_tree(worktree_);
    (void)git("worktree prune");
  }
  fs::remove(request_.directory / "state", ignored);
}

// What of an earlier bisection counts for this one: that of the same two ends.
void Bisection::read_state() {
  const auto text = base::read_file(request_.directory / "state");
  std::istringstream words(text ? *text : "");
  std::string good;
  std::string bad;
  FaultEvidence evidence;
  const bool same = (words >> good >> bad >> evidence.failures >> evidence.passes) && good == good_ && bad == bad_;
  if (!same) return clean_up();
  evidence_ = evidence;
  ends_checked_ = evidence.failures > 0;
}

base::Result<void> Bisection::write_state() const {
  return base::write_file_atomically(request_.directory / "state",
                                     fmt::format("{} {} {} {}\n", good_, bad_, ends_checked_ ? evidence_.failures : 0,
                                                 ends_checked_ ? evidence_.passes : 0));
}

}  // namespace fatespec::cli
