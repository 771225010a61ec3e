#include "reports/tap.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace fatespec::reports {
namespace {

using model::Verdict;

/// A description or directive: `#` and backslashes have a meaning there.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : base::printable(text)) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// A JSON string is a YAML one.
std::string yaml_string(std::string_view text) {
  return nlohmann::json(base::to_utf8(text)).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string directive(const model::TestResult& result) {
  if (result.verdict == Verdict::skip) return " # SKIP " + escaped(result.reason);
  if (result.verdict == Verdict::xfail) return " # TODO " + escaped(result.reason);
  return "";
}

std::string block(const model::TestResult& result) {
  std::string text =
      fmt::format("  ---\n  verdict: {}\n  reason: {}\n", model::name_of(result.verdict), yaml_string(result.reason));
  if (result.status) text += fmt::format("  status: {}\n", *result.status);
  if (!result.signal.empty()) text += fmt::format("  signal: {}\n", result.signal);
  if (result.attempts > 1) text += fmt::format("  attempts: {}\n", result.attempts);
  text += fmt::format("  duration_ms: {:.3f}\n", base::seconds(result.wall) * 1e3);
  if (!result.detail.empty()) text += fmt::format("  detail: {}\n", yaml_string(result.detail));
  if (!result.error.text.empty()) text += fmt::format("  stderr: {}\n", yaml_string(result.error.text));
  if (!result.command.empty()) text += fmt::format("  command: {}\n", yaml_string(result.command));
  return text + "  ...\n";
}

}  // namespace

std::string tap(const std::vector<model::TestResult>& results) {
  std::string text = fmt::format("TAP version 14\n1..{}\n", results.size());
  std::size_t number = 0;
  for (const auto& result : results) {
    const bool good = result.verdict == Verdict::pass || result.verdict == Verdict::skip;
    text += fmt::format("{} {} - {} [{}]{}\n", good ? "ok" : "not ok", ++number, escaped(result.test),
                        escaped(result.configuration), directive(result));
    if (model::is_bad(result.verdict)) text += block(result);
    if (result.flaky) text += fmt::format("# flaky: it passed at attempt {}\n", result.attempts);
  }
  return text;
}

}  // namespace fatespec::reports
