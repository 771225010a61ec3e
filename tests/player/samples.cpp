#include "tests/player/samples.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

const std::string video = "-f lavfi -i testsrc=size=320x240:rate=25:duration=2 ";
const std::string audio = "-f lavfi -i sine=frequency=440:sample_rate=44100:duration=2 ";
const std::string h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p ";

/// What ffmpeg is told, before the name of the file.
const std::map<std::string, std::string>& recipes() {
  static const std::map<std::string, std::string> all = {
      {"h264_aac.mp4", video + audio + h264 + "-c:a aac -movflags +faststart"},
      {"vp8_vorbis.webm", video + audio + "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 300k -c:a libvorbis"},
      {"vp9_opus.webm", video + audio + "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"},
      {"h264_flac.mkv", video + audio + h264 + "-c:a flac"},
      {"theora_vorbis.ogv", video + audio + "-c:v libtheora -c:a libvorbis"},
      {"flv1_mp3.flv", video + audio + "-c:v flv -c:a libmp3lame"},
      {"mjpeg_pcm.avi", video + audio + "-c:v mjpeg -c:a pcm_s16le"},
      {"audio_only.wav", audio + "-c:a pcm_s16le"},
      {"audio_only.ogg", audio + "-c:a libvorbis"},
      {"video_only.mp4", video + h264},
      {"vfr.mp4", video + h264 + "-vf select='not(mod(n\\,3))+eq(mod(n\\,7)\\,1)' -fps_mode vfr"},
      {"late.mkv", video + audio + h264 + "-c:a aac -output_ts_offset 5"},
      {"ten_bit.mkv", video + "-c:v ffv1 -pix_fmt yuv422p10le"},
      {"rgb.avi", video + "-c:v rawvideo -pix_fmt bgr24 -s 64x48"},
      {"six_channels.wav", "-f lavfi -i anoisesrc=duration=1:amplitude=0.1:seed=1 -ac 6 -ar 48000 -c:a pcm_s24le"},
      {"long.mp4",
       "-f lavfi -i testsrc=size=160x120:rate=25:duration=30 -f lavfi -i sine=duration=30 " + h264 + "-g 50 -c:a aac"},
      {"colours.mkv", "-f lavfi -i color=c=0x2040c0:size=320x240:rate=25:duration=20 -c:v ffv1 -pix_fmt yuv420p"},
      {"reordered.ts",
       "-f lavfi -i testsrc=size=64x48:rate=10:duration=20 -f lavfi -i sine=duration=20 -c:v libx264 "
       "-pix_fmt yuv420p -g 50 -c:a aac"},
      {"reordered.avi", video + "-c:v mpeg4 -bf 2 -g 100"},
      {"gaps.avi", video + "-vf select='not(between(n\\,20\\,29))' -fps_mode vfr -c:v mpeg4"},
      {"picture.png", "-f lavfi -i testsrc=size=64x48:duration=0.04 -frames:v 1"},
  };
  return all;
}

void must(const std::string& command, const std::string& directory) {
  const ProgramResult made = shell("ffmpeg -nostdin -v error -y " + command, directory);
  if (made.status != 0) throw std::runtime_error("ffmpeg " + command + ": " + made.err);
}

void copy_part(const std::string& from, const std::string& to, double part) {
  const std::string bytes = read_file(from);
  std::ofstream(to, std::ios::binary) << bytes.substr(
      0, static_cast<std::size_t>(static_cast<double>(bytes.size()) * part));
}

/// Made of other samples, or of bytes.
void make_special(const std::string& name, const std::string& directory) {
  const std::string path = directory + "/" + name;
  if (name == "zero_bytes.mp4") std::ofstream(path, std::ios::binary).flush();
  else if (name == "text.mp4") std::ofstream(path) << std::string(5000, 'a');
  else if (name == "pipe.wav") must(audio + "-f wav - >" + name, directory);
  else if (name == "truncated.mkv") copy_part(sample("h264_flac.mkv"), path, 0.4);
  else if (name == "truncated_start_moov.mp4") copy_part(sample("h264_aac.mp4"), path, 0.5);
  else if (name == "no_moov.mp4") {
    must(video + h264 + "whole.mp4", directory);
    copy_part(directory + "/whole.mp4", path, 0.9);
  } else if (name == "corrupt.avi") {
    std::string bytes = read_file(sample("mjpeg_pcm.avi"));
    for (std::size_t i = bytes.size() / 4; i < bytes.size() / 2; i += 50) bytes[i] = static_cast<char>(bytes[i] ^ 0x5a);
    std::ofstream(path, std::ios::binary) << bytes;
  } else if (name == "turned.mp4") {
    // FFmpeg 6 gave the option another name: of the two commands one fails, whichever version it is.
    must("-stream_loop 9 -i " + sample("video_only.mp4") + " -c copy -metadata:s:v rotate=90 " + name +
             "; ffmpeg -nostdin -v quiet -y " + "-stream_loop 9 -display_rotation 270 -i " + sample("video_only.mp4") +
             " -c copy " + name + " || true",
         directory);
  } else if (name == "cover.mp3") {
    must(audio + "-i " + sample("picture.png") +
             " -map 0 -map 1 -c:a libmp3lame -c:v copy -disposition:v attached_pic " + name,
         directory);
  } else if (name == "changes.ts") {
    // Size, rate and channels change in mid-stream.
    must(video + audio + h264 + "-c:a aac -f mpegts first.ts", directory);
    must("-f lavfi -i testsrc=size=160x128:rate=25:duration=2 -f lavfi -i sine=sample_rate=22050:duration=2 " + h264 +
             "-c:a aac -ac 2 -output_ts_offset 2 -f mpegts second.ts",
         directory);
    std::ofstream(path, std::ios::binary) << read_file(directory + "/first.ts") << read_file(directory + "/second.ts");
  } else {
    throw std::runtime_error("there is no recipe for the sample " + name);
  }
}

}  // namespace

const std::string& sample_directory() {
  static const TemporaryDirectory directory;
  static const std::string path = directory.path().string();
  return path;
}

std::string sample(const std::string& name) {
  const std::string path = sample_directory() + "/" + name;
  if (std::filesystem::exists(path)) return path;
  const auto recipe = recipes().find(name);
  if (recipe == recipes().end()) make_special(name, sample_directory());
  else must(recipe->second + " " + name, sample_directory());
  return path;
}

}  // namespace fatespec::test
