#include "cli/causes/bisection.hpp"

#include <cstdio>
#include <sstream>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/file_lock.hpp"
#include "base/hex.hpp"
#include "base/program.hpp"
#include "base/text.hpp"
#include "runner/local/tool_process.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

constexpr int trials_of_bad_end = 5;
constexpr int most_trials_of_bad_end = 50;

/// "<commit> is the first bad commit", or the line of the log that says so; what a commit's own subject says is none.
bool names_the_first_bad(std::string_view text) {
  for (const auto line : base::split_lines(text)) {
    if (line.starts_with("# first bad commit: [")) return true;
    constexpr std::string_view sentence = " is the first bad commit";
    if (!line.ends_with(sentence)) continue;
    const auto commit = line.substr(0, line.size() - sentence.size());
    if (commit.size() >= 40 && base::is_hex(commit)) return true;
  }
  return false;
}

/// Its text is stdout and stderr, without blanks around it. In the words of the C locale: what git says of a bisection
/// has no other form.
ToolAnswer ask_git_in(const fs::path& place, const std::string& arguments) {
  ToolAnswer answer = ask_tool("LC_ALL=C git -C " + base::shell_quote(place.string()) + " " + arguments + " 2>&1");
  answer.text = std::string(base::trim(answer.text));
  return answer;
}

std::string shorter(const std::string& commit) {
  constexpr std::size_t length = 12;
  return commit.substr(0, length);
}

}  // namespace

Bisection::Bisection(BisectionRequest request)
    : request_(std::move(request)), worktree_(request_.directory / "worktree") {
  for (const auto& [name, value] : *request_.test.variables) {
    const fs::path inside = fs::path(value).lexically_relative(request_.source);
    std::error_code ignored;
    // What is a directory there is where it is built, or where samples are, not what is tested.
    if (fs::path(value).is_absolute() && !inside.empty() && inside != "." && *inside.begin() != ".." &&
        !fs::is_directory(value, ignored))
      binaries_.emplace_back(name, inside);
  }
}

ToolAnswer Bisection::ask_git(const std::string& arguments) const {
  std::error_code ignored;
  return ask_git_in(fs::exists(worktree_, ignored) ? worktree_ : fs::path(request_.source), arguments);
}

// HEAD, and what is counted from it, is that of the source.
base::Result<std::string> Bisection::commit_of(const std::string& revision) const {
  auto [commit, status] = ask_git_in(
      request_.source, "rev-parse --verify --quiet --end-of-options " + base::shell_quote(revision + "^{commit}"));
  if (status != 0 || commit.empty())
    return base::usage_error(fmt::format("{} has no revision `{}`", request_.source, revision));
  return commit;
}

std::string Bisection::head() const { return git("rev-parse HEAD"); }

std::string Bisection::subject_of(const std::string& commit) const { return git("log -1 --format=%s " + commit); }

base::Result<ExitCode> Bisection::run() {
  if (binaries_.empty())
    return base::usage_error(
        fmt::format("no variable of the configuration names a file in {}: which binary is tested?", request_.source));
  if (auto locked = lock(); !locked) return locked.error();
  if (auto begun = begin(); !begun) return begun.error();
  if (auto checked = check_ends(); !checked) {
    // Of wrong ends nothing is worth keeping; what was interrupted goes on.
    if (!runner::ToolInterruption::exit_status()) clean_up();
    return checked.error();
  }
  return search();
}

/// Two at once would build in one tree.
base::Result<void> Bisection::lock() {
  if (auto made = base::make_directories(request_.directory); !made) return made;
  auto lock = base::lock_file(request_.directory / "lock");
  if (!lock) return lock.error();
  if (!*lock) return base::busy_error("another bisection of this test is under way");
  lock_ = std::move(*lock);
  return {};
}

