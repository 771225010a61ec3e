#include "sessions/event_list.hpp"

#include <algorithm>

namespace fatespec::sessions {

Datum Datum::of(std::int64_t value) {
  Datum datum;
  datum.type = Type::integer;
  datum.integer = value;
  return datum;
}

Datum Datum::of(double value) {
  Datum datum;
  datum.type = Type::real;
  datum.real = value;
  return datum;
}

Datum Datum::of(std::string_view value) {
  Datum datum;
  datum.type = Type::text;
  datum.bytes = value.data();
  datum.length = static_cast<std::uint32_t>(value.size());
  return datum;
}

void EventList::reserve_for(std::size_t size) {
  // Much of what is large may be empty.
  constexpr std::size_t most = std::size_t{64} << 20U;
  size = std::min(size, most);
  // An event of ours takes about 25 bytes of a file, a classic one about as many.
  constexpr std::size_t bytes_an_event = 24;
  constexpr std::size_t data_an_event = 2;
  heads_.reserve(size / bytes_an_event);
  data_.reserve(size / bytes_an_event * data_an_event);
}

void EventList::add(EventKind kind, ThreadId thread, std::int64_t wall, std::span<const Datum> data) {
  heads_.push_back(
      {wall, static_cast<std::uint32_t>(data_.size()), kind, thread, static_cast<std::uint8_t>(data.size())});
  data_.insert(data_.end(), data.begin(), data.end());
}

void EventList::replace_last(std::size_t field, const Datum& datum) { data_.at(heads_.back().first + field) = datum; }

}  // namespace fatespec::sessions
