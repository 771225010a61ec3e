#include "specs/problem.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::specs {

SourceText::SourceText(std::string file, std::string text) : file_(std::move(file)), text_(std::move(text)) {
  starts_.push_back(text_.starts_with("\xEF\xBB\xBF") ? 3 : 0);  // a byte order mark is of no line
  for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', end + 1))
    starts_.push_back(end + 1);
}

std::string_view SourceText::line(int number) const {
  if (number < 1 || number > line_count()) return {};
  const std::size_t start = line_offset(number);
  const std::size_t end = std::min(text_.find('\n', start), text_.size());
  std::string_view line = std::string_view(text_).substr(start, end - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

base::Origin SourceText::origin_of(std::size_t offset) const {
  const auto after = std::upper_bound(starts_.begin() + 1, starts_.end(), offset);
  const auto line = static_cast<int>(after - starts_.begin());
  return {file_, line, static_cast<int>(offset - line_offset(line)) + 1};
}

namespace {

constexpr std::size_t window = 120;  // columns of a long line that are shown

}  // namespace

std::size_t Problems::size() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0},
                         [](std::size_t sum, const auto& file) { return sum + file.second; });
}

bool Problems::has_room_for(const std::string& file) const {
  const auto count = counts_.find(file);
  return count == counts_.end() || count->second < most_kept;
}

void Problems::add(Problem problem) {
  ++found_;
  const bool is_kept = has_room_for(problem.origin.file);
  if (is_kept && !known_.insert(problem.origin.str() + " " + problem.message).second) return;
  ++counts_[problem.origin.file];
  if (is_kept) list_.push_back(std::move(problem));
}

void Problems::add(const SourceText& source, const base::Origin& origin, std::string message, int mark_width) {
  const bool is_kept = has_room_for(origin.file);  // a line may be long, and the same for each of many
  add({origin, std::move(message), std::string(is_kept ? source.line(origin.line) : ""), mark_width});
}

std::string format(const Problem& problem) {
  std::string text = problem.origin.str() + ": " + base::printable(problem.message);
  if (problem.line.empty() || problem.origin.column < 1) return text;
  std::string_view line = problem.line;
  std::size_t column = std::min<std::size_t>(static_cast<std::size_t>(problem.origin.column) - 1, line.size());
  if (line.size() > window && column > window / 2) {
    const std::size_t cut = column - window / 2;
    line.remove_prefix(cut);
    column -= cut;
  }
  line = line.substr(0, window);
  const std::string before = base::printable(line.substr(0, column));
  const std::string after = base::printable(line.substr(column));
  const std::size_t width = std::clamp<std::size_t>(static_cast<std::size_t>(problem.mark_width), 1,
                                                    std::max<std::size_t>(1, base::columns_of(after)));
  text += fmt::format("\n {:>5} | {}{}", problem.origin.line, before, after);
  text += fmt::format("\n       | {}^{}", std::string(base::columns_of(before), ' '), std::string(width - 1, '~'));
  return text;
}

}  // namespace fatespec::specs
