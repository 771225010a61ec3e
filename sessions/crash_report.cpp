#include "sessions/crash_report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/signals.hpp"
#include "base/text.hpp"
#include "sessions/session_files.hpp"
#include "sessions/text_reports.hpp"

namespace fatespec::sessions {
namespace {

using Json = nlohmann::ordered_json;

Json texts(const std::vector<std::string>& lines) {
  Json all = Json::array();
  for (const auto& line : lines) all.push_back(base::to_utf8(line));
  return all;
}

std::string text_at(const Json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number_at(const Json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_number_integer() ? found->get<int>() : 0;
}

}  // namespace

std::vector<std::string> last_events(const Recording& recording) {
  constexpr std::size_t most = 12;
  std::string tail;
  constexpr std::size_t enough = 64 << 10;
  report_all(recording, [&](std::string_view text) {
    tail += text;
    if (tail.size() > 2 * enough) tail.erase(0, tail.size() - enough);
  });
  std::vector<std::string> lines;
  const auto all = base::split_lines(tail);
  for (std::size_t i = all.size() - std::min(most, all.size()); i < all.size(); ++i) lines.emplace_back(all[i]);
  return lines;
}

std::string crash_text(const CrashReport& crash) {
  std::string text = fmt::format("Sample: {}{}, crash {}: {}{}{}\n", crash.sample,
                                 crash.play > 1 ? fmt::format(", play {}", crash.play) : "", crash.number,
                                 crash.signal != 0   ? base::signal_name(crash.signal)
                                 : crash.status != 0 ? fmt::format("exit status {}", crash.status)
                                                     : "no end was recorded",
                                 crash.thread.empty() ? "" : fmt::format(" in the thread {}", crash.thread),
                                 crash.note.empty() ? "" : fmt::format("; {}", crash.note));
  if (!crash.stderr_lines.empty()) text += fmt::format("  stderr:\n    {}\n", fmt::join(crash.stderr_lines, "\n    "));
  if (!crash.last_events.empty())
    text += fmt::format("  last events:\n    {}\n", fmt::join(crash.last_events, "\n    "));
  return text;
}

Json crash_json(const CrashReport& crash) {
  return {{"sample", base::to_utf8(crash.sample)},
          {"play", crash.play},
          {"number", crash.number},
          {"signal", crash.signal},
          {"status", crash.status},
          {"thread", base::to_utf8(crash.thread)},
          {"note", base::to_utf8(crash.note)},
          {"stderr", texts(crash.stderr_lines)},
          {"last_events", texts(crash.last_events)}};
}

CrashReport crash_of_json(const Json& value) {
  if (!value.is_object()) return {};
  return {text_at(value, "sample"),      std::max(1, number_at(value, "play")),
          number_at(value, "number"),    number_at(value, "signal"),
          number_at(value, "status"),    text_at(value, "thread"),
          text_at(value, "note"),        texts_at(value, "stderr"),
          texts_at(value, "last_events")};
}

}  // namespace fatespec::sessions
