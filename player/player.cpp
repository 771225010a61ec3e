#include "player/player.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace fatespec::player {
namespace {

using sessions::EventKind;
using sessions::ThreadId;

constexpr Time state_interval = 250 * millisecond;
constexpr Time sound_interval = 20 * millisecond;
constexpr Time preroll_interval = 2 * millisecond;
// What a play may fall short of the container's duration: containers round, and codecs have delays.
constexpr Time short_by = second / 2;

}  // namespace

Player::Player(Parts parts)
    : parts_(std::move(parts)),
      media_(parts_.feed, parts_.audio == nullptr ? 0 : parts_.audio->latency(), parts_.file.start()),
      presenter_({parts_.pipeline, media_, parts_.clock, parts_.display, parts_.log, parts_.faults, parts_.file.start(),
                  parts_.file.has_cover()}),
      audio_done_(!parts_.pipeline.has_audio()),
      overlay_(parts_.overlay) {}

ExitStatus Player::run() {
  parts_.pipeline.start();
  preroll();
  if (parts_.pipeline.has_video()) presenter_.prepare_front();
  if (overlay_) parts_.display.set_overlay(describe(state(parts_.clock.now())));
  started_ = parts_.clock.now();
  parts_.log.set_media_time(parts_.file.start());
  parts_.log.emit_at(started_, EventKind::started, ThreadId::main);
  media_.start(started_);
  if (parts_.audio != nullptr) parts_.audio->resume(started_);
  next_update_ = parts_.pipeline.has_video() ? started_ : never;
  next_state_ = parts_.clock.is_virtual() ? never : started_;
  while (step_once()) {
  }
  return conclude();
}

// Nothing is shown or heard before both are there: the first second would be out of step.
void Player::preroll() {
  const bool video = parts_.pipeline.has_video();
  const bool audio = parts_.pipeline.has_audio();
  if (parts_.clock.is_virtual()) {
    if (video) presenter_.wait_until_ready();
    return;
  }
  while (parts_.stop_signal == 0) {
    const bool video_ready = !video || presenter_.is_ready();
    const bool audio_ready = !audio || !parts_.ring->is_priming() || parts_.ring->drained();
    if (video_ready && audio_ready) return;
    parts_.clock.wait_until(parts_.clock.now() + preroll_interval, parts_.display);
  }
}

bool Player::step_once() {
  while (const auto wish = parts_.display.poll()) act(*wish);
  if (parts_.stop_signal != 0) quit_ = true;
  const Time now = parts_.clock.now();
  if (take_presses(now)) return !quit_;
  if (quit_) return false;
  parts_.log.set_media_time(media_.at(now));
  if (parts_.audio != nullptr) parts_.audio->run_due(now);
  follow_audio_end(now);
  if (next_update_ <= now && !media_.paused()) next_update_ = presenter_.update();
  if (presenter_.finished()) next_update_ = never;
  if (next_state_ <= now) tell_state(now);
  if (ended()) return false;
  const Time deadline = next_deadline();
  parts_.watchdog.expect_nothing_for(media_.paused() ? never
                                     : presenter_.starving() || parts_.clock.is_virtual() || next_update_ == never
                                         ? 0
                                         : deadline - now);
  parts_.clock.wait_until(deadline, parts_.display);
  return true;
}

bool Player::take_presses(Time now) {
  if (next_press_ >= parts_.presses.size() || parts_.presses[next_press_].at > now - started_) return false;
  act(parts_.presses[next_press_++].action);
  return true;
}

Time Player::next_deadline() const {
  Time deadline = next_state_;
  if (!media_.paused()) {
    deadline = std::min(deadline, next_update_);
    if (parts_.audio != nullptr) deadline = std::min(deadline, parts_.audio->next_callback());
  }
  if (next_press_ < parts_.presses.size()) deadline = std::min(deadline, started_ + parts_.presses[next_press_].at);
  // A play that only waits for its sound, or for its user, looks in now and then.
  const bool sound_only = next_update_ == never && !media_.paused();
  return std::min(deadline, parts_.clock.now() + (sound_only ? sound_interval : state_interval));
}

void Player::follow_audio_end(Time now) {
  if (audio_done_ || parts_.feed == nullptr || !parts_.feed->drained()) return;
  if (!media_.follows_audio()) return;
  const auto heard = media_.audio_at(now);
  if (heard && *heard < parts_.ring->media_time() - millisecond) return;
  media_.audio_ended(now);
  audio_done_ = true;
}

