#include "sessions/recording.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sessions/pickle_reader.hpp"
#include "sessions/recording_reader.hpp"

namespace fatespec::sessions {
namespace {

constexpr double nanoseconds = 1e9;
constexpr char pickle_start = '\x80';

Datum seconds_of(std::optional<std::int64_t> time) {
  return time ? Datum::of(static_cast<double>(*time) / nanoseconds) : Datum{};
}

Datum datum_of(const Value& value, Unit unit) {
  if (value.type == Value::Type::none) return {};
  if (value.type == Value::Type::text) return Datum::of(value.text);
  return unit == Unit::nanoseconds ? seconds_of(value.integer) : Datum::of(value.integer);
}

/// What an event of ours has in the classic suite.
class ClassicFields {
 public:
  std::span<const Datum> of(const Event& event) {
    count_ = 0;
    if (event.kind == EventKind::started) add(seconds_of(event.wall));
    else if (event.kind == EventKind::update) {
      add(seconds_of(event.number(0)));
      add(seconds_of(event.media));
      add(seconds_of(event.number(1)));
      add(seconds_of(event.wall));
    } else {
      const auto& fields = all_event_kinds()[static_cast<std::size_t>(event.kind) - 1].fields;
      const std::size_t known = all_fields(event.kind).size();
      for (std::size_t i = 0; i < known; ++i) add(datum_of(event.fields[i], fields[i].unit));
    }
    return {data_.data(), count_};
  }

 private:
  void add(const Datum& datum) { data_[count_++] = datum; }

  std::array<Datum, most_data> data_{};
  std::size_t count_ = 0;
};

/// How many ends of the video at the end the classic suite forgives: it takes each for a defect.
std::uint64_t forgiven_ends(const EventList& events) {
  const std::size_t count = events.size() + 1;  // the version counts
  const auto is_end = [&](std::size_t from_end) {
    return events.size() >= from_end && events[events.size() - from_end].kind == EventKind::no_frame;
  };
  if (count > 9 && is_end(2) && is_end(6) && is_end(10)) return 3;
  if (count > 6 && is_end(2) && is_end(6)) return 2;
  return count > 2 && is_end(2) ? 1 : 0;
}

DefectCounts count_classic(const EventList& events, bool crashed) {
  DefectCounts counts;
  for (const PlayerEvent event : events) {
    switch (event.kind) {
      case EventKind::crash: ++counts[Defect::crash]; break;
      case EventKind::frame_dropped: ++counts[Defect::dropped_frame]; break;
      case EventKind::no_frame: ++counts[Defect::no_frame]; break;
      case EventKind::image_missing: ++counts[Defect::no_image]; break;
      case EventKind::rescheduled:
        if (event.number(0).value_or(0) < 0) ++counts[Defect::scheduling_in_past];
        break;
      default: break;
    }
  }
  counts[Defect::no_frame] -= forgiven_ends(events);
  if (crashed) counts[Defect::crash] = std::max<std::uint64_t>(1, counts[Defect::crash]);
  return counts;
}

}  // namespace

const std::vector<std::string_view>& all_fields(EventKind kind) {
  static const std::vector<std::vector<std::string_view>> all = [] {
    std::vector<std::vector<std::string_view>> fields(1);
    for (const auto& info : all_event_kinds()) {
      auto names = classic_fields(info.kind);
      if (info.kind == EventKind::no_frame) names.emplace_back("ended");
      if (info.kind == EventKind::ended) names = {"status", "reason"};
      fields.push_back(std::move(names));
    }
    return fields;
  }();
  return all.at(static_cast<std::size_t>(kind));
}

const std::vector<std::string_view>& classic_fields(EventKind kind) {
  static const std::vector<std::vector<std::string_view>> all = [] {
    std::vector<std::vector<std::string_view>> fields(1);
    for (const auto& info : all_event_kinds()) {
      std::vector<std::string_view> names;
      for (const auto& field : info.named_fields()) names.push_back(field.name);
      if (info.kind == EventKind::started) names = {"wall_time"};
      if (info.kind == EventKind::update) names = {"pyglet_dt", "current_time", "audio_time", "wall_time"};
      if (info.kind == EventKind::no_frame) names = {"rescheduling_time"};
      if (info.kind == EventKind::ended) names = {};
      if (info.kind == EventKind::crash) names = {"sample"};
      fields.push_back(std::move(names));
    }
    return fields;
  }();
  return all.at(static_cast<std::size_t>(kind));
}

base::Result<Recording> Recording::open(const std::filesystem::path& path) {
  auto file = MappedFile::open(path);
  if (!file) return file.error();
  Recording recording;
  recording.file_.emplace(std::move(*file));
  if (auto read = recording.read(recording.file_->bytes()); !read)
    return base::Error{read.error().kind, path.string() + ": " + read.error().message};
  return {std::move(recording)};
}

base::Result<Recording> Recording::of_bytes(std::string bytes) {
  Recording recording;
  recording.owned_ = std::move(bytes);
  if (auto read = recording.read(recording.owned_); !read) return read.error();
  return {std::move(recording)};
}

base::Result<void> Recording::read(std::string_view bytes) {
  return !bytes.empty() && bytes.front() == pickle_start ? read_pickle(bytes) : read_cbor(bytes);
}

base::Result<void> Recording::read_cbor(std::string_view bytes) {
  auto reader = RecordingReader::open(bytes);
  if (!reader) return reader.error();
  DefectMeter meter;
  Event event;
  Datum sample;
  ClassicFields fields;
  bool ended = false;
  events_.reserve_for(bytes.size());
  while (reader->next(event)) {
    meter.consume(event);
    ended = ended || event.kind == EventKind::ended;
    events_.add(event.kind, event.thread, event.wall, fields.of(event));
    if (event.kind == EventKind::opened) sample = events_.back().data[0];
    if (event.kind != EventKind::crash) continue;
    // The classic crash event names the sample; what ours has is for the reports of crashes.
    signal_ = static_cast<int>(event.number(0).value_or(0));
    crashed_thread_ = std::string(event.fields[2].text);
    events_.replace_last(0, sample);
  }
  header_ = reader->header();
  defects_ = meter.finish(header_);
  crashed_ = !ended;
  if (reader->damage().places > 0)
    problem_ = fmt::format("damaged in {} place{}, first at byte {}", reader->damage().places,
                           reader->damage().places == 1 ? "" : "s", reader->damage().offset);
  return {};
}

base::Result<void> Recording::read_pickle(std::string_view bytes) {
  auto events = sessions::read_pickle(bytes);
  if (!events) return events.error();
  format_ = RecordingFormat::pickle;
  events_ = std::move(*events);
  crashed_ = events_.empty() || events_.back().kind != EventKind::ended;
  defects_ = count_classic(events_, crashed_);
  return {};
}

}  // namespace fatespec::sessions