base::Result<void> Bisection::begin() {
  const auto good = commit_of(request_.good);
  if (!good) return good.error();
  const auto bad = commit_of(request_.bad);
  if (!bad) return bad.error();
  good_ = *good;
  bad_ = *bad;
  const bool has_begun = read_state();
  std::error_code ignored;
  if (has_begun && fs::exists(worktree_, ignored) && ask_git("bisect log").status == 0) {
    std::printf("going on with an earlier bisection\n");
    return {};
  }
  clean_up();
  if (auto made = base::make_directories(request_.directory); !made) return made;
  (void)git("worktree prune");
  (void)git(fmt::format("worktree add --detach --force {} {}", base::shell_quote(worktree_.string()), bad_));
  if (!fs::exists(worktree_ / ".git", ignored))
    return base::usage_error("git worktree add failed in " + request_.source);
  (void)git("bisect start");
  (void)git("bisect bad " + bad_);
  if (const auto [said, status] = ask_git("bisect good " + good_); status != 0)
    return base::usage_error(fmt::format("git bisect: {}", said));
  return write_state();
}

fs::path Bisection::place_of(const std::string& commit) const {
  std::string what = request_.build;
  for (const auto& [name, file] : binaries_) what += "\n" + file;
  const std::string recipe = base::digest_hex(base::DigestAlgorithm::sha256, what);
  return request_.directory.parent_path() / "binaries" / (commit + "-" + recipe.substr(0, 12));
}

/// Makes sure that the binaries of a commit are there; false if it cannot be built.
base::Result<bool> Bisection::provide(const std::string& commit) {
  std::error_code ignored;
  if (fs::exists(place_of(commit) / "unbuildable", ignored)) return false;
  if (fs::exists(place_of(commit) / "complete", ignored)) return true;
  if (head() != commit) (void)git("checkout --detach --force " + commit);
  if (head() != commit) return base::usage_error(fmt::format("git cannot check out {}", commit));
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
  if (end->interrupted) return base::usage_error("interrupted; the same command goes on");
  std::string why = fmt::format("status {}", end->status);
  if (end->timed_out) why = "it takes too long";
  if (end->status == 0 && !end->timed_out) {
    const auto kept = keep_binaries(commit, why);
    if (!kept) return kept.error();
    if (*kept) return true;
  }
  std::printf("    cannot be built (%s): %s\n", why.c_str(), build.error.c_str());
  if (end->timed_out) return false;  // a faster machine may do it another time
  if (auto noted = base::write_file_atomically(place_of(commit) / "unbuildable", ""); !noted) return noted.error();
  return false;
}

/// False, and why, if the build has not made all of them.
base::Result<bool> Bisection::keep_binaries(const std::string& commit, std::string& why) const {
  std::error_code code;
  for (const auto& [name, file] : binaries_) {
    const fs::path place = place_of(commit) / file;
    if (!fs::is_regular_file(worktree_ / file, code)) {
      why = fmt::format("it made no {}, which is ${}", file, name);
      return false;
    }
    if (auto made = base::make_directories(place.parent_path()); !made) return made.error();
    fs::copy_file(worktree_ / file, place, fs::copy_options::overwrite_existing, code);
    if (code) return base::io_error(place.string(), code.value());
  }
  if (auto noted = base::write_file_atomically(place_of(commit) / "complete", ""); !noted) return noted.error();
  return true;
}

base::Result<Bisection::Answer> Bisection::run_once(const std::string& commit) const {
  runner::ToolRequest test;
  test.words = {base::program_beside("fatespec"), "run"};
  test.words.insert(test.words.end(), request_.run_arguments.begin(), request_.run_arguments.end());
  for (const auto& [name, file] : binaries_)
    test.words.insert(test.words.end(), {"--set", name + "=" + (place_of(commit) / file).string()});
  test.words.insert(test.words.end(),
                    {"--retries", "0", "--results", "none", "--keep", "none", "--no-progress", "--quiet"});
  test.output = (place_of(commit) / "test.log").string();
  test.error = (place_of(commit) / "test.err").string();
  test.limit = request_.build_limit;
  const auto end = runner::run_tool(test);
  if (!end) return end.error();
  if (end->status == static_cast<int>(ExitCode::success)) return Answer::good;
  if (end->status == static_cast<int>(ExitCode::bad_test)) return Answer::bad;
  if (end->interrupted || end->status == static_cast<int>(ExitCode::interrupted) ||
      end->status == static_cast<int>(ExitCode::terminated))
    return base::usage_error("interrupted; the same command goes on");
  return Answer::untestable;
}

