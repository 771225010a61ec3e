#include "sessions/timeline.hpp"

#include <bit>

#include <nlohmann/json.hpp>

#include "sessions/play_state.hpp"
#include "sessions/python_text.hpp"

namespace fatespec::sessions {
namespace {

nlohmann::json json_of(const Datum& datum) {
  switch (datum.type) {
    case Datum::Type::integer: return datum.integer;
    case Datum::Type::real: return datum.real;
    case Datum::Type::text: return std::string(datum.text());
    default: return nullptr;
  }
}

/// Writes the opcodes that plain data need.
class PickleWriter {
 public:
  explicit PickleWriter(std::string& text) : text_(text) { text_ += "\x80\x04"; }

  void open_list() { text_ += "]("; }
  void close_list() { text_ += 'e'; }
  void open_tuple() { text_ += '('; }
  void close_tuple() { text_ += 't'; }
  void put(const Datum& datum) {
    if (datum.type == Datum::Type::real) put_real(datum.real);
    else if (datum.type == Datum::Type::integer) put(datum.integer);
    else text_ += 'N';
  }
  void put(std::int64_t value) {
    text_ += "\x8a\x08";
    for (int i = 0; i < 8; ++i) text_ += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xffU);
  }
  void finish() { text_ += '.'; }

 private:
  void put_real(double value) {
    text_ += 'G';
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 56; i >= 0; i -= 8) text_ += static_cast<char>(bits >> i & 0xffU);
  }
  std::string& text_;
};

bool is_none(const Datum& datum) { return datum.type == Datum::Type::none; }

/// A column in which the value before stands for what is None, and a list of where that is so.
struct FilledColumn {
  Datum previous = Datum::of(std::int64_t{0});
  std::vector<std::pair<Datum, Datum>> filled;

  const Datum& fill(const Datum& value, const Datum& wall) {
    if (is_none(value)) filled.emplace_back(wall, previous);
    else previous = value;
    return previous;
  }
  void write(PickleWriter& writer) const {
    writer.open_list();
    for (const auto& [wall, value] : filled) {
      writer.open_tuple();
      writer.put(wall);
      writer.put(value);
      writer.close_tuple();
    }
    writer.close_list();
  }
};

}  // namespace

void visit_timeline(const Recording& recording, const std::function<void(const TimelineRow&)>& visitor) {
  PlayState state;
  bool first = true;
  for (const PlayerEvent event : recording.events()) {
    if (event.kind == EventKind::update && !first)
      visitor({state.wall_time(), state.pyglet_time(), state.audio_time(), state.current_time(), state.frame(),
               state.rescheduling_time()});
    if (event.kind == EventKind::update) first = false;
    state.apply(event);
  }
}

void timeline_csv(const Recording& recording, const TextSink& sink) {
  SinkBuffer buffer(sink);
  buffer.text() += "wall_time_s,player_time_s,audio_time_s,current_time_s,frame,rescheduling_time_s\n";
  visit_timeline(recording, [&](const TimelineRow& row) {
    std::string& text = buffer.text();
    const auto add = [&](const Datum& datum) {
      if (!is_none(datum)) append_python(text, datum);
      text += ',';
    };
    add(row.wall_time);
    add(row.pyglet_time);
    add(row.audio_time);
    add(row.current_time);
    text += std::to_string(row.frame) + ',';
    if (!is_none(row.rescheduling_time)) append_python(text, row.rescheduling_time);
    text += '\n';
  });
}

void timeline_json(const Recording& recording, const TextSink& sink) {
  SinkBuffer buffer(sink);
  buffer.text() += R"({"version":1,"unit":"s","rows":[)";
  bool first = true;
  visit_timeline(recording, [&](const TimelineRow& row) {
    std::string& text = buffer.text();
    if (!first) text += ',';
    first = false;
    text += nlohmann::ordered_json{{"wall_time", json_of(row.wall_time)},
                                   {"player_time", json_of(row.pyglet_time)},
                                   {"audio_time", json_of(row.audio_time)},
                                   {"current_time", json_of(row.current_time)},
                                   {"frame", row.frame},
                                   {"rescheduling_time", json_of(row.rescheduling_time)}}
                .dump();
  });
  buffer.text() += "]}\n";
}

void timeline_pickle(const Recording& recording, const TextSink& sink) {
  SinkBuffer buffer(sink);
  PickleWriter writer(buffer.text());
  FilledColumn audio;
  FilledColumn current;
  writer.open_tuple();
  writer.open_list();
  visit_timeline(recording, [&](const TimelineRow& row) {
    (void)buffer.text();  // hands on what there is, if it is much
    writer.open_tuple();
    writer.put(row.wall_time);
    writer.put(row.pyglet_time);
    writer.put(audio.fill(row.audio_time, row.wall_time));
    writer.put(current.fill(row.current_time, row.wall_time));
    writer.put(row.frame);
    writer.put(row.rescheduling_time);
    writer.close_tuple();
  });
  writer.close_list();
  current.write(writer);
  audio.write(writer);
  writer.close_tuple();
  writer.finish();
}

}  // namespace fatespec::sessions
