// What the two decoding threads have in common: packets in, frames out.
#pragma once

#include <functional>
#include <thread>

#include "player/media/demuxer.hpp"
#include "player/media/packet_queues.hpp"
#include "player/recording/reporter.hpp"

namespace fatespec::player {

/// Opens the decoder for a stream. Any thread.
base::Result<CodecPtr> open_decoder(const AVStream& stream);

/// A thread that takes one track's packets and hands frames to the class derived from it.
class Decoder {
 public:
  Decoder(Track track, const AVStream& stream, CodecPtr codec, PacketQueues& packets, const Reporter& reporter,
          Progress& progress);
  virtual ~Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void start();
  /// The queues on both sides must have been closed.
  void join();

 protected:
  // All of these are called on the decoding thread. The ones that return a bool: false ends the thread.

  virtual bool take_frame(FramePtr frame) = 0;
  virtual void take_flush(const Flush& flush) = 0;
  virtual bool take_end() = 0;
  virtual bool push_notice(Notice notice) = 0;

  void report(Notice notice);
  /// Of the stream, which ended at that media time.
  void report_end(Time time);
  sessions::ThreadId thread_id() const;
  const AVStream& stream() const { return stream_; }
  const Reporter& reporter() const { return reporter_; }

 private:
  void run();
  bool take(PacketItem& item);
  bool decode(const AVPacket* packet);
  bool receive_all();
  void report_error(int code);
  bool drain();

  Track track_;
  const AVStream& stream_;
  CodecPtr codec_;
  PacketQueues& packets_;
  const Reporter& reporter_;
  Progress& progress_;
  std::int64_t packets_taken_ = 0;
  std::int64_t frames_made_ = 0;
  std::thread thread_;
};

}  // namespace fatespec::player
