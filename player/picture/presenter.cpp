#include "player/picture/presenter.hpp"

#include <algorithm>

namespace fatespec::player {
namespace {

using sessions::EventKind;
using sessions::ThreadId;

// A frame this close to its time is shown at once: no wait is more exact.
constexpr Time tolerance = millisecond / 2;
constexpr Time starving_interval = 2 * millisecond;
// Time stamps farther away than this belong to another time line.
constexpr Time largest_jump = 10 * second;
constexpr Time longest_show_cost = 10 * millisecond;

}  // namespace

Presenter::Presenter(const Parts& parts)
    : pipeline_(parts.pipeline),
      media_(parts.media),
      clock_(parts.clock),
      display_(parts.display),
      log_(parts.log),
      slow_displays_(parts.faults, FaultKind::slow_display),
      start_(parts.start),
      is_cover_(parts.is_cover),
      current_end_(parts.start) {}

// What stands in line and is no frame to be shown: true if it was taken out.
bool Presenter::take_aside(VideoItem& item) {
  if (const auto* restart = std::get_if<Restart>(&item)) {
    reached_generation_ = restart->generation;
  } else if (reached_generation_ != pipeline_.generation()) {
    // Of before the seek: as if it had never been read.
  } else if (const auto* notice = std::get_if<Notice>(&item)) {
    notice->emit_into(log_);
  } else if (const auto* stall = std::get_if<Stall>(&item)) {
    stalled_until_ = clock_.now() + stall->length;
  } else if (std::holds_alternative<Crash>(item)) {
    crash_now();
  } else {
    return false;
  }
  pipeline_.frames().pop();
  return true;
}

VideoItem* Presenter::item_at(std::size_t position) {
  return clock_.is_virtual() ? pipeline_.frames().wait_for(position) : pipeline_.frames().peek(position);
}

VideoItem* Presenter::front() {
  while (stalled_until_ <= clock_.now()) {
    VideoItem* item = item_at(0);
    if (item == nullptr || !take_aside(*item)) return item;
  }
  return nullptr;
}

// Behind the end nothing comes that could be waited for.
const VideoFrame* Presenter::frame_at(std::size_t position) {
  if (position > 0 && std::holds_alternative<VideoEnd>(*pipeline_.frames().peek(position - 1))) return nullptr;
  VideoItem* item = item_at(position);
  return item == nullptr ? nullptr : std::get_if<VideoFrame>(item);
}

bool Presenter::is_ready() { return front() != nullptr; }
void Presenter::wait_until_ready() { (void)front(); }

void Presenter::prepare_front() {
  const VideoItem* item = front();
  const auto* frame = item == nullptr ? nullptr : std::get_if<VideoFrame>(item);
  if (frame == nullptr || prepared_ || frame->picture->data[0] == nullptr) return;
  display_.prepare(*frame->picture);
  prepared_ = true;
}

void Presenter::seek(Time target) {
  seek_target_ = target;
  finished_ = false;
  starving_ = false;
  prepared_ = false;
  stalled_until_ = 0;
}

Time Presenter::update() {
  const Time now = clock_.now();
  const Time media = media_.at(now);
  log_.set_media_time(media);
  const auto dt = last_update_ ? now - *last_update_ : 0;
  last_update_ = now;
  log_.emit_at(now, EventKind::update, ThreadId::main, dt, media_.audio_at(now));
  VideoItem* item = front();
  if (item == nullptr) return starve(now);
  starving_ = false;
  if (const auto* end = std::get_if<VideoEnd>(item)) return wait_for_end(*end, media, now);
  const VideoFrame& frame = std::get<VideoFrame>(*item);
  if (is_cover_ || jumps(frame, media)) return show_front(frame.time, now);
  const Time early = frame.time - media - show_cost_;
  if (early > tolerance) {
    log_.emit(EventKind::early_return, ThreadId::main, early, frame.time);
    return now + early;
  }
  drop_old(media);
  return show_front(media, now);
}

bool Presenter::jumps(const VideoFrame& frame, Time media) const {
  return std::abs(frame.time - media) > largest_jump && std::abs(frame.time - current_end_) > largest_jump;
}

Time Presenter::starve(Time now) {
  const Time again = clock_.is_virtual() ? std::max(stalled_until_ - now, starving_interval) : starving_interval;
  if (!starving_) log_.emit(EventKind::no_frame, ThreadId::main, again, std::int64_t{0});
  starving_ = true;
  return now + again;
}

Time Presenter::wait_for_end(const VideoEnd& end, Time media, Time now) {
  if (seek_target_) announce_seek(end.time);
  const Time left = std::min(end.time, current_end_) - media;
  if (left > tolerance && !is_cover_) return now + std::min(left, largest_jump);
  log_.emit(EventKind::no_frame, ThreadId::main, Time{0}, std::int64_t{1});
  pipeline_.frames().pop();
  finished_ = true;
  return never;
}

// A frame is too old when the next one's time has come. The last there is stays: late is better than nothing.
void Presenter::drop_old(Time media) {
  for (;;) {
    const VideoFrame* next = frame_at(1);
    if (next == nullptr || next->time > media) return;
    log_.emit(EventKind::frame_dropped, ThreadId::main, std::get<VideoFrame>(*pipeline_.frames().peek()).time);
    pipeline_.frames().pop();
    prepared_ = false;
  }
}

Time Presenter::show_front(Time media, Time now) {
  const auto item = pipeline_.frames().pop();
  const VideoFrame& frame = std::get<VideoFrame>(*item);
  log_.emit(EventKind::frame_current, ThreadId::main, frame.time);
  if (frame.picture->data[0] == nullptr && frame.picture->hw_frames_ctx == nullptr) {
    log_.emit(EventKind::image_missing, ThreadId::main);
  } else {
    if (!prepared_) display_.prepare(*frame.picture);
    if (const Fault* fault = slow_displays_.due(frame.time - start_)) {
      log_.emit(EventKind::fault_injected, ThreadId::main, std::string_view(fault->text));
      clock_.wait_until(clock_.now() + fault->length, display_);
    }
    const Time before = clock_.now();
    display_.show();
    show_cost_ += (std::min(clock_.now() - before, longest_show_cost) - show_cost_) / 8;
  }
  prepared_ = false;
  const Time shown = clock_.now();
  if (seek_target_) announce_seek(frame.time);
  const auto heard = media_.audio_at(shown);
  drift_.reset();
  if (heard && !is_cover_) drift_ = frame.time - *heard;
  std::optional<Time> due;
  if (!is_cover_ && !media_.paused()) due = now - (media - frame.time);
  log_.emit_at(shown, EventKind::frame_shown, ThreadId::main, frame.time, due, drift_);
  current_ = frame.time;
  current_end_ = frame.time + frame.length;
  return plan_next(current_end_);
}

Time Presenter::plan_next(Time shown_end) {
  prepare_front();
  const VideoItem* item = front();
  const auto* next = item == nullptr ? nullptr : std::get_if<VideoFrame>(item);
  const Time time = next == nullptr ? shown_end : next->time;
  const Time now = clock_.now();
  Time wait = time - media_.at(now);
  if (std::abs(wait) > largest_jump) wait = std::max<Time>(0, shown_end - media_.at(now));
  log_.emit_at(now, EventKind::rescheduled, ThreadId::main, wait, time);
  return now + std::clamp<Time>(wait - show_cost_, 0, largest_jump);
}

void Presenter::announce_seek(Time reached) {
  log_.emit(EventKind::seek_done, ThreadId::main, *seek_target_, reached);
  seek_target_.reset();
}

bool Presenter::step() {
  const VideoItem* item = front();
  const auto* frame = item == nullptr ? nullptr : std::get_if<VideoFrame>(item);
  if (frame == nullptr) return false;
  media_.set_paused_time(frame->time);
  log_.set_media_time(frame->time);
  show_front(frame->time, clock_.now());
  return true;
}

}  // namespace fatespec::player