/// Bad at the first failure; good after as many passes as leave no doubt.
base::Result<Bisection::Answer> Bisection::judge(const std::string& commit) {
  const auto provided = provide(commit);
  if (!provided) return provided.error();
  if (!*provided) return Answer::untestable;
  for (int passes = 0, enough = passes_to_believe(evidence_); passes < enough; ++passes) {
    auto answer = run_once(commit);
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
    auto answer = run_once(commit);
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
    return base::usage_error(fmt::format("{} is not bad: the test {} there", request_.bad,
                                         *bad == Answer::good ? "passes" : "cannot be run"));
  std::printf("bad   %s: fails %d of %d times\n", shorter(bad_).c_str(), evidence_.failures,
              evidence_.failures + evidence_.passes);
  std::fflush(stdout);
  const auto good = judge(good_);
  if (!good) return good.error();
  if (*good != Answer::good)
    return base::usage_error(fmt::format("{} is not good: the test {} there", request_.good,
                                         *good == Answer::bad ? "fails" : "cannot be run"));
  const int passes = passes_to_believe(evidence_);
  std::printf("good  %s: passes%s\n", shorter(good_).c_str(),
              passes == 1 ? "" : fmt::format(" {} times in a row", passes).c_str());
  std::fflush(stdout);
  ends_checked_ = true;
  return write_state();
}

base::Result<ExitCode> Bisection::search() {
  constexpr int only_skipped_left = 2;  // git's own exit status for that
  ToolAnswer answered{git("bisect log"), 0};
  for (;;) {
    if (names_the_first_bad(answered.text)) {
      if (auto told = tell(git("rev-parse refs/bisect/bad")); !told) return told.error();
      clean_up();
      return ExitCode::success;
    }
    if (answered.status == only_skipped_left) {
      std::printf("%s\n", base::printable_lines(answered.text).c_str());
      clean_up();
      return ExitCode::error;
    }
    if (answered.status != 0) return base::usage_error(fmt::format("git bisect: {}", answered.text));
    const std::string commit = head();
    const auto answer = judge(commit);
    if (!answer) return answer.error();
    constexpr const char* words[] = {"good", "bad", "skip"};
    const char* word = words[static_cast<int>(*answer)];
    std::printf("%-5s %s %s\n", word, shorter(commit).c_str(), base::printable(subject_of(commit)).c_str());
    std::fflush(stdout);
    (void)git("reset --hard --quiet");  // what the build has changed must not be in the way
    answered = ask_git(fmt::format("bisect {} {}", word, commit));
    if (auto written = write_state(); !written) return written.error();
    if (answered.status == 0 && head() == commit && !names_the_first_bad(answered.text))
      return base::usage_error(fmt::format("git bisect does not go on: {}", answered.text));
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
  // All of them but the filter, which stands at the end.
  for (std::size_t i = 0; i + 2 < request_.run_arguments.size(); ++i)
    line += " " + base::shell_quote(request_.run_arguments[i]);
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

// What of an earlier bisection counts for this one: that of the same two ends. False if there is none.
bool Bisection::read_state() {
  const auto text = base::read_file(request_.directory / "state");
  std::istringstream words(text ? *text : "");
  std::string good;
  std::string bad;
  FaultEvidence evidence;
  const bool same = (words >> good >> bad >> evidence.failures >> evidence.passes) && good == good_ && bad == bad_;
  if (!same) return false;
  evidence_ = evidence;
  ends_checked_ = evidence.failures > 0;
  return true;
}

base::Result<void> Bisection::write_state() const {
  return base::write_file_atomically(request_.directory / "state",
                                     fmt::format("{} {} {} {}\n", good_, bad_, ends_checked_ ? evidence_.failures : 0,
                                                 ends_checked_ ? evidence_.passes : 0));
}

}  // namespace fatespec::cli
