#include "player/media/pipeline.hpp"

namespace fatespec::player {

Pipeline::Pipeline(const Parts& parts)
    : ring_(parts.ring),
      reporter_(parts.log, parts.clock.is_virtual()),
      progress_(parts.progress),
      packets_(parts.file.video() != nullptr, parts.file.has_audio() && parts.ring != nullptr),
      demuxer_(parts.file, packets_, reporter_, parts.faults, progress_) {}

base::Result<std::unique_ptr<Pipeline>> Pipeline::open(const Parts& parts, std::vector<std::string>& messages) {
  const auto opened = [&](const AVStream* stream) -> CodecPtr {
    if (stream == nullptr) return nullptr;
    auto codec = open_decoder(*stream);
    if (codec) return std::move(*codec);
    messages.push_back(codec.error().message);
    return nullptr;
  };
  CodecPtr video = opened(parts.file.video());
  if (!video) parts.file.drop_video();
  CodecPtr audio = parts.ring == nullptr ? nullptr : opened(parts.file.audio());
  if (!audio) parts.file.drop_audio();
  if (!video && !audio)
    return base::Error{base::ErrorKind::invalid, messages.empty() ? "nothing in it can be decoded" : messages.back()};
  std::unique_ptr<Pipeline> pipeline(new Pipeline(parts));
  Pipeline& self = *pipeline;
  if (video)
    self.video_ = std::make_unique<VideoDecoder>(
        std::move(video), VideoDecoder::Parts{parts.file, self.packets_, self.frames_, self.reporter_, parts.faults,
                                              parts.clock, self.progress_});
  if (audio)
    self.audio_ = std::make_unique<AudioDecoder>(
        std::move(audio), AudioDecoder::Parts{parts.file, self.packets_, *parts.ring, self.reporter_, parts.faults,
                                              parts.clock, self.progress_});
  return pipeline;
}

Pipeline::~Pipeline() { stop(); }

void Pipeline::start() {
  if (video_) video_->start();
  if (audio_) audio_->start();
  demuxer_.start();
}

void Pipeline::stop() {
  packets_.close();
  frames_.close();
  if (ring_ != nullptr) ring_->close();
  demuxer_.join();
  if (video_) video_->join();
  if (audio_) audio_->join();
}

int Pipeline::seek(Time target) {
  ++generation_;
  if (ring_ != nullptr) ring_->abandon_before(generation_);
  demuxer_.seek({generation_, target});
  return generation_;
}

}  // namespace fatespec::player
