#include "checks/line_diff.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <dtl/dtl.hpp>

#include "base/text.hpp"
#include "checks/text_comparison.hpp"

namespace fatespec::checks {
namespace {

// Lines beyond this many on each side are not aligned: the algorithm's cost grows with the square of the differences,
// and no more than the first of them is shown anyway.
constexpr std::size_t most_aligned = 1500;
// Of each text, from the first difference on.
constexpr std::size_t most_bytes = std::size_t{512} << 10;

using Lines = std::vector<std::string_view>;

/// Gives equal lines equal numbers, so that the alignment compares integers.
class LineNumbers {
 public:
  explicit LineNumbers(model::Comparison comparison) : comparison_(comparison) {}

  std::vector<int> number(const Lines& lines) {
    std::vector<int> numbers;
    for (const auto line : lines) {
      const std::string key = comparison_ == model::Comparison::whitespace ? normalise_blanks(line) : std::string(line);
      numbers.push_back(known_.try_emplace(key, static_cast<int>(known_.size())).first->second);
    }
    return numbers;
  }

 private:
  model::Comparison comparison_;
  std::unordered_map<std::string, int> known_;
};

struct Edit {
  char mark;  // ' ', '-' or '+'
  std::size_t old_line;
  std::size_t new_line;
};

std::vector<Edit> align(const std::vector<int>& before, const std::vector<int>& after) {
  std::size_t head = 0;
  while (head < before.size() && head < after.size() && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < before.size() - head && tail < after.size() - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  const auto middle = [&](const std::vector<int>& lines) {
    const std::size_t size = std::min(lines.size() - head - tail, most_aligned);
    const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(head);
    return std::vector<int>(begin, begin + static_cast<std::ptrdiff_t>(size));
  };
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < head; ++i) edits.push_back({' ', i, i});
  dtl::Diff<int, std::vector<int>> diff(middle(before), middle(after));
  diff.compose();
  std::size_t old_line = head;
  std::size_t new_line = head;
  for (const auto& [line, info] : diff.getSes().getSequence()) {
    const char mark = info.type == dtl::SES_DELETE ? '-' : info.type == dtl::SES_ADD ? '+' : ' ';
    edits.push_back({mark, old_line, new_line});
    if (mark != '+') ++old_line;
    if (mark != '-') ++new_line;
  }
  if (old_line + tail == before.size() && new_line + tail == after.size())
    for (std::size_t i = 0; i < tail; ++i) edits.push_back({' ', old_line + i, new_line + i});
  return edits;
}

/// Of lines in a row that changed, what was comes before what is.
void order_changes(std::vector<Edit>& edits) {
  for (auto begin = edits.begin(); begin != edits.end();) {
    if (begin->mark == ' ') {
      ++begin;
      continue;
    }
    std::size_t old_line = begin->old_line;
    std::size_t new_line = begin->new_line;
    const auto end = std::find_if(begin, edits.end(), [](const Edit& edit) { return edit.mark == ' '; });
    std::stable_partition(begin, end, [](const Edit& edit) { return edit.mark == '-'; });
    for (; begin != end; ++begin) {
      begin->old_line = old_line;
      begin->new_line = new_line;
      ++(begin->mark == '-' ? old_line : new_line);
    }
  }
}

std::string hunk(const std::vector<Edit>& edits, std::size_t lines_before, const Lines& before, const Lines& after) {
  std::size_t old_count = 0;
  std::size_t new_count = 0;
  std::string body;
  for (const Edit& edit : edits) {
    if (edit.mark != '+') ++old_count;
    if (edit.mark != '-') ++new_count;
    const std::string_view line = edit.mark == '+' ? after[edit.new_line] : before[edit.old_line];
    body += edit.mark + base::shorten(base::printable(line), 500) + "\n";
  }
  const std::size_t old_start = lines_before + edits.front().old_line + (old_count == 0 ? 0 : 1);
  const std::size_t new_start = lines_before + edits.front().new_line + (new_count == 0 ? 0 : 1);
  return fmt::format("@@ -{},{} +{},{} @@\n", old_start, old_count, new_start, new_count) + body;
}

/// The part of two texts that is worth aligning: from a few lines before the first difference on.
struct Window {
  std::size_t lines = 0;  ///< before it, in both texts
  std::string_view expected;
  std::string_view actual;
};

/// How many lines the texts have in common at their beginning.
std::size_t equal_lines(std::string_view expected, std::string_view actual, model::Comparison comparison) {
  if (comparison == model::Comparison::exact) {
    const auto differs = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end()).first;
    return static_cast<std::size_t>(std::count(expected.begin(), differs, '\n'));
  }
  std::size_t lines = 0;
  while (!expected.empty() && !actual.empty() &&
         normalise_blanks(take_line(expected)) == normalise_blanks(take_line(actual)))
    ++lines;
  return lines;
}

Window window_of(std::string_view expected, std::string_view actual, const DiffOptions& options) {
  const std::size_t equal = equal_lines(expected, actual, options.comparison);
  Window window{equal - std::min(equal, options.context), expected, actual};
  for (std::size_t i = 0; i < window.lines; ++i) {
    take_line(window.expected);
    take_line(window.actual);
  }
  return window;
}

// Where one of them is cut, what follows in the other is no change.
std::pair<Lines, Lines> lines_of(const Window& window) {
  const auto cut = [](std::string_view text) {
    Lines lines = base::split_lines(text.substr(0, most_bytes));
    if (text.size() > most_bytes && lines.size() > 1) lines.pop_back();  // a part of one
    return lines;
  };
  Lines before = cut(window.expected);
  Lines after = cut(window.actual);
  if (window.expected.size() > most_bytes) after.resize(std::min(after.size(), before.size()));
  if (window.actual.size() > most_bytes) before.resize(std::min(after.size(), before.size()));
  return {std::move(before), std::move(after)};
}

std::string limit_lines(const std::string& text, std::size_t most) {
  const auto lines = base::split_lines(text);
  if (lines.size() <= most) return text;
  std::string shown;
  for (std::size_t i = 0; i < most; ++i) shown += std::string(lines[i]) + "\n";
  return shown + fmt::format("… {} more lines\n", lines.size() - most);
}

/// Of texts whose lines agree as far as they are compared.
std::string undiffed(std::string_view expected, std::string_view actual) {
  const auto without_newline = [](std::string_view text) { return text.substr(0, text.size() - text.ends_with('\n')); };
  if (without_newline(expected) == without_newline(actual))
    return "\\ the texts differ only in the newline at the end\n";
  const auto place = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end()).first;
  return fmt::format("\\ lines too long to show: the texts differ first at byte {}\n", place - expected.begin());
}

}  // namespace

std::string unified_diff(std::string_view expected, std::string_view actual, const DiffOptions& options) {
  const Window window = window_of(expected, actual, options);
  const auto [before, after] = lines_of(window);
  LineNumbers numbers(options.comparison);
  const auto before_numbers = numbers.number(before);
  auto edits = align(before_numbers, numbers.number(after));
  order_changes(edits);
  std::string text;
  for (std::size_t i = 0; i < edits.size();) {
    if (edits[i].mark == ' ') {
      ++i;
      continue;
    }
    const std::size_t begin = i - std::min(i, options.context);
    std::size_t last = i;  // the last change that belongs to this hunk
    for (std::size_t j = i; j < edits.size() && j <= last + 2 * options.context; ++j)
      if (edits[j].mark != ' ') last = j;
    const std::size_t end = std::min(edits.size(), last + 1 + options.context);
    text += hunk({edits.begin() + static_cast<std::ptrdiff_t>(begin), edits.begin() + static_cast<std::ptrdiff_t>(end)},
                 window.lines, before, after);
    i = end;
  }
  if (text.empty() && options.comparison == model::Comparison::exact && expected != actual)
    return undiffed(expected, actual);
  return limit_lines(text, options.most_lines);
}

}  // namespace fatespec::checks
