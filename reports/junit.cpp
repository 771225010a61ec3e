#include "reports/junit.hpp"

#include <map>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "reports/incomplete_run.hpp"

namespace fatespec::reports {
namespace {

using model::Verdict;

enum class Kind { passed, failure, error, skipped };

Kind kind_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return Kind::passed;
    case Verdict::fail:
    case Verdict::timeout:
    case Verdict::xpass: return Kind::failure;
    case Verdict::crash:
    case Verdict::error: return Kind::error;
    case Verdict::xfail:
    case Verdict::skip: return Kind::skipped;
  }
  return Kind::error;
}

void add_text(pugi::xml_node parent, const char* name, const std::string& text) {
  if (!text.empty()) parent.append_child(name).text().set(base::printable_lines(text).c_str());
}

void add_property(pugi::xml_node properties, const char* name, const std::string& value) {
  if (value.empty()) return;
  pugi::xml_node property = properties.append_child("property");
  property.append_attribute("name") = name;
  property.append_attribute("value") = base::printable(value).c_str();
}

/// What lies beside the report: CI systems collect what `attachment` names.
void add_properties(pugi::xml_node test, const model::TestResult& result) {
  if (result.kept_directory.empty() && result.recording.empty() && result.command.empty()) return;
  pugi::xml_node properties = test.append_child("properties");
  add_property(properties, "command", result.command);
  add_property(properties, "target", result.target);
  add_property(properties, "attachment", result.kept_directory);
  add_property(properties, "attachment", result.recording);
}

/// As Maven's Surefire tells what failed before the test passed, or failed again; Jenkins and GitLab know the elements.
void add_failed_attempts(pugi::xml_node test, const model::TestResult& result) {
  for (const auto& attempt : result.failed_attempts) {
    pugi::xml_node failure = test.append_child(result.flaky ? "flakyFailure" : "rerunFailure");
    failure.append_attribute("message") = base::printable(attempt.reason).c_str();
    failure.append_attribute("type") = std::string(model::name_of(attempt.verdict)).c_str();
    add_text(failure, "system-out", model::readable(attempt.output));
    add_text(failure, "system-err", model::readable(attempt.error));
  }
}

void add_case(pugi::xml_node suite, const model::TestResult& result) {
  pugi::xml_node test = suite.append_child("testcase");
  test.append_attribute("classname") = base::printable(result.suite).c_str();
  test.append_attribute("name") =
      base::printable(result.test.substr(std::min(result.suite.size() + 1, result.test.size()))).c_str();
  test.append_attribute("time") = fmt::format("{:.3f}", base::seconds(result.wall)).c_str();
  const Kind kind = kind_of(result.verdict);
  if (kind == Kind::passed) {
    add_failed_attempts(test, result);
    return;
  }
  add_properties(test, result);
  const char* element = kind == Kind::failure ? "failure" : kind == Kind::error ? "error" : "skipped";
  pugi::xml_node node = test.append_child(element);
  node.append_attribute("message") = base::printable(result.reason).c_str();
  if (kind == Kind::skipped) return;
  node.append_attribute("type") = std::string(model::name_of(result.verdict)).c_str();
  node.text().set(base::printable_lines("$ " + result.command + "\n" + result.detail).c_str());
  add_failed_attempts(test, result);
  add_text(test, "system-out", model::readable(result.output));
  add_text(test, "system-err", model::readable(result.error));
}

struct SuiteNode {
  pugi::xml_node node;
  std::map<Kind, int> counts;
  int tests = 0;
  base::Duration time{0};
};

void finish_suite(SuiteNode& suite) {
  suite.node.append_attribute("tests") = suite.tests;
  suite.node.append_attribute("failures") = suite.counts[Kind::failure];
  suite.node.append_attribute("errors") = suite.counts[Kind::error];
  suite.node.append_attribute("skipped") = suite.counts[Kind::skipped];
  suite.node.append_attribute("time") = fmt::format("{:.3f}", base::seconds(suite.time)).c_str();
}

/// That may have 8 MiB, and would stay until the end of the run.
std::shared_ptr<const model::TestResult> without_full_output(std::shared_ptr<const model::TestResult> result) {
  if (!result->full_output) return result;
  auto brief = std::make_shared<model::TestResult>(*result);
  brief->full_output.reset();
  return brief;
}

}  // namespace

std::string junit_xml(const std::vector<std::shared_ptr<const model::TestResult>>& results) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node root = document.append_child("testsuites");
  std::map<std::pair<std::string, std::string>, SuiteNode> suites;
  for (const auto& result : results) {
    SuiteNode& suite = suites[{result->configuration, result->suite}];
    if (!suite.node) {
      suite.node = root.append_child("testsuite");
      suite.node.append_attribute("name") =
          base::printable(fmt::format("{} ({})", result->suite, result->configuration)).c_str();
    }
    add_case(suite.node, *result);
    ++suite.tests;
    ++suite.counts[kind_of(result->verdict)];
    suite.time += result->wall;
  }
  for (auto& [key, suite] : suites) finish_suite(suite);
  std::ostringstream text;
  document.save(text, "  ");
  return text.str();
}

void JunitCollector::handle(const model::RunEvent& event) {
  if (const auto* started = std::get_if<model::RunStarted>(&event)) planned_ = started->tests;
  const auto* finished = std::get_if<model::TestFinished>(&event);
  if (finished == nullptr) return;
  if (kind_of(finished->result->verdict) != Kind::passed) {
    results_.push_back(without_full_output(finished->result));
    return;
  }
  auto brief = std::make_shared<model::TestResult>();
  brief->test = finished->result->test;
  brief->suite = finished->result->suite;
  brief->configuration = finished->result->configuration;
  brief->verdict = finished->result->verdict;
  brief->wall = finished->result->wall;
  brief->flaky = finished->result->flaky;
  brief->failed_attempts = finished->result->failed_attempts;
  results_.push_back(std::move(brief));
}

base::Result<void> JunitCollector::write(const std::string& path) const {
  auto results = results_;
  if (auto missing = result_of_missing(planned_, results.size(), results.empty() ? nullptr : results.front().get()))
    results.push_back(std::make_shared<const model::TestResult>(std::move(*missing)));
  return base::write_file_atomically(path, junit_xml(results));
}

}  // namespace fatespec::reports
