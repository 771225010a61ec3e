#include "checks/log_tail_check.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace fatespec::checks {

constexpr std::string_view left_out = "[… what was before is left out …]\n";

Reading LogTailCheck::finish() {
  const auto kept = tail_.finish();
  Reading reading;
  reading.output = last_lines(kept.text, kept.truncated);
  return reading;
}

model::Excerpt last_lines(std::string_view text, bool is_cut) {
  const auto lines = base::split_lines(text);
  const std::size_t shown = std::min(lines_of_log, lines.size());
  if (shown == 0) return {};
  std::string last(lines[lines.size() - shown].data(), text.data() + text.size());
  if (!last.ends_with('\n')) last += '\n';
  if (is_cut && lines.size() <= lines_of_log) {
    constexpr std::size_t most = 2 * ExcerptBuilder::half - left_out.size();
    if (last.size() > most) last.erase(0, last.size() - most);
    last.insert(0, left_out);
  }
  const std::uint64_t bytes = last.size();
  return {std::move(last), bytes, false};
}

model::Excerpt last_lines(const model::Excerpt& excerpt) {
  std::string_view text = excerpt.text;
  if (excerpt.truncated) text.remove_prefix(text.size() / 2);
  return last_lines(text, excerpt.truncated);
}

}  // namespace fatespec::checks
