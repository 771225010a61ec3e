#include "reports/summary.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::reports {

std::string number_of_tests(std::uint64_t number) {
  return fmt::format("{} {}", number, number == 1 ? "test" : "tests");
}

std::string describe(const model::VerdictCounts& counts, const Console& console) {
  std::string text;
  for (const auto verdict : model::all_verdicts) {
    if (counts[verdict] == 0) continue;
    const std::string part = fmt::format("{} {}", counts[verdict], model::name_of(verdict));
    text += (text.empty() ? "" : ", ") + console.styled(style_of(verdict), part);
  }
  return text.empty() ? "nothing" : text;
}

std::string label(const model::TestResult& result, bool several_configurations) {
  const std::string name = base::printable(result.test);
  return several_configurations ? fmt::format("{} [{}]", name, base::printable(result.configuration)) : name;
}

std::string describe(const model::Attribution& found, const Console& console, bool several_configurations) {
  return fmt::format("{}{}  {}", console.styled(Style::bold, base::printable(found.test)),
                     several_configurations ? " [" + found.configuration + "]" : "", base::printable(found.text));
}

std::string describe_bad(const model::TestResult& result, const Console& console, const BadResultText& options) {
  std::string text = fmt::format(
      "{} {}  {}", console.styled(style_of(result.verdict), fmt::format("{:7}", model::name_of(result.verdict))),
      console.styled(Style::bold, label(result, options.several_configurations)), base::printable(result.reason));
  const auto lines = base::split_lines(result.detail);
  std::string shown;
  const bool is_diff = result.detail.starts_with("@@ ") || result.detail.find("\n@@ ") != std::string::npos;
  const std::size_t wanted = is_diff || options.most_detail == SIZE_MAX ? options.most_detail : 3 * options.most_detail;
  const std::size_t most = std::min(lines.size(), wanted);
  for (std::size_t i = 0; i < most; ++i) shown += std::string(lines[i]) + "\n";
  if (lines.size() > most) {
    shown += fmt::format("… {} more lines", lines.size() - most);
    if (!options.show_command.empty())
      shown += fmt::format(": {} --test {}", options.show_command, base::shell_quote(result.test));
    shown += "\n";
  }
  if (!shown.empty()) text += "\n" + coloured_diff(console, shown, "        ");
  if (!result.command.empty())
    text +=
        "\n        " + console.styled(Style::dim, "$ " + base::shorten(base::printable_lines(result.command), 4000));
  if (!result.recording.empty())
    text += "\n        " + console.styled(Style::dim, "recording: " + base::printable(result.recording));
  if (!result.kept_directory.empty())
    text += "\n        " + console.styled(Style::dim, "kept: " + base::printable(result.kept_directory));
  return text;
}

std::string describe_flaky(const model::TestResult& result, const Console& console, bool several_configurations) {
  return fmt::format("{} {}  passed at attempt {}; before: {}", console.styled(Style::yellow, "flaky  "),
                     label(result, several_configurations), result.attempts,
                     base::printable(result.failed_attempts.empty() ? "" : result.failed_attempts.back().reason));
}

std::string describe_leaky(const model::TestResult& result, const Console& console, bool several_configurations) {
  return fmt::format("{} {}  something kept its output open after it had ended, and was killed",
                     console.styled(Style::yellow, "leaky  "), label(result, several_configurations));
}

std::string time_text(base::UtcTime time) {
  constexpr std::size_t to_seconds = 19;
  return base::iso8601(time).substr(0, to_seconds) + "Z";
}

std::string describe_marks(std::size_t flaky, std::size_t leaky) {
  std::string text;
  if (flaky > 0) text += fmt::format(" ({} flaky)", flaky);
  if (leaky > 0) text += fmt::format(" ({} leaky)", leaky);
  return text;
}

}  // namespace fatespec::reports
