#include "sessions/recording_header.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "sessions/cbor_items.hpp"

namespace fatespec::sessions {
namespace {

using nlohmann::json;

constexpr std::string_view self_described = "\xd9\xd9\xf7";
constexpr std::size_t largest = std::size_t{1} << 20;
constexpr int deepest = 6;
constexpr std::int64_t farthest_time = std::int64_t{1} << 60U;  // 36 years of nanoseconds

json optional_number(const std::optional<std::int64_t>& number) { return number ? json(*number) : json(nullptr); }
json rational(const Rational& value) { return json::array({value.num, value.den}); }

json stream_json(const StreamHeader& stream) {
  json out = {{"index", stream.index},
              {"type", stream.type},
              {"codec", stream.codec},
              {"profile", stream.profile},
              {"time_base", rational(stream.time_base)},
              {"played", stream.played},
              {"frames", optional_number(stream.frames)},
              {"start", optional_number(stream.start)},
              {"duration", optional_number(stream.duration)}};
  if (stream.type == "video") {
    out["width"] = stream.width;
    out["height"] = stream.height;
    out["pixel_format"] = stream.pixel_format;
    out["frame_rate"] = rational(stream.frame_rate);
    out["attached_picture"] = stream.attached_picture;
  } else if (stream.type == "audio") {
    out["sample_rate"] = stream.sample_rate;
    out["channels"] = stream.channels;
    out["sample_format"] = stream.sample_format;
  }
  return out;
}

/// Reads members of a map that a stranger wrote: what is missing or of another type keeps its default.
class Members {
 public:
  explicit Members(const json& map) : map_(map) {}

  void read(const char* name, std::string& into) const {
    if (const json* value = find(name); value && value->is_string()) into = base::to_utf8(value->get<std::string>());
  }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  void read(const char* name, Number& into) const {
    const json* value = find(name);
    if (value && (std::is_same_v<Number, bool> ? value->is_boolean() : value->is_number_integer()))
      into = value->get<Number>();
  }
  void read(const char* name, std::optional<std::int64_t>& into) const {
    const json* value = find(name);
    if (!value || !value->is_number_integer()) return;
    const auto number = value->get<std::int64_t>();
    if (number > -farthest_time && number < farthest_time) into = number;
  }
  void read(const char* name, Rational& into) const {
    const json* value = find(name);
    if (!value || !value->is_array() || value->size() != 2) return;
    if ((*value)[0].is_number_integer() && (*value)[1].is_number_integer()) into = {(*value)[0], (*value)[1]};
  }
  const json* find(const char* name) const {
    const auto found = map_.find(name);
    return found == map_.end() ? nullptr : &*found;
  }

 private:
  const json& map_;
};

StreamHeader stream_of(const json& map) {
  StreamHeader stream;
  const Members members(map);
  members.read("index", stream.index);
  members.read("type", stream.type);
  members.read("codec", stream.codec);
  members.read("profile", stream.profile);
  members.read("time_base", stream.time_base);
  members.read("played", stream.played);
  members.read("frames", stream.frames);
  members.read("start", stream.start);
  members.read("duration", stream.duration);
  members.read("width", stream.width);
  members.read("height", stream.height);
  members.read("pixel_format", stream.pixel_format);
  members.read("frame_rate", stream.frame_rate);
  members.read("attached_picture", stream.attached_picture);
  members.read("sample_rate", stream.sample_rate);
  members.read("channels", stream.channels);
  members.read("sample_format", stream.sample_format);
  return stream;
}

SampleHeader sample_of(const json& map) {
  SampleHeader sample;
  const Members members(map);
  members.read("name", sample.name);
  members.read("size", sample.size);
  members.read("sha256", sample.sha256);
  members.read("container", sample.container);
  members.read("start", sample.start);
  members.read("duration", sample.duration);
  members.read("duration_estimated", sample.duration_estimated);
  const json* streams = members.find("streams");
  if (streams == nullptr || !streams->is_array()) return sample;
  for (const auto& stream : *streams)
    if (stream.is_object()) sample.streams.push_back(stream_of(stream));
  return sample;
}

RecordingHeader header_of(const json& map) {
  RecordingHeader header;
  const Members members(map);
  members.read("player", header.player);
  members.read("ffmpeg", header.ffmpeg);
  members.read("sdl", header.sdl);
  members.read("video_driver", header.video_driver);
  members.read("audio_driver", header.audio_driver);
  members.read("host", header.host);
  members.read("clock", header.clock);
  members.read("started", header.started);
  members.read("options", header.options);
  members.read("problem", header.problem);
  if (const json* sample = members.find("sample"); sample != nullptr && sample->is_object())
    header.sample = sample_of(*sample);
  return header;
}

base::Error not_ours(std::string message) { return {base::ErrorKind::invalid, std::move(message)}; }

}  // namespace

std::string encode_header(const RecordingHeader& header) {
  const SampleHeader& sample = header.sample;
  json streams = json::array();
  for (const auto& stream : sample.streams) streams.push_back(stream_json(stream));
  const json map = {{"fatespec_recording", RecordingHeader::version},
                    {"player", header.player},
                    {"ffmpeg", header.ffmpeg},
                    {"sdl", header.sdl},
                    {"video_driver", header.video_driver},
                    {"audio_driver", header.audio_driver},
                    {"host", header.host},
                    {"clock", header.clock},
                    {"started", header.started},
                    {"options", header.options},
                    {"problem", header.problem},
                    {"sample",
                     {{"name", sample.name},
                      {"size", sample.size},
                      {"sha256", sample.sha256},
                      {"container", sample.container},
                      {"start", optional_number(sample.start)},
                      {"duration", optional_number(sample.duration)},
                      {"duration_estimated", sample.duration_estimated},
                      {"streams", std::move(streams)}}}};
  std::string bytes(self_described);
  json::to_cbor(map, bytes);
  return bytes;
}

base::Result<RecordingHeader> decode_header(std::string_view bytes, std::size_t& size) {
  if (!bytes.starts_with(self_described)) return not_ours("this is no recording of fatespec's player");
  const CborReader reader(bytes.substr(0, largest), self_described.size());
  size = reader.end_of_item(deepest);
  if (size == 0) return not_ours("the recording's header is damaged or cut");
  const std::string_view body = bytes.substr(self_described.size(), size - self_described.size());
  const json map = json::from_cbor(body.begin(), body.end(), true, false);
  if (!map.is_object()) return not_ours("the recording's header is damaged");
  std::int64_t version = 0;
  Members(map).read("fatespec_recording", version);
  if (version != RecordingHeader::version)
    return not_ours("the recording has format version " + std::to_string(version) + "; this fatespec reads version " +
                    std::to_string(RecordingHeader::version));
  return header_of(map);
}

}  // namespace fatespec::sessions