bool Player::ended() const {
  const bool video_done = !parts_.pipeline.has_video() || presenter_.finished();
  return video_done && audio_done_ && !media_.paused();
}

void Player::act(const UserAction& wish) {
  parts_.watchdog.expect_nothing_for(0);  // a pause may end with it, or need another picture
  switch (wish.action) {
    case Action::quit: quit_ = true; break;
    case Action::toggle_pause: toggle_pause(); break;
    case Action::seek_by: {
      const Time now = media_.at(parts_.clock.now());
      const Time end = parts_.file.start() + parts_.file.duration().value_or(never / 2);
      seek(std::clamp(now + wish.amount * second, parts_.file.start(), end));
      break;
    }
    case Action::step:
      if (!media_.paused()) toggle_pause();
      stepped_ = presenter_.step() || stepped_;
      break;
    case Action::toggle_full_screen: parts_.display.toggle_full_screen(); break;
    case Action::toggle_mute:
      if (parts_.feed != nullptr) parts_.feed->set_muted(!parts_.feed->muted());
      break;
    case Action::change_volume: change_volume(wish.amount); break;
    case Action::toggle_overlay:
      overlay_ = !overlay_;
      parts_.display.set_overlay(overlay_ ? describe(state(parts_.clock.now())) : std::vector<std::string>{});
      parts_.display.redraw();
      break;
    case Action::audio_device_lost:
      if (parts_.audio != nullptr && parts_.audio->reopen())
        parts_.log.emit(EventKind::driver_reset, ThreadId::main, std::string_view(parts_.audio->driver()));
      break;
  }
}

void Player::toggle_pause() {
  const Time now = parts_.clock.now();
  if (!media_.paused()) {
    media_.pause(now);
    if (parts_.audio != nullptr) parts_.audio->pause();
    parts_.log.emit_at(now, EventKind::paused, ThreadId::main);
    return;
  }
  media_.resume(now);
  if (parts_.audio != nullptr) parts_.audio->resume(now);
  parts_.log.emit_at(now, EventKind::resumed, ThreadId::main);
  // After single frames the sound is behind them.
  if (std::exchange(stepped_, false) && parts_.feed != nullptr && presenter_.current()) seek(*presenter_.current());
  next_update_ = parts_.pipeline.has_video() ? now : never;
}

void Player::seek(Time target) {
  const Time now = parts_.clock.now();
  parts_.log.emit_at(now, EventKind::seek_requested, ThreadId::main, target - parts_.file.start());
  const int generation = parts_.pipeline.seek(target);
  media_.seek(target, generation, now);
  if (parts_.audio != nullptr) parts_.audio->expect(generation);
  presenter_.seek(target);
  audio_done_ = !parts_.pipeline.has_audio();
  parts_.log.emit(EventKind::seek_flushed, ThreadId::main, std::int64_t{generation});
  next_update_ = parts_.pipeline.has_video() ? now : never;
  // While paused, the picture of the new place is shown all the same.
  if (media_.paused() && parts_.pipeline.has_video()) {
    wait_for_picture();
    stepped_ = presenter_.step() || stepped_;
  }
}

void Player::wait_for_picture() {
  if (parts_.clock.is_virtual()) {
    presenter_.wait_until_ready();
    return;
  }
  while (parts_.stop_signal == 0 && !presenter_.is_ready())
    parts_.clock.wait_until(parts_.clock.now() + preroll_interval, parts_.display);
}

void Player::change_volume(int percent) {
  if (parts_.feed != nullptr) parts_.feed->set_volume(parts_.feed->volume() + percent);
}

PlayerState Player::state(Time now) {
  PlayerState state;
  const auto& log = parts_.log;
  state.position = std::max<Time>(0, media_.at(now) - parts_.file.start());
  state.duration = parts_.file.duration();
  state.paused = media_.paused();
  state.drift = presenter_.drift();
  state.packets = parts_.pipeline.levels();
  state.frames = parts_.pipeline.frames().size();
  if (parts_.ring != nullptr) state.audio_buffered = parts_.ring->format().length_of(parts_.ring->available());
  state.shown = log.count(EventKind::frame_shown);
  state.defects = log.defects();
  if (parts_.feed != nullptr) state.volume = parts_.feed->volume(), state.muted = parts_.feed->muted();
  return state;
}

