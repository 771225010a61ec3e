#include "sessions/alignment.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/anchors.hpp"
#include "base/text.hpp"
#include "sessions/python_text.hpp"

namespace fatespec::sessions {
namespace {

constexpr double nanoseconds = 1e9;
constexpr int threads = static_cast<int>(ThreadId::watchdog) + 1;

/// An event that takes part.
struct Mark {
  std::size_t event = 0;
  std::string key;  ///< equal for events that are the same thing
  std::optional<double> media;
};

/// The fields that say what it is; the others say when, or how much.
std::vector<std::size_t> telling_fields(EventKind kind) {
  switch (kind) {
    case EventKind::stream_ended: return {0, 1, 3};
    case EventKind::seek_done: return {0, 1};
    case EventKind::decode_error: return {0, 1};
    case EventKind::format_changed: return {0, 1};
    case EventKind::seek_requested:
    case EventKind::frame_dropped:
    case EventKind::frame_current:
    case EventKind::frame_shown:
    case EventKind::demux_error:
    case EventKind::ended:
    case EventKind::fault_injected: return {0};
    default: return {};
  }
}

bool takes_part(const PlayerEvent& event, EventKind frames) {
  switch (event.kind) {
    case EventKind::frame_current:
    case EventKind::frame_shown: return event.kind == frames;
    case EventKind::no_frame: return event.number(1).value_or(0) != 1;
    case EventKind::seek_requested:
    case EventKind::frame_dropped:
    case EventKind::image_missing:
    case EventKind::ended:
    case EventKind::paused:
    case EventKind::resumed:
    case EventKind::underrun:
    case EventKind::decode_error:
    case EventKind::demux_error:
    case EventKind::seek_done:
    case EventKind::stream_ended:
    case EventKind::format_changed:
    case EventKind::driver_reset:
    case EventKind::fault_injected:
    case EventKind::no_progress:
    case EventKind::crash: return true;
    default: return false;
  }
}

void append_key(std::string& key, const Datum& datum) {
  // Containers and players count times in units of their own: what differs by less than a microsecond is the same.
  if (datum.type == Datum::Type::real) fmt::format_to(std::back_inserter(key), " {:.6f}", datum.real);
  else append_python(key += ' ', datum);
}

std::string key_of(const PlayerEvent& event) {
  std::string key(1, static_cast<char>(event.kind));
  for (const std::size_t field : telling_fields(event.kind))
    if (field < event.data.size()) append_key(key, event.data[field]);
  return key;
}

std::vector<Mark> marks_of(const Recording& recording, ThreadId thread, EventKind frames) {
  std::vector<Mark> marks;
  std::optional<double> media;
  for (std::size_t i = 0; i < recording.events().size(); ++i) {
    const PlayerEvent event = recording.events()[i];
    if (event.kind == EventKind::frame_current || event.kind == EventKind::frame_shown ||
        event.kind == EventKind::frame_dropped)
      media = event.number(0) ? event.number(0) : media;
    if (event.thread == thread && takes_part(event, frames)) marks.push_back({i, key_of(event), media});
  }
  return marks;
}

std::vector<std::string_view> keys_of(const std::vector<Mark>& marks) {
  std::vector<std::string_view> keys;
  keys.reserve(marks.size());
  for (const auto& mark : marks) keys.emplace_back(mark.key);
  return keys;
}

/// What one thread of both players did: how the threads' events lie between one another is chance.
class Aligner {
 public:
  Aligner(const Recording& a, const Recording& b, Alignment& result) : a_(a), b_(b), result_(result) {
    start_a_ = start_of(a);
    start_b_ = start_of(b);
  }

  void run(ThreadId thread, EventKind frames) {
    marks_a_ = marks_of(a_, thread, frames);
    marks_b_ = marks_of(b_, thread, frames);
    next_a_ = next_b_ = 0;
    parted_ = neighbour_ = false;
    for (const auto& [i, j] : base::anchors(keys_of(marks_a_), keys_of(marks_b_))) {
      between(i, j);
      match(i, j);
    }
    between(marks_a_.size(), marks_b_.size());
  }

  void finish() {
    judge_shifts();
    std::stable_sort(result_.lone.begin(), result_.lone.end(),
                     [](const LoneEvents& x, const LoneEvents& y) { return x.wall < y.wall; });
  }

 private:
  static std::int64_t start_of(const Recording& recording) {
    for (const PlayerEvent event : recording.events())
      if (event.kind == EventKind::started) return event.wall;
    return 0;
  }

  /// What lies before marks `end_a` and `end_b`: equal neighbours first, then what is found a little further on.
  void between(std::size_t end_a, std::size_t end_b) {
    constexpr std::size_t farthest = 64;
    while (next_a_ < end_a) {
      const std::size_t last = std::min(end_b, next_b_ + farthest);
      std::size_t found = next_b_;
      while (found < last && marks_b_[found].key != marks_a_[next_a_].key) ++found;
      if (found == last) {
        lone(false, next_a_++);
        continue;
      }
      while (next_b_ < found) lone(true, next_b_++);
      match(next_a_, next_b_);
    }
    while (next_b_ < end_b) lone(true, next_b_++);
  }

  void match(std::size_t i, std::size_t j) {
    const std::int64_t wall_a = a_.events()[marks_a_[i].event].wall;
    const std::int64_t wall_b = b_.events()[marks_b_[j].event].wall;
    shifts_.push_back(static_cast<double>((wall_b - start_b_) - (wall_a - start_a_)) / nanoseconds);
    ++result_.common;
    neighbour_ = false;
    next_a_ = i + 1;
    next_b_ = j + 1;
  }

