// What a hostile program prints, through every report.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

namespace fs = std::filesystem;

class HostileOutput : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new TemporaryDirectory;
    run_with_line_of("20000000");
  }
  static void TearDownTestSuite() { delete directory_; }

  static void run_with_line_of(const std::string& bytes) {
    directory_->write(
        "print",
        "printf '</script><script>alert(1)</script>::error::forged\\nok 9 - forged\\n\\033[2J\\377\\000]]>'; "
        "printf '&lt;%s' '`@all`' >&2; head -c " +
            bytes + " /dev/zero | tr '\\000' A\n");
    directory_->write("s.yaml", "suite: s\ntests: [{name: t, spec: sh " + directory_->path().string() +
                                    "/print, expect: {stdout: quiet}, limits: {output: 2G}, timeout: 120s}]\n");
    fatespec("run s.yaml --no-progress --json run.jsonl --junit run.xml --keep none", directory_->path());
  }

  /// A report's text: of a folder, that of all its files.
  static std::string report(const std::string& arguments, const std::string& output) {
    const auto made = fatespec("report " + arguments + " -o " + output, directory_->path());
    EXPECT_EQ(made.status, 0) << made.err;
    const fs::path path = *directory_ / output;
    if (!fs::is_directory(path)) return read_file(path.string());
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file() && entry.path().filename().string().find("uPlot") == std::string::npos)
        all += read_file(entry.path().string());
    return all;
  }
  static void expect_tame(const std::string& text) {
    constexpr std::size_t largest = std::size_t{1} << 20;
    EXPECT_LT(text.size(), largest) << "a long line is cut";
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << "no escape sequence";
    EXPECT_EQ(text.find('\xff'), std::string::npos) << "valid UTF-8";
    EXPECT_EQ(text.find('\0'), std::string::npos);
  }

  static TemporaryDirectory* directory_;
};
TemporaryDirectory* HostileOutput::directory_ = nullptr;

TEST_F(HostileOutput, ALineOfMoreThanAGigabyte) {
  run_with_line_of("1200000000");
  const std::string lines = read_file(*directory_ / "run.jsonl");
  expect_tame(lines);
  expect_tame(read_file(*directory_ / "run.xml"));
  EXPECT_GT(json_lines(lines, "test_finished").at(0)["stdout_bytes"].get<std::uint64_t>(), 1'200'000'000U);
}

TEST_F(HostileOutput, Junit) {
  for (const auto& text : {report("--format junit", "j.xml"), read_file(*directory_ / "run.xml")}) {
    expect_tame(text);
    EXPECT_EQ(text.find("<script>"), std::string::npos);
  }
  const auto parsed =
      shell(FATESPEC_PYTHON " -c \"import xml.etree.ElementTree as e; e.parse('j.xml')\"", directory_->path());
  EXPECT_EQ(parsed.status, 0) << parsed.err;
}

TEST_F(HostileOutput, JsonLines) {
  for (const auto& text : {report("--format json", "j.jsonl"), read_file(*directory_ / "run.jsonl")}) {
    expect_tame(text);
    EXPECT_EQ(json_lines(text, "test_finished").size(), 1U);
  }
}

TEST_F(HostileOutput, Tap) {
  const std::string text = report("--format tap", "t.tap");
  expect_tame(text);
  EXPECT_EQ(text.find("\nok "), std::string::npos);
}

TEST_F(HostileOutput, Github) {
  const std::string text = report("--format github", "g.md");
  expect_tame(text);
  EXPECT_EQ(text.find("<script>"), std::string::npos);
  const auto annotations = fatespec("report --format github", directory_->path());
  expect_tame(annotations.out);
  EXPECT_EQ(annotations.out.find("\n::error::forged"), std::string::npos);
}

TEST_F(HostileOutput, Fate) {
  const std::string text = report("--format fate --slot x --revision 1", "f.report");
  expect_tame(text);
  const std::string line = text.substr(text.find("\ns-t:") + 1);
  EXPECT_EQ(std::count(line.begin(), line.end(), ':'), 3) << "test, status, difference, stderr";
}

TEST_F(HostileOutput, Html) {
  const std::string text = report("--format html", "site");
  expect_tame(text);
  // In data that scripts read nothing ends the element that they would stand in, and pages have no data in them.
  EXPECT_EQ(read_file(*directory_ / "site/index.html").find("alert"), std::string::npos);
}

}  // namespace
}  // namespace fatespec::test
