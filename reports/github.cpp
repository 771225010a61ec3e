#include "reports/github.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "reports/causes.hpp"

namespace fatespec::reports {
namespace {

constexpr std::size_t most_annotations = 50;
constexpr std::size_t most_summary = 900'000;

/// Data of a workflow command; in a property, `:` and `,` have a meaning too.
std::string command_text(std::string_view text, bool property) {
  std::string out;
  for (const char c : base::to_utf8(text)) {
    switch (c) {
      case '%': out += "%25"; break;
      case '\r': out += "%0D"; break;
      case '\n': out += "%0A"; break;
      case ':': out += property ? "%3A" : ":"; break;
      case ',': out += property ? "%2C" : ","; break;
      default: out += c;
    }
  }
  return out;
}

/// Text inside a line of Markdown: nothing in it is markup, and no line ends.
std::string markdown(std::string_view text) {
  constexpr std::string_view special = "\\`*_{}[]<>()#+-.!|~&@$:";
  std::string out;
  for (const char c : base::printable(text)) {
    if (c == '<') out += "&lt;";
    else if (c == '&') out += "&amp;";
    else if (c == '@') out += "@<!-- -->";  // nobody is called
    else {
      if (special.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

/// A code block with a fence that is longer than any within.
std::string code_block(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
  return fmt::format("{}\n{}\n{}\n", fence, base::printable_lines(base::trim(text)), fence);
}

std::string cause_section(const Cause& cause) {
  constexpr std::size_t most_tests = 40;
  const model::TestResult& example = *cause.results.front();
  std::string text = fmt::format("\n### {} × {}\n\n", cause.results.size(), markdown(cause.text));
  if (!cause.common.empty()) text += markdown(cause.common) + "\n\n";
  if (!example.detail.empty()) text += code_block(base::shorten(example.detail, 4000));
  if (!example.command.empty()) text += code_block(base::shorten(example.command, 2000));
  for (std::size_t i = 0; i < std::min(most_tests, cause.results.size()); ++i)
    text += fmt::format("- {} \\[{}\\]: {}\n", markdown(cause.results[i]->test),
                        markdown(cause.results[i]->configuration), markdown(cause.results[i]->reason));
  if (cause.results.size() > most_tests) text += fmt::format("- and {} more\n", cause.results.size() - most_tests);
  return text;
}

}  // namespace

std::string github_annotations(const std::vector<model::TestResult>& results) {
  std::string text;
  std::size_t count = 0;
  for (const auto& cause : causes_of(results)) {
    if (count++ == most_annotations) break;
    const model::TestResult& example = *cause.results.front();
    const std::string others =
        cause.results.size() > 1 ? fmt::format(" ({} tests like this)", cause.results.size()) : "";
    text += fmt::format("::error title={}::{}\n",
                        command_text(fmt::format("{} [{}]{}", example.test, example.configuration, others), true),
                        command_text(cause.text, false));
  }
  return text;
}

std::string github_summary(const model::Run& run, const std::vector<model::TestResult>& results) {
  const auto causes = causes_of(results);
  std::size_t bad = 0;
  for (const auto& cause : causes) bad += cause.results.size();
  std::string text = fmt::format("## fatespec {}\n\n| verdict | tests |\n|---|---|\n", markdown(run.id));
  for (const auto verdict : model::all_verdicts)
    if (run.counts[verdict] > 0) text += fmt::format("| {} | {} |\n", model::name_of(verdict), run.counts[verdict]);
  if (bad == 0) return text;
  text += fmt::format("\n**{} bad, {} cause{}**\n", bad, causes.size(), causes.size() == 1 ? "" : "s");
  for (const auto& cause : causes) {
    const std::string section = cause_section(cause);
    if (text.size() + section.size() > most_summary)
      return text + "\nThe rest is left out: it is too long for GitHub.\n";
    text += section;
  }
  return text;
}

}  // namespace fatespec::reports
