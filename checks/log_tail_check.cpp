#include "checks/log_tail_check.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace fatespec::checks {

Reading LogTailCheck::finish() {
  constexpr std::size_t shown = 30;
  Reading reading;
  const std::string text = last_lines(excerpt_.finish(), shown);
  reading.output = {text, text.size(), false};
  return reading;
}

std::string last_lines(const model::Excerpt& excerpt, std::size_t count) {
  const auto lines = base::split_lines(excerpt.text);
  std::string text;
  for (std::size_t i = lines.size() - std::min(count, lines.size()); i < lines.size(); ++i)
    text += std::string(lines[i]) + "\n";
  return text;
}

}  // namespace fatespec::checks
