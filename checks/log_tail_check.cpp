#include "checks/log_tail_check.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace fatespec::checks {

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
  const bool is_truncated = is_cut && lines.size() <= lines_of_log;
  if (is_truncated && last.size() > 2 * ExcerptBuilder::half) last.erase(0, 1);
  const std::uint64_t bytes = last.size();
  return {std::move(last), bytes, is_truncated};
}

model::Excerpt last_lines(const model::Excerpt& excerpt) {
  std::string_view text = excerpt.text;
  if (excerpt.truncated) text.remove_prefix(text.size() / 2);
  return last_lines(text, excerpt.truncated);
}

}  // namespace fatespec::checks
