#include <cstdio>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/json_lines.hpp"
#include "reports/junit.hpp"
#include "reports/run_reporter.hpp"
#include "tests/support/support.hpp"

namespace fatespec::reports {
namespace {

using namespace std::chrono_literals;

model::TestResult sample_result() {
  model::TestResult result;
  result.test = "mpegaudio/mp2-md5";
  result.suite = "mpegaudio";
  result.configuration = "default";
  result.target = "local";
  result.verdict = model::Verdict::pass;
  result.attempts = 1;
  result.status = 0;
  result.output = {"d41d", 32, false};
  result.wall = 12ms;
  result.usage = {4ms, 2ms, 9120};
  result.command = "ffmpeg";
  return result;
}

TEST(JsonLines, AreThoseOfTheContract) {
  EXPECT_EQ(json_line(model::RunStarted{"ab", "1.0", "c", 120, base::UtcTime(1767225600000ms)}),
            R"({"type":"run_started","run":"ab","version":"1.0","tests":120,"time":"2026-01-01T00:00:00.000Z"})");
  EXPECT_EQ(
      json_line(sample_result()),
      R"({"type":"test_finished","test":"mpegaudio/mp2-md5","configuration":"default","target":"local","verdict":"pass","flaky":false,"leaky":false,"attempts":1,"reason":"","status":0,"signal":null,"stdout":"d41d","stdout_bytes":32,"stdout_truncated":false,"stderr":"","stderr_bytes":0,"stderr_truncated":false,"wall_s":0.012,"user_s":0.004,"system_s":0.002,"max_rss_kib":9120,"command":"ffmpeg"})");
  model::VerdictCounts counts;
  counts[model::Verdict::pass] = 118;
  counts[model::Verdict::fail] = 1;
  counts[model::Verdict::xfail] = 1;
  EXPECT_EQ(
      json_line(model::RunFinished{"ab", counts, 3200ms, {}, 1, ""}),
      R"({"type":"run_finished","run":"ab","pass":118,"fail":1,"crash":0,"timeout":0,"xfail":1,"xpass":0,"skip":0,"error":0,"wall_s":3.2,"exit":1})");
}

TEST(JsonLines, BytesThatAreNoUtf8AreEscaped) {
  auto result = sample_result();
  result.output.text = std::string("a\0\xff\x1b", 4);
  result.status.reset();
  result.signal = "SIGSEGV";
  const auto line = nlohmann::json::parse(json_line(result));
  EXPECT_EQ(line["stdout"], std::string("a\0\\xff\x1b", 7));
  EXPECT_EQ(line["signal"], "SIGSEGV");
  EXPECT_TRUE(line["status"].is_null());
}

TEST(JsonLines, NoCharacterComesOutOfACut) {
  auto result = sample_result();
  result.output = {"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 300, true};  // three euro signs, of a hundred
  result.output.text.insert(4, 1, '\xac');
  const auto line = nlohmann::json::parse(json_line(result));
  EXPECT_EQ(line["stdout"], "\xe2\x82\xac\\xe2\\xac\\x82\\xac\xe2\x82\xac");
}

TEST(Junit, FlakyTestsTellWhatFailedBefore) {
  auto result = std::make_shared<model::TestResult>(sample_result());
  result->flaky = true;
  result->failed_attempts.push_back({1, model::Verdict::crash, "ended by SIGSEGV", {"said", 4, false}, {}});
  const std::string xml = junit_xml({result});
  EXPECT_NE(xml.find("<flakyFailure message=\"ended by SIGSEGV\" type=\"crash\">"), std::string::npos) << xml;
  EXPECT_NE(xml.find("<system-out>said</system-out>"), std::string::npos) << xml;
  EXPECT_NE(xml.find("failures=\"0\""), std::string::npos) << xml;
}

TEST(Junit, WhatFailedAgainTellsTheFirstFailuresToo) {
  auto result = std::make_shared<model::TestResult>(sample_result());
  result->verdict = model::Verdict::timeout;
  result->reason = "no end after 1 s";
  result->failed_attempts.push_back({1, model::Verdict::crash, "ended by SIGSEGV", {"said", 4, false}, {}});
  const std::string xml = junit_xml({result});
  EXPECT_NE(xml.find("<failure message=\"no end after 1 s\" type=\"timeout\">"), std::string::npos) << xml;
  EXPECT_NE(xml.find("<rerunFailure message=\"ended by SIGSEGV\" type=\"crash\">"), std::string::npos) << xml;
  EXPECT_NE(xml.find("failures=\"1\""), std::string::npos) << xml;
}

TEST(Junit, HostileOutputMakesWellFormedXml) {
  auto result = std::make_shared<model::TestResult>(sample_result());
  result->verdict = model::Verdict::fail;
  result->reason = "<script>&\x01\"";
  result->detail = "]]>\xff\x1b[31m";
  result->output.text = std::string("a\0b\x0b<", 5);
  const std::string xml = junit_xml({result, std::make_shared<model::TestResult>(sample_result())});
  const test::TemporaryDirectory directory;
  const std::string file = directory.write("j.xml", xml);
  const auto read = test::shell(FATESPEC_PYTHON " -c \"import xml.etree.ElementTree as e; r = e.parse('" + file +
                                "').getroot()[0]; print(r.get('tests'), r.get('failures'), r.get('errors'), "
                                "r.get('skipped'), r[0].find('failure').get('message'))\"");
  EXPECT_EQ(read.out, "2 1 0 0 <script>&\\x01\"\n") << read.err;
}

TEST(RunReporter, WhatMakesAMissingReferenceIsTold) {
  const test::TemporaryDirectory directory;
  std::FILE* file = std::fopen((directory / "out").c_str(), "w");
  Console console(file, false, false);
  const base::SystemClock clock;
  RunReporter reporter(console, clock, {.results = "r.db", .store_options = " --results r.db", .expected = {}});
  reporter.handle(model::RunStarted{"ab", "1", "c", 2, {}});
  auto lacking = std::make_shared<model::TestResult>(sample_result());
  lacking->verdict = model::Verdict::error;
  lacking->lacks_reference = true;
  reporter.handle(model::TestFinished{lacking});
  model::VerdictCounts counts;
  counts[model::Verdict::error] = 1;
  reporter.handle(model::RunFinished{"ab", counts, 1s, {}, 3, ""});
  std::fclose(file);
  const std::string text = test::read_file(directory / "out");
  EXPECT_NE(text.find("accept:  fatespec accept --results r.db   (shows and makes the reference that is missing)\n"),
            std::string::npos)
      << text;
}

TEST(RunReporter, BadResultsAreShownAtOnceAndAgainAtTheEnd) {
  const test::TemporaryDirectory directory;
  std::FILE* file = std::fopen((directory / "out").c_str(), "w");
  Console console(file, false, false);
  const base::SystemClock clock;
  RunReporter reporter(console, clock,
                       {.jobs = 2, .rerun_command = "fatespec run a.yaml", .results = "r.db", .expected = {}});
  reporter.handle(model::RunStarted{"ab", "1", "c", 3, {}});
  auto failed = std::make_shared<model::TestResult>(sample_result());
  failed->verdict = model::Verdict::fail;
  failed->reason = "differs\x1b[2J";
  failed->detail = "-a\n+b\n";
  failed->wall = 1ms;
  reporter.handle(model::TestFinished{failed});
  std::fflush(file);
  EXPECT_EQ(test::read_file(directory / "out"),
            "run ab: 3 tests, 2 at once\nfail    mpegaudio/mp2-md5  differs\\x1b[2J\n        -a\n        +b\n        $ "
            "ffmpeg\n");
  model::VerdictCounts counts;
  counts[model::Verdict::fail] = 1;
  reporter.handle(model::RunFinished{"ab", counts, 1s, {}, 1, ""});
  std::fclose(file);
  const std::string text = test::read_file(directory / "out");
  EXPECT_NE(text.find("1 test: 1 fail in 1.00 s\nagain:   fatespec run a.yaml --filter "
                      "'name(=mpegaudio/mp2-md5)'\nresults: fatespec show ab   (in r.db)\n"),
            std::string::npos)
      << text;
}

class StoppedClock final : public base::Clock {
 public:
  base::SteadyTime steady() const override { return now; }
  base::UtcTime utc() const override { return {}; }
  base::SteadyTime now{};
};

// A failure of a moment goes first, and says nothing of the two that are the longest.
TEST(RunReporter, WhatStillRunsCountsForTheTimeThatIsLeft) {
  const test::TemporaryDirectory directory;
  std::FILE* file = std::fopen((directory / "out").c_str(), "w");
  ASSERT_NE(file, nullptr);
  Console console(file, false, false);
  StoppedClock clock;
  std::vector<model::PlannedTest> tests(2);
  for (auto& test : tests) {
    test.name = "s/long" + std::to_string(&test - tests.data());
    test.spec = std::make_shared<const model::TestSpec>();
    test.configuration = std::make_shared<const model::Configuration>(model::Configuration{.name = "default"});
  }
  RunReporterOptions options;
  options.expected = {{{"s/long0", "default"}, 40s}, {{"s/long1", "default"}, 41s}, {{"s/quick", "default"}, 1ms}};
  RunReporter reporter(console, clock, options);
  reporter.handle(model::RunStarted{"ab", "1", "c", 3, {}});
  auto quick = std::make_shared<model::TestResult>(sample_result());
  quick->test = "s/quick";
  reporter.handle(model::TestFinished{quick});
  for (const auto& test : tests) reporter.handle(model::TestStarted{&test});
  clock.now += 10s;
  reporter.tick();
  reporter.ends_early();
  clock.now += 10s;
  reporter.tick();
  std::fclose(file);
  const std::string text = test::read_file(directory / "out");
  EXPECT_NE(text.find("1/3 done  ETA 31.0 s\n"), std::string::npos) << text;
  EXPECT_NE(text.find("1/3 done\n"), std::string::npos) << "when nothing more is started: " << text;
}

TEST(RunReporter, WithoutHistoryTheTimeThatIsLeftDoesNotGrowWhileTestsRun) {
  const test::TemporaryDirectory directory;
  std::FILE* file = std::fopen((directory / "out").c_str(), "w");
  ASSERT_NE(file, nullptr);
  Console console(file, false, false);
  StoppedClock clock;
  RunReporter reporter(console, clock, {});
  reporter.handle(model::RunStarted{"ab", "1", "c", 3, {}});
  clock.now += 20s;
  reporter.handle(model::TestFinished{std::make_shared<model::TestResult>(sample_result())});
  reporter.tick();
  clock.now += 10s;
  reporter.tick();
  std::fclose(file);
  const std::string text = test::read_file(directory / "out");
  EXPECT_NE(text.find("1/3 done  ETA 40.0 s\n1/3 done  ETA 30.0 s\n"), std::string::npos) << text;
}

TEST(RunReporter, TheSlowestFiveAreShownAtTheEnd) {
  const test::TemporaryDirectory directory;
  std::FILE* file = std::fopen((directory / "out").c_str(), "w");
  ASSERT_NE(file, nullptr);
  Console console(file, false, false);
  const base::SystemClock clock;
  RunReporter reporter(console, clock, {});
  reporter.handle(model::RunStarted{"ab", "1", "c", 6, {}});
  model::VerdictCounts counts;
  for (const auto seconds : {3, 1, 6, 2, 5, 4}) {
    auto passed = std::make_shared<model::TestResult>(sample_result());
    passed->test = "s/" + std::to_string(seconds);
    passed->wall = std::chrono::seconds(seconds);
    ++counts[passed->verdict];
    reporter.handle(model::TestFinished{passed});
  }
  reporter.handle(model::RunFinished{"ab", counts, 1s, {}, 0, ""});
  std::fclose(file);
  const std::string text = test::read_file(directory / "out");
  EXPECT_NE(
      text.find("\nslowest:\n    6.00 s  s/6\n    5.00 s  s/5\n    4.00 s  s/4\n    3.00 s  s/3\n    2.00 s  s/2\n\n"),
      std::string::npos)
      << text;
}

TEST(RunReporter, WhatWasBadUnderOneConfigurationIsRunAgainUnderThatOnly) {
  const test::TemporaryDirectory directory;
  std::FILE* file = std::fopen((directory / "out").c_str(), "w");
  ASSERT_NE(file, nullptr);
  Console console(file, false, false);
  const base::SystemClock clock;
  RunReporterOptions options;
  options.several_configurations = true;
  options.rerun_command = "fatespec run";
  RunReporter reporter(console, clock, options);
  reporter.handle(model::RunStarted{"ab", "1", "c", 4, {}});
  model::VerdictCounts counts;
  for (const auto& [test, configuration] : {std::pair{"s/b", "gcc 12"}, {"s/a", "clang"}, {"s/b", "clang"}}) {
    auto failed = std::make_shared<model::TestResult>(sample_result());
    failed->test = test;
    failed->configuration = configuration;
    failed->verdict = model::Verdict::fail;
    ++counts[failed->verdict];
    reporter.handle(model::TestFinished{failed});
  }
  reporter.handle(model::RunFinished{"ab", counts, std::chrono::seconds(1), {}, 1, ""});
  std::fclose(file);
  const std::string text = test::read_file(directory / "out");
  EXPECT_NE(text.find("again:   fatespec run --filter 'configuration(=clang) & (name(=s/a) | name(=s/b)) | "
                      "configuration(=\"gcc 12\") & name(=s/b)'\n"),
            std::string::npos)
      << text;
}

TEST(Console, StatusLineIsRedrawnBelowText) {
  const test::TemporaryDirectory directory;
  std::FILE* file = std::fopen((directory / "out").c_str(), "w");
  Console console(file, true, true);
  console.status("50 %");
  console.print("text");
  console.clear_status();
  std::fclose(file);
  EXPECT_EQ(test::read_file(directory / "out"), "\r\x1b[2K50 %\r\x1b[2Ktext\n\r\x1b[2K50 %\r\x1b[2K");
  EXPECT_EQ(console.styled(Style::red, "x"), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace fatespec::reports
