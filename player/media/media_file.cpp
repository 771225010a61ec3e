#include "player/media/media_file.hpp"

#include <algorithm>
#include <string_view>

#include "base/file.hpp"

namespace fatespec::player {
namespace {

constexpr AVRational av_time_base{1, AV_TIME_BASE};  // AV_TIME_BASE_Q is C

int interrupted(void* stop) {
  return static_cast<const std::atomic<bool>*>(stop)->load(std::memory_order_relaxed) ? 1 : 0;
}

FormatPtr new_format(const std::atomic<bool>& stop) {
  FormatPtr format(avformat_alloc_context());
  // FFmpeg's pointer is not to const; it is only handed back to interrupted().
  format->interrupt_callback = {interrupted, const_cast<std::atomic<bool>*>(&stop)};
  return format;
}

std::string type_name(const AVStream& stream) {
  const char* name = av_get_media_type_string(stream.codecpar->codec_type);
  return name == nullptr ? "unknown" : name;
}

std::string text_of(const char* text) { return text == nullptr ? "" : text; }

sessions::Rational rational(AVRational value) { return {value.num, value.den}; }

base::Error open_error(int code) {
  if (code == AVERROR_INVALIDDATA || code == AVERROR_EOF)
    return {base::ErrorKind::invalid, "no media that FFmpeg can open: " + error_text(code)};
  return {base::ErrorKind::io, "cannot be opened: " + error_text(code)};
}

/// As ffmpeg writes one to a pipe, where it cannot go back to the header.
bool is_wave_without_length(const std::string& path) {
  constexpr std::size_t enough = 4096;
  const auto head = base::read_head(path, enough);
  return head && head->starts_with("RIFF") && head->find("data\xff\xff\xff\xff") != std::string::npos;
}

}  // namespace

base::Result<MediaFile> MediaFile::open(const std::string& path, const StreamChoice& choice,
                                        const std::atomic<bool>& stop) {
  AVFormatContext* raw = new_format(stop).release();
  // "file:" keeps a name with a colon from being taken for a protocol.
  if (const int code = avformat_open_input(&raw, ("file:" + path).c_str(), nullptr, nullptr); code < 0)
    return open_error(code);
  auto file = finish(FormatPtr(raw), choice);
  if (file) file->has_no_length_ = is_wave_without_length(path);
  return file;
}

base::Result<MediaFile> MediaFile::open_io(AVIOContext* io, const StreamChoice& choice, const std::atomic<bool>& stop) {
  AVFormatContext* raw = new_format(stop).release();
  raw->pb = io;
  if (const int code = avformat_open_input(&raw, nullptr, nullptr, nullptr); code < 0) return open_error(code);
  return finish(FormatPtr(raw), choice);
}

base::Result<MediaFile> MediaFile::finish(FormatPtr format, const StreamChoice& choice) {
  if (const int code = avformat_find_stream_info(format.get(), nullptr); code < 0) return open_error(code);
  MediaFile file(std::move(format));
  file.choose(choice);
  if (file.video_ == nullptr && file.audio_ == nullptr)
    return base::Error{base::ErrorKind::invalid, "there is no stream in it that can be played"};
  return file;
}

void MediaFile::choose(const StreamChoice& choice) {
  const auto best = [&](AVMediaType type, int related) -> AVStream* {
    const int index = av_find_best_stream(format_.get(), type, -1, related, nullptr, 0);
    return index < 0 ? nullptr : format_->streams[index];
  };
  if (choice.video) video_ = best(AVMEDIA_TYPE_VIDEO, -1);
  if (choice.audio) audio_ = best(AVMEDIA_TYPE_AUDIO, video_ == nullptr ? -1 : video_->index);
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    AVStream* stream = format_->streams[i];
    stream->discard = stream == video_ || stream == audio_ ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
  std::optional<Time> first;
  for (const AVStream* stream : {has_cover() ? nullptr : video_, audio_}) {
    if (stream == nullptr) continue;
    const auto begins = to_time(stream->start_time, stream->time_base);
    if (begins) first = std::min(first.value_or(*begins), *begins);
  }
  start_ = first.value_or(to_time(format_->start_time, av_time_base).value_or(0));
}

void MediaFile::drop_video() {
  if (video_ != nullptr) video_->discard = AVDISCARD_ALL;
  video_ = nullptr;
}

void MediaFile::drop_audio() {
  if (audio_ != nullptr) audio_->discard = AVDISCARD_ALL;
  audio_ = nullptr;
}

std::optional<Time> MediaFile::duration() const {
  if (format_->duration <= 0) return std::nullopt;
  return to_time(format_->duration, av_time_base);
}

AVRational MediaFile::frame_rate() const {
  if (video_ == nullptr) return {0, 1};
  return av_guess_frame_rate(format_.get(), video_, nullptr);
}

/// AVI's header counts pictures that are only shown again, too, which have no data: its index has the others. A file
/// that was cut short has lost its index.
std::int64_t MediaFile::frames_of(const AVStream& stream) const {
  AVStream* indexed = format_->streams[stream.index];
  const int entries = avformat_index_get_entries_count(indexed);
  if (entries == 0 || std::string_view(format_->iformat->name) != "avi") return stream.nb_frames;
  const std::int64_t last = avformat_index_get_entry(indexed, entries - 1)->timestamp;  // counted in frames
  const bool is_whole = last + 2 >= stream.nb_frames;  // some headers count one too many
  return is_whole ? entries : stream.nb_frames;
}

sessions::StreamHeader MediaFile::describe(const AVStream& stream) const {
  const AVCodecParameters& codec = *stream.codecpar;
  sessions::StreamHeader header;
  header.index = stream.index;
  header.type = type_name(stream);
  header.codec = avcodec_get_name(codec.codec_id);
  header.profile = text_of(avcodec_profile_name(codec.codec_id, codec.profile));
  header.time_base = rational(stream.time_base);
  header.played = &stream == video_ || &stream == audio_;
  header.attached_picture = (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
  if (stream.nb_frames > 0) header.frames = frames_of(stream);
  header.start = to_time(stream.start_time, stream.time_base);
  if (stream.duration > 0) header.duration = to_time(stream.duration, stream.time_base);
  if (codec.codec_type == AVMEDIA_TYPE_VIDEO) {
    header.width = codec.width;
    header.height = codec.height;
    header.pixel_format = text_of(av_get_pix_fmt_name(static_cast<AVPixelFormat>(codec.format)));
    header.frame_rate = rational(av_guess_frame_rate(format_.get(), const_cast<AVStream*>(&stream), nullptr));
  } else if (codec.codec_type == AVMEDIA_TYPE_AUDIO) {
    header.sample_rate = codec.sample_rate;
    header.channels = codec.ch_layout.nb_channels;
    header.sample_format = text_of(av_get_sample_fmt_name(static_cast<AVSampleFormat>(codec.format)));
  }
  return header;
}

sessions::SampleHeader MediaFile::describe() const {
  sessions::SampleHeader header;
  header.container = text_of(format_->iformat->name);
  header.start = to_time(format_->start_time, av_time_base);
  header.duration = duration();
  header.duration_estimated = duration_estimated();
  for (unsigned i = 0; i < format_->nb_streams; ++i) header.streams.push_back(describe(*format_->streams[i]));
  return header;
}

}  // namespace fatespec::player
