#include "player/media/demuxer.hpp"

#include "player/recording/crash_handler.hpp"

namespace fatespec::player {
namespace {

// Some demuxers find their way again after an error, others repeat it for ever.
constexpr int most_failures = 16;

}  // namespace

Demuxer::Demuxer(MediaFile& file, PacketQueues& queues, const Reporter& reporter, const std::vector<Fault>& faults,
                 Progress& progress)
    : file_(file), queues_(queues), reporter_(reporter), drops_(faults, FaultKind::drop_packets), progress_(progress) {}

void Demuxer::start() {
  thread_ = std::thread([this] {
    prepare_thread(sessions::ThreadId::demuxer);
    run();
  });
}

void Demuxer::join() {
  if (thread_.joinable()) thread_.join();
}

void Demuxer::seek(const Flush& where) {
  {
    const std::lock_guard lock(seeking_);
    wanted_ = where;
  }
  queues_.interrupt();
}

std::optional<Flush> Demuxer::take_seek() {
  const std::lock_guard lock(seeking_);
  return std::exchange(wanted_, std::nullopt);
}

void Demuxer::run() {
  for (;;) {
    if (!(at_end_ ? queues_.wait_for_interrupt() : queues_.wait_for_room())) return;
    if (const auto where = take_seek()) do_seek(*where);
    else if (!at_end_ && !read()) end();
  }
}

bool Demuxer::read() {
  PacketPtr packet(av_packet_alloc());
  const int code = av_read_frame(&file_.format(), packet.get());
  progress_.fetch_add(1, std::memory_order_relaxed);
  if (code >= 0) {
    failures_ = 0;
    deliver(std::move(packet));
    return true;
  }
  const AVIOContext* io = file_.format().pb;
  if (code == AVERROR_EOF) {
    if (io != nullptr && io->error < 0 && io->error != AVERROR_EOF)
      report_error(io->error, "the file could not be read: ");
    return false;
  }
  report_error(code, "");
  return ++failures_ < most_failures && code != AVERROR_EXIT;
}

void Demuxer::deliver(PacketPtr packet) {
  const AVStream* stream = file_.format().streams[packet->stream_index];
  if (stream != file_.video() && stream != file_.audio()) return;
  const Track track = stream == file_.video() ? Track::video : Track::audio;
  packet->time_base = stream->time_base;
  // Where no length is known the last packet is shorter than was asked for, which is no damage.
  const bool is_corrupt = (packet->flags & AV_PKT_FLAG_CORRUPT) != 0;
  if (is_corrupt && !file_.has_no_length()) report_error(AVERROR_INVALIDDATA, "corrupt packet: ");
  if (drop(track, *packet)) return;
  queues_.push(track, std::move(packet));
}

bool Demuxer::drop(Track track, const AVPacket& packet) {
  if (track != first_track()) return false;
  const auto time = to_time(packet.pts == AV_NOPTS_VALUE ? packet.dts : packet.pts, packet.time_base);
  if (const Fault* fault = time ? drops_.due(*time - file_.start()) : nullptr) {
    left_to_drop_ += fault->count;
    report({sessions::EventKind::fault_injected, sessions::ThreadId::demuxer, {}, fault->text});
  }
  if (left_to_drop_ == 0) return false;
  --left_to_drop_;
  return true;
}

void Demuxer::report(Notice notice) {
  reporter_.report(std::move(notice), [&](Notice in_line) { queues_.push(first_track(), std::move(in_line)); });
}

void Demuxer::report_error(int code, std::string_view what) {
  report({sessions::EventKind::demux_error, sessions::ThreadId::demuxer, {code}, std::string(what) + error_text(code)});
}

void Demuxer::end() {
  at_end_ = true;
  if (file_.video() != nullptr) queues_.push(Track::video, EndOfStream{});
  if (file_.has_audio()) queues_.push(Track::audio, EndOfStream{});
}

/// In microseconds. Where a demuxer seeks by decoding times, a picture that is decoded before it is shown would be
/// missed by as much as pictures are reordered: ffmpeg seeks three frames of 23 a second earlier, too.
Time Demuxer::lead_of_pictures() const {
  constexpr Time lead = Time{AV_TIME_BASE} * 3 / 23;
  const bool by_decoding_time = (file_.format().iformat->flags & AVFMT_SEEK_TO_PTS) == 0;
  const bool is_reordered = file_.video() != nullptr && file_.video()->codecpar->video_delay > 0;
  return by_decoding_time && is_reordered ? lead : 0;
}

void Demuxer::do_seek(const Flush& where) {
  const Time target = where.play_from / microsecond;  // AV_TIME_BASE counts microseconds
  const auto seek_to = [&](Time time) { return avformat_seek_file(&file_.format(), -1, INT64_MIN, time, time, 0); };
  int code = seek_to(target - lead_of_pictures());
  if (code < 0) code = seek_to(target);  // some find nothing before the beginning
  at_end_ = false;
  failures_ = 0;
  queues_.flush(where);
  if (code < 0) report_error(code, "seek: ");
}

}  // namespace fatespec::player
