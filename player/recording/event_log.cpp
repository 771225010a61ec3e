#include "player/recording/event_log.hpp"

#include <utility>

namespace fatespec::player {

using sessions::Defect;
using sessions::EventKind;

sessions::DefectCounts EventLog::defects() const {
  auto counts = meter_.so_far();
  // Other threads emit these: they are counted, whoever it was.
  for (const auto& [defect, kind] :
       {std::pair(Defect::underrun, EventKind::underrun), std::pair(Defect::decode_error, EventKind::decode_error),
        std::pair(Defect::demux_error, EventKind::demux_error)})
    counts[defect] = count(kind);
  return counts;
}

sessions::Value EventLog::value(const Field& field) {
  using Type = sessions::Value::Type;
  if (field.is_text) return {Type::text, 0, field.text};
  return field.known ? sessions::Value{Type::integer, field.number, {}} : sessions::Value{};
}

}  // namespace fatespec::player
