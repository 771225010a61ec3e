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
  PickleWriter() { text_ = "\x80\x04"; }

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
  std::string finish() { return text_ + '.'; }

 private:
  void put_real(double value) {
    text_ += 'G';
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 56; i >= 0; i -= 8) text_ += static_cast<char>(bits >> i & 0xffU);
  }
  std::string text_;
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

std::vector<TimelineRow> timeline_of(const Recording& recording) {
  std::vector<TimelineRow> rows;
  PlayState state;
  bool first = true;
  for (const auto& event : recording.events()) {
    if (event.kind == EventKind::update && !first)
      rows.push_back({state.wall_time(), state.pyglet_time(), state.audio_time(), state.current_time(), state.frame(),
                      state.rescheduling_time()});
    if (event.kind == EventKind::update) first = false;
    state.apply(event);
  }
  return rows;
}

std::string timeline_csv(const std::vector<TimelineRow>& rows) {
  std::string text = "wall_time_s,player_time_s,audio_time_s,current_time_s,frame,rescheduling_time_s\n";
  for (const auto& row : rows) {
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
  }
  return text;
}

std::string timeline_json(const std::vector<TimelineRow>& rows) {
  nlohmann::ordered_json all = {{"version", 1}, {"unit", "s"}, {"rows", nlohmann::json::array()}};
  for (const auto& row : rows)
    all["rows"].push_back(nlohmann::ordered_json{{"wall_time", json_of(row.wall_time)},
                                                 {"player_time", json_of(row.pyglet_time)},
                                                 {"audio_time", json_of(row.audio_time)},
                                                 {"current_time", json_of(row.current_time)},
                                                 {"frame", row.frame},
                                                 {"rescheduling_time", json_of(row.rescheduling_time)}});
  return all.dump() + "\n";
}

std::string timeline_pickle(const std::vector<TimelineRow>& rows) {
  PickleWriter writer;
  FilledColumn audio;
  FilledColumn current;
  writer.open_tuple();
  writer.open_list();
  for (const auto& row : rows) {
    writer.open_tuple();
    writer.put(row.wall_time);
    writer.put(row.pyglet_time);
    writer.put(audio.fill(row.audio_time, row.wall_time));
    writer.put(current.fill(row.current_time, row.wall_time));
    writer.put(row.frame);
    writer.put(row.rescheduling_time);
    writer.close_tuple();
  }
  writer.close_list();
  current.write(writer);
  audio.write(writer);
  writer.close_tuple();
  return writer.finish();
}

}  // namespace fatespec::sessions
