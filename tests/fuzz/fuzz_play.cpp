// A sample of any bytes, through the player's own demuxer, decoders and loop, by the virtual clock.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "player/headless.hpp"
#include "player/player.hpp"

namespace {

using namespace fatespec::player;

struct Bytes {
  const std::uint8_t* data;
  std::int64_t size;
  std::int64_t at = 0;
};

int read_bytes(void* source, std::uint8_t* to, int size) {
  auto& bytes = *static_cast<Bytes*>(source);
  const std::int64_t count = std::min<std::int64_t>(size, bytes.size - bytes.at);
  if (count <= 0) return AVERROR_EOF;
  std::memcpy(to, bytes.data + bytes.at, static_cast<std::size_t>(count));
  bytes.at += count;
  return static_cast<int>(count);
}

std::int64_t seek_bytes(void* source, std::int64_t offset, int whence) {
  auto& bytes = *static_cast<Bytes*>(source);
  if (whence == AVSEEK_SIZE) return bytes.size;
  if (whence == SEEK_CUR) offset += bytes.at;
  if (whence == SEEK_END) offset += bytes.size;
  if (offset < 0 || offset > bytes.size) return AVERROR(EINVAL);
  return bytes.at = offset;
}

/// A play of the bytes that is ended by a key after a minute of its time, having sought once.
void play(AVIOContext* io) {
  std::atomic<bool> stop_reading{false};
  const std::atomic<int> stop_signal{0};
  auto file = MediaFile::open_io(io, {}, stop_reading);
  if (!file) return;
  VirtualClock clock;
  EventLog log(clock, nullptr);
  Headless display(nullptr);
  VirtualAudio audio({48000, 2});
  AudioRing ring(audio.format(), second / 2, file->start());
  AudioFeed feed(ring, log, false);
  audio.attach(feed);
  audio.attach_ring(ring, log);
  Progress progress{0};
  std::vector<std::string> messages;
  const std::vector<Fault> faults;
  const bool sound = file->has_audio();
  auto pipeline = Pipeline::open({*file, log, clock, sound ? &ring : nullptr, faults, progress}, messages);
  if (!pipeline) return;
  const bool heard = (*pipeline)->has_audio();
  Watchdog watchdog(progress, 0, nullptr);
  Player player({*file,
                 **pipeline,
                 clock,
                 display,
                 log,
                 heard ? &audio : nullptr,
                 heard ? &feed : nullptr,
                 heard ? &ring : nullptr,
                 faults,
                 {{second, {Action::seek_by, -10}}, {60 * second, {Action::quit}}},
                 stop_signal,
                 nullptr,
                 watchdog});
  player.run();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int buffer_size = 4096;
  av_log_set_level(AV_LOG_QUIET);
  Bytes bytes{data, static_cast<std::int64_t>(size)};
  auto* buffer = static_cast<unsigned char*>(av_malloc(buffer_size));
  AVIOContext* io = avio_alloc_context(buffer, buffer_size, 0, &bytes, read_bytes, nullptr, seek_bytes);
  play(io);
  av_freep(&io->buffer);
  avio_context_free(&io);
  return 0;
}
