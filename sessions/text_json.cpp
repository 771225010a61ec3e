#include "sessions/text_json.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "sessions/play_state.hpp"
#include "sessions/text_reports.hpp"

namespace fatespec::sessions {
namespace {

using Json = nlohmann::ordered_json;

Json value_of(const Datum& datum) {
  switch (datum.type) {
    case Datum::Type::integer: return datum.integer;
    case Datum::Type::real: return std::isfinite(datum.real) ? Json(datum.real) : Json(nullptr);
    case Datum::Type::text: return base::to_utf8(datum.text());
    default: return nullptr;
  }
}

Json event_json(const PlayerEvent& event, const PlayState& state) {
  Json one = {{"frame", state.frame()},
              {"event", find_event_kind(static_cast<std::uint64_t>(event.kind))->name},
              {"thread", name_of(event.thread)},
              {"wall", event.wall_seconds()}};
  const auto& names = all_fields(event.kind);
  for (std::size_t i = 0; i < names.size() && i < event.data.size(); ++i)
    one[std::string(names[i])] = value_of(event.data[i]);
  return one;
}

template <class Predicate>
void write_events(const Recording& recording, const TextSink& sink, Predicate wanted) {
  SinkBuffer buffer(sink);
  buffer.text() += R"({"version":1,"unit":"s","events":[)";
  PlayState state;
  bool first = true;
  for (const PlayerEvent event : recording.events()) {
    state.apply(event);
    if (!wanted(event)) continue;
    std::string& text = buffer.text();
    text += first ? "\n" : ",\n";
    first = false;
    text += event_json(event, state).dump();
  }
  buffer.text() += "\n]}\n";
}

}  // namespace

void all_json(const Recording& recording, const TextSink& sink) {
  write_events(recording, sink, [](const PlayerEvent&) { return true; });
}

void anomalies_json(const Recording& recording, const TextSink& sink) {
  write_events(recording, sink, is_told_among_anomalies);
}

void counter_json(const Recording& recording, const TextSink& sink) {
  Json counts = Json::object();
  for (const auto& info : all_defects())
    if (const auto count = recording.defects()[info.defect]; count > 0)
      counts[std::string(model::name_of(info.defect))] = count;
  const Json all = {{"version", 1},
                    {"crashed", recording.crashed()},
                    {"problem", recording.problem().empty() ? Json(nullptr) : Json(base::to_utf8(recording.problem()))},
                    {"defects", std::move(counts)}};
  sink(all.dump(1) + "\n");
}

std::string lines_json(std::string_view text) {
  Json lines = Json::array();
  for (const auto line : base::split_lines(text)) lines.push_back(base::to_utf8(line));
  return Json{{"version", 1}, {"lines", std::move(lines)}}.dump(1) + "\n";
}

}  // namespace fatespec::sessions
