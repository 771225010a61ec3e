#include "player/media/decoder.hpp"

#include <fmt/format.h>

#include "player/recording/crash_handler.hpp"

namespace fatespec::player {

base::Result<CodecPtr> open_decoder(const AVStream& stream) {
  const char* name = avcodec_get_name(stream.codecpar->codec_id);
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  const auto failed = [&](const std::string& why) {
    return base::Error{base::ErrorKind::invalid, fmt::format("stream {} ({}): {}", stream.index, name, why)};
  };
  if (codec == nullptr) return failed("this FFmpeg has no decoder for it");
  CodecPtr context(avcodec_alloc_context3(codec));
  avcodec_parameters_to_context(context.get(), stream.codecpar);
  context->pkt_timebase = stream.time_base;
  context->thread_count = 0;  // as many as there are processors
  if (const int code = avcodec_open2(context.get(), codec, nullptr); code < 0)
    return failed("the decoder could not be opened: " + error_text(code));
  return context;
}

Decoder::Decoder(Track track, const AVStream& stream, CodecPtr codec, PacketQueues& packets, const Reporter& reporter,
                 Progress& progress)
    : track_(track),
      stream_(stream),
      codec_(std::move(codec)),
      packets_(packets),
      reporter_(reporter),
      progress_(progress) {}

void Decoder::start() {
  thread_ = std::thread([this] {
    prepare_thread(thread_id());
    run();
  });
}

void Decoder::join() {
  if (thread_.joinable()) thread_.join();
}

sessions::ThreadId Decoder::thread_id() const {
  return track_ == Track::video ? sessions::ThreadId::video_decoder : sessions::ThreadId::audio_decoder;
}

void Decoder::report(Notice notice) {
  reporter_.report(std::move(notice), [this](Notice in_line) { push_notice(std::move(in_line)); });
}

void Decoder::report_end(Time time) {
  report({sessions::EventKind::stream_ended, thread_id(), {stream_.index, time, packets_taken_, frames_made_}, ""});
}

void Decoder::report_error(int code) {
  report({sessions::EventKind::decode_error, thread_id(), {stream_.index, code}, error_text(code)});
}

void Decoder::run() {
  PacketItem item;
  while (packets_.pop(track_, item) && take(item)) item = EndOfStream{};
}

bool Decoder::take(PacketItem& item) {
  progress_.fetch_add(1, std::memory_order_relaxed);
  if (const auto* packet = std::get_if<PacketPtr>(&item)) {
    ++packets_taken_;
    // What an edit list hides is decoded, and given to nobody: it counts as made.
    if (((*packet)->flags & AV_PKT_FLAG_DISCARD) != 0) ++frames_made_;
    return decode(packet->get());
  }
  if (const auto* flush = std::get_if<Flush>(&item)) {
    avcodec_flush_buffers(codec_.get());
    packets_taken_ = frames_made_ = 0;
    take_flush(*flush);
    return true;
  }
  if (auto* notice = std::get_if<Notice>(&item)) return push_notice(std::move(*notice));
  return drain();
}

bool Decoder::drain() {
  if (!decode(nullptr)) return false;
  avcodec_flush_buffers(codec_.get());
  return take_end();
}

bool Decoder::decode(const AVPacket* packet) {
  int code = avcodec_send_packet(codec_.get(), packet);
  if (code == AVERROR(EAGAIN)) {
    if (!receive_all()) return false;
    code = avcodec_send_packet(codec_.get(), packet);
  }
  if (code < 0 && code != AVERROR_EOF) report_error(code);
  return receive_all();
}

bool Decoder::receive_all() {
  for (;;) {
    FramePtr frame(av_frame_alloc());
    const int code = avcodec_receive_frame(codec_.get(), frame.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return true;
    if (code < 0) {
      report_error(code);
      return true;
    }
    ++frames_made_;
    progress_.fetch_add(1, std::memory_order_relaxed);
    if (!take_frame(std::move(frame))) return false;
  }
}

}  // namespace fatespec::player
