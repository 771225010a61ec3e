#include "checks/frame_report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/text.hpp"

namespace fatespec::checks {
namespace {

/// Takes the next field of a line: what stands before a comma.
std::string_view take_field(std::string_view& line) {
  const std::size_t comma = line.find(',');
  const std::string_view field = base::trim(line.substr(0, comma));
  line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  return field;
}

bool take_number(std::string_view& line, std::int64_t& number) {
  const std::string_view field = take_field(line);
  if (field == "NOPTS") {
    number = no_frame_time;
    return true;
  }
  const auto [end, code] = std::from_chars(field.data(), field.data() + field.size(), number);
  return code == std::errc() && end == field.data() + field.size();
}

/// "#tb 0: 1/25"
void read_header_line(std::string_view line, FrameReport& report) {
  line.remove_prefix(1);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view key = base::trim(line.substr(0, colon));
  const std::string_view value = base::trim(line.substr(colon + 1));
  report.header[key] = value;
  const std::size_t space = key.find(' ');
  const auto index = space == std::string_view::npos ? std::nullopt : base::parse_integer(key.substr(space + 1));
  if (!index || *index < 0 || *index > std::numeric_limits<int>::max()) return;
  FrameStream& stream = report.streams[static_cast<int>(*index)];
  if (key.starts_with("media_type ")) stream.media_type = value;
  if (!key.starts_with("tb ")) return;
  const std::size_t slash = value.find('/');
  const auto num = base::parse_integer(value.substr(0, slash));
  const auto den = slash == std::string_view::npos ? std::nullopt : base::parse_integer(value.substr(slash + 1));
  if (num && den && *den > 0) stream.tb_num = *num, stream.tb_den = *den;
}

bool read_packet(std::string_view line, FrameReport& report) {
  std::int64_t index = 0;
  FramePacket packet;
  if (!take_number(line, index) || !take_number(line, packet.dts) || !take_number(line, packet.pts) ||
      !take_number(line, packet.duration) || !take_number(line, packet.size))
    return false;
  packet.checksum = base::trim(line);
  if (packet.checksum.empty() || index < 0 || index > std::numeric_limits<int>::max()) return false;
  report.streams[static_cast<int>(index)].packets.push_back(packet);
  return true;
}

}  // namespace

bool looks_like_frame_report(std::string_view text) {
  constexpr std::array<std::string_view, 6> beginnings = {
      "#tb ", "#format: frame", "#software: ", "#extradata ", "#media_type ", "#version: "};
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view one) { return text.starts_with(one); });
}

std::optional<FrameReport> read_frame_report(std::string_view text) {
  if (!looks_like_frame_report(text)) return std::nullopt;
  FrameReport report;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::string_view line = base::trim(text.substr(0, newline));
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    if (line.empty()) continue;
    if (line.front() == '#') read_header_line(line, report);
    else if (!read_packet(line, report)) return std::nullopt;
  }
  return report;
}

}  // namespace fatespec::checks
