#include "sessions/defects.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace fatespec::sessions {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t status_ended_by_user = 3;

constexpr std::array defects = std::to_array<DefectInfo>({
    {Defect::crash, "media_player crashed."},
    {Defect::no_progress, "No progress: the player gave up"},
    {Defect::dropped_frame, "Discard video frame too old,"},
    {Defect::late_frame, "Late frames", 20 * ms},
    {Defect::no_image, "Image frame is None (?)"},
    {Defect::no_frame, "Early return doing nothing because video_time is None (likely EOV),"},
    {Defect::scheduling_in_past, "Scheduling in the past"},
    {Defect::freeze, "Freezes of the picture", 100 * ms},
    {Defect::underrun, "Audio underruns"},
    {Defect::drift, "Frames shown away from the sound", 45 * ms},
    {Defect::decode_error, "Decode errors"},
    {Defect::demux_error, "Demux errors"},
    {Defect::missing_frame, "Frames missing of those that the container counts"},
    {Defect::video_ended_early, "Early end of video", 500 * ms},
    {Defect::audio_ended_early, "Early end of audio", 500 * ms},
    {Defect::duration_off, "Duration other than the container says", 500 * ms},
    {Defect::open_error, "Samples that could not be opened"},
});
static_assert(defects.size() == defect_kinds);

}  // namespace

std::span<const DefectInfo> all_defects() { return defects; }
const DefectInfo& info_of(Defect defect) { return defects.at(static_cast<std::size_t>(defect)); }

std::uint64_t DefectCounts::total() const { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

DefectLimits::DefectLimits() {
  for (const auto& info : defects) (*this)[info.defect] = info.limit;
}

void DefectMeter::consume(const Event& event) {
  switch (event.kind) {
    case EventKind::frame_dropped: ++counts_[Defect::dropped_frame]; break;
    case EventKind::image_missing: ++counts_[Defect::no_image]; break;
    case EventKind::no_frame:
      // After a seek there can be none yet.
      if (event.number(1) != 1 && !awaits_frame_) ++counts_[Defect::no_frame];
      break;
    case EventKind::rescheduled:
      if (event.number(0).value_or(0) < 0) ++counts_[Defect::scheduling_in_past];
      next_time_ = event.number(1);
      break;
    case EventKind::frame_shown: consume_shown(event); break;
    case EventKind::underrun: ++counts_[Defect::underrun]; break;
    case EventKind::decode_error: ++counts_[Defect::decode_error]; break;
    case EventKind::demux_error: ++counts_[Defect::demux_error]; break;
    case EventKind::no_progress: ++counts_[Defect::no_progress]; break;
    case EventKind::crash: ++counts_[Defect::crash]; break;
    case EventKind::seek_requested:
      sought_ = awaits_frame_ = true;
      ended_streams_ = 0;  // they go on, and end anew
      last_shown_.reset();
      break;
    case EventKind::paused: is_paused_ = true; break;
    case EventKind::resumed:
      is_paused_ = false;
      last_shown_.reset();
      break;
    case EventKind::stream_ended: consume_end(event); break;
    case EventKind::ended:
      ended_ = true;
      ended_by_user_ = event.number(0) == status_ended_by_user;
      break;
    default: break;
  }
}

// Of a stream the last end counts.
void DefectMeter::consume_end(const Event& event) {
  const StreamEnd end{static_cast<int>(event.number(0).value_or(0)), event.number(1).value_or(0),
                      event.number(2).value_or(0), event.number(3).value_or(0)};
  auto* const begin = ends_.begin();
  auto* const known =
      std::find_if(begin, begin + ended_streams_, [&](const StreamEnd& one) { return one.stream == end.stream; });
  if (known != begin + ended_streams_) *known = end;
  else if (ended_streams_ < most_streams) ends_.at(ended_streams_++) = end;
}

void DefectMeter::consume_shown(const Event& event) {
  awaits_frame_ = false;
  if (is_paused_) return;  // a step, by hand
  const std::int64_t video_time = event.number(0).value_or(0);
  const auto due = event.number(1);
  if (due && event.wall - *due > limits_[Defect::late_frame]) ++counts_[Defect::late_frame];
  if (std::abs(event.number(2).value_or(0)) > limits_[Defect::drift]) ++counts_[Defect::drift];
  if (last_shown_ && last_shown_time_) {
    const std::int64_t waited = event.wall - *last_shown_;
    const std::int64_t should = std::max<std::int64_t>(0, next_time_.value_or(video_time) - *last_shown_time_);
    if (waited - should > limits_[Defect::freeze]) ++counts_[Defect::freeze];
  }
  last_shown_ = event.wall;
  next_time_.reset();
  last_shown_time_ = video_time;
}

DefectCounts DefectMeter::finish(const RecordingHeader& header) const {
  DefectCounts counts = counts_;
  if (!ended_ && counts[Defect::no_progress] == 0)
    counts[Defect::crash] = std::max<std::uint64_t>(1, counts[Defect::crash]);
  if (ended_ && !ended_by_user_ && !header.problem.empty()) counts[Defect::open_error] = 1;
  else if (ended_ && !ended_by_user_) judge_ends(header, counts);
  return counts;
}

const DefectMeter::StreamEnd* DefectMeter::end_of(int stream) const {
  for (std::size_t i = 0; i < ended_streams_; ++i)
    if (ends_.at(i).stream == stream) return &ends_.at(i);
  return nullptr;
}

void DefectMeter::judge_ends(const RecordingHeader& header, DefectCounts& counts) const {
  const SampleHeader& sample = header.sample;
  std::optional<std::int64_t> last_end;
  for (const auto& stream : sample.streams) {
    if (!stream.played || stream.attached_picture) continue;
    judge_stream(stream, sample, counts);
    if (const auto* end = end_of(stream.index)) last_end = std::max(last_end.value_or(end->time), end->time);
  }
  if (!last_end || !sample.duration || sample.duration_estimated) return;
  // Some containers count their duration from the first frame, others from zero.
  const std::int64_t off = std::min(std::abs(*last_end - sample.start.value_or(0) - *sample.duration),
                                    std::abs(*last_end - *sample.duration));
  if (off > limits_[Defect::duration_off]) ++counts[Defect::duration_off];
}

void DefectMeter::judge_stream(const StreamHeader& stream, const SampleHeader& sample, DefectCounts& counts) const {
  const bool video = stream.type == "video";
  const auto* end = end_of(stream.index);
  const std::int64_t frames = end == nullptr ? 0 : end->frames;
  if (video && !sought_ && stream.frames && *stream.frames > frames)
    counts[Defect::missing_frame] += static_cast<std::uint64_t>(*stream.frames - frames);
  if (sample.duration_estimated || !stream.duration || end == nullptr) return;
  const Defect early = video ? Defect::video_ended_early : Defect::audio_ended_early;
  const std::int64_t said = stream.start.value_or(sample.start.value_or(0)) + *stream.duration;
  if (said - end->time > limits_[early]) ++counts[early];
}

}  // namespace fatespec::sessions
