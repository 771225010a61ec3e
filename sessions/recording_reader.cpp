#include "sessions/recording_reader.hpp"

namespace fatespec::sessions {
namespace {

using Type = CborItem::Type;

constexpr std::uint64_t leading = 4;  // kind, thread, wall, media
constexpr std::uint64_t most_elements = 23;
constexpr std::uint64_t threads = 6;

// 73 years of nanoseconds. No player writes more, and differences of differences still fit.
constexpr std::uint64_t largest_number = std::uint64_t{1} << 61U;

std::optional<std::int64_t> signed_number(const CborItem& item) {
  if (item.number >= largest_number) return std::nullopt;
  const auto value = static_cast<std::int64_t>(item.number);
  if (item.type == Type::unsigned_number) return value;
  if (item.type == Type::negative_number) return -1 - value;
  return std::nullopt;
}

bool take_value(const CborItem& item, Value& value) {
  if (const auto number = signed_number(item)) value = {Value::Type::integer, *number, {}};
  else if (item.type == Type::text) value = {Value::Type::text, 0, item.bytes};
  else if (item.type == Type::null) value = {};
  else return false;
  return true;
}

enum class Step { event, skipped, bad };

/// The elements of an array whose head has been read.
Step read_event(CborReader& reader, Event& event, std::uint64_t elements) {
  if (elements < leading || elements > most_elements) return Step::bad;
  CborItem item;
  if (!reader.next(item) || item.type != Type::unsigned_number) return Step::bad;
  const EventInfo* info = find_event_kind(item.number);
  if (!reader.next(item) || item.type != Type::unsigned_number || item.number >= threads) return Step::bad;
  event.thread = static_cast<ThreadId>(item.number);
  if (!reader.next(item)) return Step::bad;
  const auto wall = signed_number(item);
  if (!wall) return Step::bad;
  event.wall = *wall;
  Value media;
  if (!reader.next(item) || !take_value(item, media)) return Step::bad;
  event.media = media.number();
  for (std::uint64_t i = 0; i < elements - leading; ++i) {
    Value surplus;
    if (!reader.next(item) || !take_value(item, i < most_fields ? event.fields[i] : surplus)) return Step::bad;
  }
  for (std::uint64_t i = elements - leading; i < most_fields; ++i) event.fields[i] = {};
  if (info == nullptr) return Step::skipped;
  event.kind = info->kind;
  return Step::event;
}

}  // namespace

base::Result<RecordingReader> RecordingReader::open(std::string_view bytes) {
  std::size_t size = 0;
  auto header = decode_header(bytes, size);
  if (!header) return header.error();
  return RecordingReader(bytes, std::move(*header), size);
}

bool RecordingReader::next(Event& event) {
  for (;;) {
    // Room that nobody wrote to, at the end or where a thread was killed before its first store.
    std::size_t at = reader_.at();
    while (at < bytes_.size() && bytes_[at] == '\0') ++at;
    reader_.move_to(at);
    if (reader_.at_end()) return false;
    CborItem head;
    Step step = Step::bad;
    if (reader_.next(head)) {
      if (head.type == Type::bytes) continue;  // an event that was begun
      if (head.type == Type::tag && take_header(at)) continue;
      if (head.type == Type::array) step = read_event(reader_, event, head.number);
    }
    if (step == Step::event) return true;
    if (step == Step::skipped) continue;
    reader_.move_to(at);
    if (!skip_bad()) return false;
  }
}

// A player writes two. A stranger's thousands, each damaged after a mebibyte, would take hours.
bool RecordingReader::take_header(std::size_t at) {
  constexpr int most_headers = 16;
  if (++headers_ > most_headers) return false;
  std::size_t size = 0;
  auto header = decode_header(bytes_.substr(at), size);
  if (!header) return false;
  header_ = std::move(*header);
  reader_.move_to(at + size);
  return true;
}

// Looks for the next place where an event may begin.
bool RecordingReader::skip_bad() {
  const std::size_t start = reader_.at();
  std::size_t at = start + 1;
  while (at < bytes_.size() && !plausible(at)) ++at;
  // What is cut at the end has no event after it, and no zeros that were to be written to either.
  constexpr std::size_t longest_event = 257;
  if (at >= bytes_.size() && bytes_.size() - start < longest_event) {
    cut_ = true;
    return false;
  }
  if (damage_.places++ == 0) damage_.offset = start;
  reader_.move_to(at);
  return at < bytes_.size();
}

bool RecordingReader::plausible(std::size_t at) const {
  constexpr unsigned array_of_4 = 0x84;
  constexpr unsigned array_of_10 = 0x8a;
  const auto head = static_cast<unsigned char>(bytes_[at]);
  if (head < array_of_4 || head > array_of_10) return false;
  CborReader probe(bytes_, at + 1);
  Event event;
  return read_event(probe, event, head - array_of_4 + leading) == Step::event;
}

}  // namespace fatespec::sessions