  void lone(bool in_second, std::size_t mark) {
    constexpr std::size_t most = 1000;
    const Mark& it = (in_second ? marks_b_ : marks_a_)[mark];
    const PlayerEvent event = (in_second ? b_ : a_).events()[it.event];
    ++(in_second ? result_.only_second : result_.only_first);
    auto& all = result_.lone;
    if (neighbour_ && all.back().in_second == in_second && all.back().kind == event.kind) {
      ++all.back().count;
      return;
    }
    neighbour_ = all.size() < most;
    if (neighbour_) all.push_back({in_second, event.kind, 1, event.wall_seconds(), it.media, text_of(event)});
    if (parted_) return;
    parted_ = true;
    const std::int64_t since_start = event.wall - (in_second ? start_b_ : start_a_);
    if (first_parting_ && *first_parting_ <= since_start) return;
    first_parting_ = since_start;
    const std::string where = it.media ? fmt::format("at {:.3f} s of the sample", *it.media) : "before the first frame";
    result_.parting = Parting{static_cast<double>(start_a_ + since_start) / nanoseconds,
                              static_cast<double>(start_b_ + since_start) / nanoseconds,
                              fmt::format("they part {}: only {} has: {}", where,
                                          in_second ? result_.second : result_.first, text_of(event))};
  }

  static std::string text_of(const PlayerEvent& event) {
    std::string text(find_event_kind(static_cast<std::uint64_t>(event.kind))->description);
    const auto& names = all_fields(event.kind);
    for (std::size_t i = 0; i < names.size() && i < event.data.size(); ++i) {
      text += fmt::format(" {}: ", names[i]);
      append_python(text, event.data[i]);
    }
    return text;
  }

  void judge_shifts() {
    if (shifts_.empty()) return;
    const auto at = [&](double part) {
      const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(shifts_.size() - 1));
      std::nth_element(shifts_.begin(), shifts_.begin() + place, shifts_.end());
      return shifts_[static_cast<std::size_t>(place)];
    };
    constexpr double p95 = 0.95;
    result_.median_shift = at(0.5);
    for (double& shift : shifts_) shift = std::abs(shift - result_.median_shift);
    result_.p95_shift = at(p95);
  }

  const Recording& a_;
  const Recording& b_;
  Alignment& result_;
  std::vector<Mark> marks_a_;
  std::vector<Mark> marks_b_;
  std::int64_t start_a_ = 0;
  std::int64_t start_b_ = 0;
  std::size_t next_a_ = 0;
  std::size_t next_b_ = 0;
  std::vector<double> shifts_;
  std::optional<std::int64_t> first_parting_;  ///< of all threads: since the start
  bool parted_ = false;                        ///< in this thread
  bool neighbour_ = false;  ///< nothing that both have stands between the last lone event and the next
};

}  // namespace

Alignment align(const std::string& first_name, const Recording& first, const std::string& second_name,
                const Recording& second) {
  Alignment result;
  result.first = first_name;
  result.second = second_name;
  const bool classic = first.format() == RecordingFormat::pickle || second.format() == RecordingFormat::pickle;
  Aligner aligner(first, second, result);
  for (int thread = 0; thread < threads; ++thread)
    aligner.run(static_cast<ThreadId>(thread), classic ? EventKind::frame_current : EventKind::frame_shown);
  aligner.finish();
  result.summary = fmt::format("{} events in both, {} only in {}, {} only in {}", result.common, result.only_first,
                               first_name, result.only_second, second_name);
  return result;
}

std::string alignment_text(const Alignment& alignment) {
  constexpr double milliseconds = 1e3;
  std::string text = alignment.summary + "\n";
  if (alignment.common > 0)
    text += fmt::format("what both have comes in {} later by {:.3f} ms (median), 95 % within {:.3f} ms of that\n",
                        alignment.second, alignment.median_shift * milliseconds, alignment.p95_shift * milliseconds);
  if (!alignment.parting) return text + "they do not part\n";
  text += alignment.parting->text + "\n\n";
  for (const auto& lone : alignment.lone)
    text += fmt::format("{} {}  wall {:.6f}  {}{}\n", lone.in_second ? "+" : "-",
                        lone.in_second ? alignment.second : alignment.first, lone.wall, lone.text,
                        lone.count > 1 ? fmt::format("  (and {} more of the kind)", lone.count - 1) : "");
  return text;
}

std::string alignment_json(const Alignment& alignment) {
  using Json = nlohmann::ordered_json;
  Json lone = Json::array();
  for (const auto& one : alignment.lone)
    lone.push_back({{"only_in", one.in_second ? alignment.second : alignment.first},
                    {"kind", find_event_kind(static_cast<std::uint64_t>(one.kind))->name},
                    {"count", one.count},
                    {"wall", one.wall},
                    {"media", one.media ? Json(*one.media) : Json(nullptr)},
                    {"text", base::to_utf8(one.text)}});
  const Json parting = alignment.parting ? Json{{"text", base::to_utf8(alignment.parting->text)},
                                                {"wall_first", alignment.parting->wall_a},
                                                {"wall_second", alignment.parting->wall_b}}
                                         : Json(nullptr);
  const Json all = {{"version", 1},
                    {"unit", "s"},
                    {"first", alignment.first},
                    {"second", alignment.second},
                    {"common", alignment.common},
                    {"only_first", alignment.only_first},
                    {"only_second", alignment.only_second},
                    {"median_shift", alignment.median_shift},
                    {"p95_shift", alignment.p95_shift},
                    {"parting", parting},
                    {"lone", std::move(lone)}};
  return all.dump(1) + "\n";
}

}  // namespace fatespec::sessions
