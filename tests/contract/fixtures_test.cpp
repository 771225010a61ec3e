// One table of programs that misbehave, and what must come out of each: verdict, reason, JSON, JUnit and database.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <regex>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec {
namespace {

using nlohmann::json;
using test::TemporaryDirectory;

struct Row {
  std::string name;
  std::string mode;  ///< arguments of the fixture program
  std::string keys;  ///< further keys of the test
  std::string verdict;
  std::string reason;  ///< a regular expression for all of it
  json status = nullptr;
  json signal = nullptr;
  std::uint64_t stdout_bytes = 0;
  std::string junit;  ///< the element inside the test case; empty: none
  std::uint64_t stderr_bytes = 0;
};

const std::vector<Row>& table() {
  static const std::vector<Row> rows = {
      {"pass", "exit 0", "", "pass", "", 0},
      {"fail", "exit 1", "", "fail", "status 1, expected 0", 1, nullptr, 0, "failure"},
      {"exit-77", "exit 77", "", "fail", "status 77, expected 0", 77, nullptr, 0, "failure"},
      {"exit-126", "exit 126", "", "error", R"(program not executable \(status 126\))", 126, nullptr, 0, "error"},
      {"exit-127", "exit 127", "", "error", R"(program not found \(status 127\))", 127, nullptr, 0, "error"},
      {"exit-255", "exit 255", "", "fail", "status 255, expected 0", 255, nullptr, 0, "failure"},
      {"exit-255-wanted", "exit 255", "expect: {status: 255}", "pass", "", 255},
      {"hang", "hang", "timeout: 500ms", "timeout", "no end after 500 ms", nullptr, "SIGTERM", 0, "failure"},
      {"hang-ignoring-term", "hang-ignoring-term", "timeout: 500ms", "timeout", "no end after 500 ms", nullptr,
       "SIGKILL", 0, "failure"},
      {"setsid-and-hang", "leave-and-hang", "timeout: 500ms", "timeout", "no end after 500 ms", nullptr, "SIGTERM", 0,
       "failure"},
      {"fork-bomb", "fork-bomb 10", "limits: {processes: 100}", "fail", "had more than 100 processes at once", nullptr,
       "SIGKILL", 0, "failure"},
      {"flood-stdout", "flood-stdout 64", "", "pass", "", 0, nullptr, std::uint64_t{64} << 20},
      {"flood-stderr", "flood-stderr 64", "", "pass", "", 0, nullptr, 0, "", std::uint64_t{64} << 20},
      {"flood-too-much", "flood-stdout 4096", "limits: {output: 1M}", "fail", "wrote more than 1.0 MiB of output",
       nullptr, "SIGKILL", 0, "failure"},
      {"close-and-go-on", "close-and-go-on", "", "pass", "", 0},
      {"nul-bytes", "say-nul", "", "pass", "", 0, nullptr, 4},
      {"not-utf8", "say-latin1", "", "pass", "", 0, nullptr, 5},
      {"eat-memory", "eat-memory 200", "", "pass", "", 0},
      {"fill-directory", "fill-directory 40", "limits: {directory: 8M}", "fail",
       "put more than 8.0 MiB into its directory", nullptr, "SIGKILL", 0, "failure"},
      {"fill-nameless", "fill-nameless 40", "limits: {directory: 8M}", "fail",
       "put more than 8.0 MiB into its directory", nullptr, "SIGKILL", 0, "failure"},
      {"leave-daemon", "leave-daemon", "", "pass", "", 0},
      {"hold-output", "hold-output", "", "pass", "", 0, nullptr, 5},
      {"stop-itself", "stop-itself", "timeout: 500ms", "timeout",
       "no end after 500 ms: it is stopped, and nobody would continue it", nullptr, "SIGTERM", 0, "failure"},
      {"read-terminal", "read-terminal", R"(expect: {stdout: "No such device or address\n"})", "pass", "", 0, nullptr,
       26},
  };
  return rows;
}

/// Every signal that ends a program which does not catch it.
std::vector<Row> crashes() {
  std::vector<Row> rows;
  const std::vector<std::pair<int, std::string>> signals = {
      {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},       {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},
      {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"},     {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
      {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"},     {SIGSEGV, "SIGSEGV"}, {SIGUSR2, "SIGUSR2"},
      {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"},     {SIGTERM, "SIGTERM"}, {SIGXCPU, "SIGXCPU"},
      {SIGXFSZ, "SIGXFSZ"}, {SIGVTALRM, "SIGVTALRM"}, {SIGSYS, "SIGSYS"},   {SIGSTKFLT, "SIGSTKFLT"},
      {SIGPOLL, "SIGPOLL"}, {SIGPROF, "SIGPROF"},     {SIGPWR, "SIGPWR"}};
  for (const auto& [number, name] : signals)
    rows.push_back({"crash-" + name, "crash " + std::to_string(number), "", "crash", "ended by " + name, nullptr, name,
                    0, "error"});
  return rows;
}

std::vector<Row> all_rows() {
  std::vector<Row> rows = table();
  for (auto& row : crashes()) rows.push_back(std::move(row));
  return rows;
}

std::string suite_of(const std::vector<Row>& rows, const std::string& mark) {
  std::string text = "suite: s\ntests:\n";
  for (const auto& row : rows)
    text += "  - {name: " + row.name + ", spec: \"" FATESPEC_MISBEHAVE " " + row.mode +
            (row.mode.find(' ') == std::string::npos ? " 0 " : " ") + mark + "\"" +
            (row.keys.empty() ? "" : ", " + row.keys) + "}\n";
  return text;
}

std::map<std::string, json> finished_tests(const std::string& json_lines) {
  std::map<std::string, json> tests;
  for (const auto& line : test::json_lines(json_lines, "test_finished"))
    tests[line["test"].get<std::string>().substr(2)] = line;
  return tests;
}

/// The test case's text in JUnit's XML, from its name to its end.
std::string junit_case(const std::string& xml, const std::string& name) {
  const auto begin = xml.find("name=\"" + name + "\"");
  if (begin == std::string::npos) return "";
  const auto end_of_tag = xml.find('>', begin);
  if (xml[end_of_tag - 1] == '/') return xml.substr(begin, end_of_tag - begin);
  return xml.substr(begin, xml.find("</testcase>", begin) - begin);
}

void expect_row(const Row& row, const json& line) {
  EXPECT_EQ(line["verdict"], row.verdict) << line["reason"];
  EXPECT_TRUE(std::regex_match(line["reason"].get<std::string>(), std::regex(row.reason))) << line["reason"];
  EXPECT_EQ(line["status"], row.status);
  EXPECT_EQ(line["signal"], row.signal);
  if (row.verdict == "pass") {
    EXPECT_EQ(line["stdout_bytes"], row.stdout_bytes);
    EXPECT_EQ(line["stderr_bytes"], row.stderr_bytes) << line["stderr"];
  }
  EXPECT_EQ(line["leaky"], row.name == "hold-output");
}

void expect_junit(const Row& row, const std::string& junit, const std::string& reason) {
  const std::string text = junit_case(junit, row.name);
  ASSERT_FALSE(text.empty());
  for (const std::string element : {"failure", "error", "skipped"})
    EXPECT_EQ(text.find("<" + element) != std::string::npos, element == row.junit) << text;
  if (!row.junit.empty()) {
    EXPECT_NE(text.find("<" + row.junit + " message=\"" + reason + "\""), std::string::npos) << text;
  }
}

void expect_the_table(const std::string& options) {
  const TemporaryDirectory directory;
  const auto rows = all_rows();
  const std::string mark = directory.path().filename().string();
  directory.write("s.yaml", suite_of(rows, mark));
  const auto run =
      test::fatespec("run s.yaml --json run.json --junit run.xml --results r.db " + options, directory.path());
  EXPECT_EQ(run.status, 1) << run.err;
  EXPECT_FALSE(test::process_exists(mark)) << "something of a test is alive";

  const auto lines = finished_tests(test::read_file(directory / "run.json"));
  const auto stored = finished_tests(test::fatespec("show --json --results r.db", directory.path()).out);
  const std::string junit = test::read_file(directory / "run.xml");
  EXPECT_EQ(lines.size(), rows.size());
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    ASSERT_TRUE(lines.contains(row.name));
    const auto& line = lines.at(row.name);
    expect_row(row, line);
    ASSERT_TRUE(stored.contains(row.name));
    EXPECT_EQ(json::diff(line, stored.at(row.name)), json::array()) << "the database tells another story";
    expect_junit(row, junit, line["reason"]);
  }
  EXPECT_GT(lines.at("eat-memory")["max_rss_kib"], 200 * 1024);
  EXPECT_EQ(lines.at("not-utf8")["stdout"], "caf\\xe9\n");
}

/// Keeps every processor busy as long as it lives.
class Load {
 public:
  Load() : threads_(std::max(1U, std::thread::hardware_concurrency())) {
    for (auto& thread : threads_)
      thread = std::thread([this] {
        while (!over_.load(std::memory_order_relaxed)) continue;
      });
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() {
    over_ = true;
    for (auto& thread : threads_) thread.join();
  }

 private:
  std::atomic<bool> over_{false};
  std::vector<std::thread> threads_;
};

TEST(Fixtures, EveryMisbehaviourComesOutAsTheTableSays) { expect_the_table("--jobs 4"); }

TEST(FixturesUnderLoad, ComeOutAsTheTableSaysAllTheSame) {
  const Load load;
  expect_the_table("--jobs 8");
}

TEST(Fixtures, WhatHangsShowsItsStack) {
  const TemporaryDirectory directory;
  const auto run = test::run_suite(
      directory, "tests: [{name: t, timeout: 500ms, spec: 'echo begun; " FATESPEC_MISBEHAVE " hang; true'}]\n");
  const std::string detail = run["t"].value("detail", "");
  EXPECT_EQ(run["t"]["verdict"], "timeout");
  if (test::shell("command -v gdb").status != 0) {
    EXPECT_EQ(detail, "") << "without a debugger there is nothing to tell, and all else is the same";
    return;
  }
  EXPECT_NE(detail.find("stack of misbehave (process "), std::string::npos) << detail;
  EXPECT_NE(detail.find("pause"), std::string::npos) << detail;
  EXPECT_EQ(detail.find("stack of sh"), std::string::npos) << "a shell that waits is no news";
}

}  // namespace
}  // namespace fatespec
