#include "reports/causes.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/plan.hpp"

namespace fatespec::reports {
namespace {

bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Where the word that begins at `at` ends.
std::size_t end_of_word(std::string_view text, std::size_t at) {
  constexpr std::string_view ends = " \t\"'`,;()[]<>";
  return std::min(text.find_first_of(ends, at), text.size());
}

/// Where the number that begins at `at` ends.
std::size_t end_of_number(std::string_view word, std::size_t at) {
  while (at < word.size() &&
         (is_digit(word[at]) || (word[at] == '.' && at + 1 < word.size() && is_digit(word[at + 1]))))
    ++at;
  return at;
}

/// A path is P, a digest or an address N, and so are the numbers in everything else.
std::string normalized_word(std::string_view word) {
  if (word.find('/') != std::string_view::npos) return "P";
  if (word.starts_with("0x") || (word.size() >= 8 && std::all_of(word.begin(), word.end(), is_hex))) return "N";
  std::string out;
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t end = is_digit(word[i]) ? end_of_number(word, i) : i;
    out += end > i ? 'N' : word[i];
    i = std::max(end, i + 1);
  }
  return out;
}

/// Without what differs between two cases of one cause.
std::string normalized(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_word(text, at);
    out += normalized_word(text.substr(at, end - at));
    at = end;
    if (at < text.size()) {
      if (!is_blank(text[at]) || out.empty() || !is_blank(out.back())) out += text[at];
      ++at;
    }
  }
  return out;
}

/// "SUMMARY: AddressSanitizer: heap-buffer-overflow file.c:12 in f", or the last line that says something.
std::string_view telling_line(std::string_view error) {
  std::string_view last;
  for (const auto line : base::split_lines(error)) {
    if (line.starts_with("SUMMARY: ")) return line;
    if (!base::trim(line).empty()) last = line;
  }
  return last;
}

/// "THREADS=4" of `suite/test[THREADS=4,CPU=avx2]`.
std::set<std::string> combination_of(const model::TestResult& result) {
  std::set<std::string> values;
  for (const auto& [name, value] : model::parse_full_name(result.test).combination)
    values.insert(fmt::format("{}={}", name, value));
  return values;
}

/// The values of a matrix that all of them share, and that tell them from what did not fail in this way.
std::vector<std::string> common_values(const std::vector<const model::TestResult*>& results,
                                       const std::vector<model::TestResult>& all) {
  std::set<std::string> common = combination_of(*results.front());
  const auto keep = [&](const model::TestResult& result) {
    const auto values = combination_of(result);
    std::erase_if(common, [&](const auto& value) { return !values.contains(value); });
  };
  for (const auto* result : results) keep(*result);
  std::set<std::string> telling;
  for (const auto& result : all) {
    const auto values = combination_of(result);
    if (values.empty()) continue;
    for (const auto& value : common)
      if (!values.contains(value)) telling.insert(value);
  }
  return {telling.begin(), telling.end()};
}

/// The tags that all of them have, and not every test of the run.
std::vector<std::string> common_tags(const std::vector<const model::TestResult*>& results,
                                     const std::vector<model::TestResult>& all) {
  const auto has = [](const model::TestResult& result, const std::string& tag) {
    return std::find(result.tags.begin(), result.tags.end(), tag) != result.tags.end();
  };
  std::vector<std::string> tags;
  for (const auto& tag : results.front()->tags)
    if (std::all_of(results.begin(), results.end(), [&](const auto* result) { return has(*result, tag); }) &&
        !std::all_of(all.begin(), all.end(), [&](const auto& result) { return has(result, tag); }))
      tags.push_back("tag " + tag);
  return tags;
}

std::string common_of(const std::vector<const model::TestResult*>& results, const std::vector<model::TestResult>& all) {
  const auto tells = [&](auto member) {
    const auto has_it = [&](const model::TestResult& result) { return result.*member == results.front()->*member; };
    return results.size() > 1 &&
           std::all_of(results.begin(), results.end(), [&](const auto* result) { return has_it(*result); }) &&
           !std::all_of(all.begin(), all.end(), has_it);
  };
  std::vector<std::string> parts;
  if (tells(&model::TestResult::suite)) parts.push_back("suite " + results.front()->suite);
  if (tells(&model::TestResult::configuration)) parts.push_back("configuration " + results.front()->configuration);
  if (tells(&model::TestResult::target)) parts.push_back("target " + results.front()->target);
  auto values = results.size() > 1 ? common_values(results, all) : std::vector<std::string>();
  if (results.size() > 1)
    for (auto& tag : common_tags(results, all)) values.push_back(std::move(tag));
  std::string text = parts.empty() ? "" : fmt::format("all in {}", fmt::join(parts, ", "));
  if (!values.empty()) text += fmt::format("{} {}", text.empty() ? "all with" : ", with", fmt::join(values, ", "));
  return text;
}

}  // namespace

std::string cause_key(const model::TestResult& result) {
  std::string key(model::name_of(result.verdict));
  key += "|" + result.signal + "|";
  // What a test printed says more than that its output differed; of a crash it is all there is.
  const std::string_view line = telling_line(result.error.text);
  return key + normalized(result.reason) + "|" + normalized(line);
}

std::vector<Cause> causes_of(const std::vector<model::TestResult>& results) {
  std::map<std::string, std::vector<const model::TestResult*>> groups;
  for (const auto& result : results)
    if (model::is_bad(result.verdict)) groups[cause_key(result)].push_back(&result);
  std::vector<Cause> causes;
  for (auto& [key, members] : groups) {
    std::stable_sort(members.begin(), members.end(), [](const auto* a, const auto* b) {
      return a->output.bytes + a->error.bytes < b->output.bytes + b->error.bytes;
    });
    const model::TestResult& example = *members.front();
    std::string text = fmt::format("{}: {}", model::name_of(example.verdict), example.reason);
    if (const auto line = base::trim(telling_line(example.error.text));
        !line.empty() && example.reason.find(line) == std::string::npos)
      text += fmt::format("; stderr: {}", base::shorten(base::printable(line), 160));
    causes.push_back({std::move(text), members, common_of(members, results)});
  }
  std::stable_sort(causes.begin(), causes.end(),
                   [](const Cause& a, const Cause& b) { return a.results.size() > b.results.size(); });
  return causes;
}

}  // namespace fatespec::reports