void Player::tell_state(Time now) {
  next_state_ = now + state_interval;
  const PlayerState current = state(now);
  parts_.log.emit(EventKind::queues, ThreadId::main, static_cast<std::int64_t>(current.packets.video_packets),
                  static_cast<std::int64_t>(current.frames), static_cast<std::int64_t>(current.packets.audio_packets),
                  current.audio_buffered, static_cast<std::int64_t>(current.packets.bytes));
  if (parts_.show_state) parts_.show_state(current);
  if (overlay_) {
    parts_.display.set_overlay(describe(current));
    if (current.paused || !parts_.file.has_video()) parts_.display.redraw();
  }
}

// What a play that ended by itself lacks; empty if nothing does.
std::string Player::shortfall() const {
  const auto& log = parts_.log;
  const std::uint64_t errors = log.count(EventKind::decode_error) + log.count(EventKind::demux_error);
  if (parts_.pipeline.has_video() && log.count(EventKind::frame_shown) == 0) return "no frame of it could be decoded";
  if (errors > 0) return fmt::format("{} error{} while reading and decoding", errors, errors == 1 ? "" : "s");
  const auto duration = parts_.file.duration();
  // Some containers count their duration from the first frame, others from zero.
  const Time end = parts_.log.media_time().value_or(0) - std::min<Time>(0, parts_.file.start());
  if (duration && !parts_.file.duration_estimated() && log.count(EventKind::seek_requested) == 0 &&
      *duration - end > short_by)
    return fmt::format("it ended at {} of {}", format_position(end), format_position(*duration));
  return "";
}

ExitStatus Player::conclude() {
  parts_.watchdog.expect_nothing_for(never);
  if (parts_.audio != nullptr) parts_.audio->pause();
  const Time now = parts_.clock.now();
  parts_.log.set_media_time(media_.at(now));
  ExitStatus status = ExitStatus::played;
  if (quit_) {
    status = ExitStatus::ended_by_user;
    message_ = "ended by the user";
  } else if (message_ = shortfall(); !message_.empty()) {
    status = ExitStatus::failed;
  }
  parts_.log.emit_at(now, EventKind::ended, ThreadId::main, static_cast<std::int64_t>(status),
                     std::string_view(message_));
  parts_.pipeline.stop();
  return status;
}

std::string format_position(Time time) {
  const Time hundredths = time / (10 * millisecond);
  const Time minutes = hundredths / 6000;
  const std::string rest = fmt::format("{:02}:{:02}.{:02}", minutes % 60, hundredths / 100 % 60, hundredths % 100);
  return minutes < 60 ? rest : fmt::format("{}:{}", minutes / 60, rest);
}

namespace {

/// A line each: a window may be narrow.
void describe(const sessions::DefectCounts& defects, std::vector<std::string>& lines) {
  const auto all = defects.total();
  lines.push_back(all == 0 ? "no defects" : fmt::format("{} defect{}:", all, all == 1 ? "" : "s"));
  for (const auto& info : sessions::all_defects())
    if (const auto count = defects[info.defect]; count > 0)
      lines.push_back(fmt::format("{} {}", model::name_of(info.defect), count));
}

}  // namespace

std::vector<std::string> describe(const PlayerState& state) {
  const auto ms = [](Time time) { return static_cast<double>(time) / static_cast<double>(millisecond); };
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}{}{}", format_position(state.position),
                              state.duration ? " / " + format_position(*state.duration) : "",
                              state.paused ? "  paused" : ""));
  lines.push_back(state.drift ? fmt::format("A-V {:+.1f} ms", ms(*state.drift)) : "A-V none");
  lines.push_back(fmt::format("packets {} video, {} audio, {} KiB", state.packets.video_packets,
                              state.packets.audio_packets, state.packets.bytes / 1024));
  lines.push_back(fmt::format("frames {}, sound {:.0f} ms", state.frames, ms(state.audio_buffered)));
  lines.push_back(fmt::format("shown {}", state.shown));
  lines.push_back(state.muted ? "muted" : fmt::format("volume {} %", state.volume));
  describe(state.defects, lines);
  return lines;
}

}  // namespace fatespec::player
