#include "checks/frame_report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::checks {
namespace {

constexpr std::int64_t no_time = std::numeric_limits<std::int64_t>::min();

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
    number = no_time;
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

std::string time_text(std::int64_t time) { return time == no_time ? "none" : fmt::format("{}", time); }

/// One stream of both reports.
class StreamComparison {
 public:
  StreamComparison(int index, const FrameStream& expected, const FrameStream& actual, bool several)
      : index_(index), expected_(expected), actual_(actual) {
    const std::string& type = expected.media_type.empty() ? actual.media_type : expected.media_type;
    name_ = type.empty() ? "packet" : type + " frame";
    if (several) prefix_ = fmt::format("stream {}: ", index);
  }

  /// What differs, the most telling first.
  std::vector<std::string> differences() {
    pair_up();
    std::vector<std::string> found;
    if (lines_missing_ > 0 || lines_added_ > 0) found.push_back(holes());
    if (!swapped_.empty()) found.push_back(swapped_);
    if (differing_ > 0) found.push_back(contents());
    if (sizes_ > 0) found.push_back(sizes());
    const std::string times = timestamps();
    if (!times.empty()) found.push_back(times);
    else if (differing_ > 0) found.front() += "; timestamps equal";
    for (auto& one : found) one.insert(0, prefix_);
    return found;
  }

  /// After differences(), if there are any: of what kind the first is.
  FrameChange change() const {
    if (lines_missing_ > 0) return FrameChange::missing;
    if (lines_added_ > 0) return FrameChange::too_many;
    if (!swapped_.empty()) return FrameChange::swapped;
    if (differing_ == 0) return sizes_ > 0 ? FrameChange::sizes : FrameChange::timestamps;
    if (differing_ == expected_.packets.size()) return FrameChange::all;
    return differing_ == 1 ? FrameChange::one : FrameChange::some;
  }
  bool same_sizes() const { return differing_ > 0 && differing_sizes_ == 0; }

  /// After differences(): the first that is there in one only, or in both and not the same.
  std::optional<FirstFrames> first() const {
    if (differing_ > 0 || !swapped_.empty()) {
      const auto pair = std::find_if(pairs_.begin(), pairs_.end(), [&](const auto& one) {
        return expected_.packets[one.first].checksum != actual_.packets[one.second].checksum;
      });
      return FirstFrames{index_, pair->first, pair->second};
    }
    if (lines_missing_ > 0) return FirstFrames{index_, hole_at_, std::nullopt};
    if (lines_added_ > 0) return FirstFrames{index_, std::nullopt, hole_at_};
    return std::nullopt;
  }

 private:
  using Packets = std::vector<FramePacket>;

  void pair_up() {
    const Packets& e = expected_.packets;
    const Packets& a = actual_.packets;
    if (e.size() == a.size()) {
      for (std::size_t i = 0; i < e.size(); ++i) pair(i, i);
      find_swap();
      return;
    }
    const std::size_t shorter = std::min(e.size(), a.size());
    std::size_t begin = 0;
    while (begin < shorter && e[begin].checksum == a[begin].checksum) ++begin;
    std::size_t end = 0;
    while (end < shorter - begin && e[e.size() - 1 - end].checksum == a[a.size() - 1 - end].checksum) ++end;
    const std::size_t middle_e = e.size() - begin - end;
    const std::size_t middle_a = a.size() - begin - end;
    const std::size_t changed = std::min(middle_e, middle_a);
    for (std::size_t i = 0; i < begin + changed; ++i) pair(i, i);
    for (std::size_t i = end; i > 0; --i) pair(e.size() - i, a.size() - i);
    lines_missing_ = middle_e - changed;
    lines_added_ = middle_a - changed;
    hole_at_ = begin + changed;
  }

  void pair(std::size_t i, std::size_t j) {
    const FramePacket& e = expected_.packets[i];
    const FramePacket& a = actual_.packets[j];
    if (e.checksum != a.checksum) {
      if (differing_++ == 0) first_differing_ = i;
      last_differing_ = i;
      if (e.size != a.size) ++differing_sizes_;
    } else if (e.size != a.size && sizes_++ == 0) {
      first_size_ = pairs_.size();
    }
    pairs_.emplace_back(i, j);
  }

  /// Two frames that have changed places say more than two frames that differ.
  void find_swap() {
    if (differing_ != 2) return;
    const std::size_t x = first_differing_;
    const std::size_t y = last_differing_;
    if (expected_.packets[x].checksum != actual_.packets[y].checksum ||
        expected_.packets[y].checksum != actual_.packets[x].checksum)
      return;
    swapped_ = fmt::format("{} and {} have changed places", frame(x), y);
    differing_ = 0;
  }

  /// "video frame 41 (pts 1640, 1.640 s)", by its place among the expected ones.
  std::string frame(std::size_t index) const {
    const std::int64_t pts = expected_.packets[index].pts;
    return fmt::format("{} {} (pts {}{})", name_, index, time_text(pts), seconds(expected_, pts));
  }

  std::string frames(std::size_t count) const { return count == 1 ? name_ : name_ + "s"; }

  static std::string seconds(const FrameStream& stream, std::int64_t time) {
    if (stream.tb_num <= 0 || time == no_time) return "";
    return fmt::format(", {:.3f} s", static_cast<double>(time) * static_cast<double>(stream.tb_num) /
                                         static_cast<double>(stream.tb_den));
  }

  std::string contents() const {
    const std::size_t count = expected_.packets.size();
    std::string text = fmt::format("{} differs first, ", frame(first_differing_));
    if (differing_ == count) text = fmt::format("all {} {} differ", count, frames(count));
    else if (differing_ == 1) text = fmt::format("{} alone differs of {}", frame(first_differing_), count);
    else text += fmt::format("{} of {} frames", differing_, count);
    if (differing_sizes_ == 0) text += "; sizes equal";
    return text;
  }

  std::string sizes() const {
    const auto [i, j] = pairs_[first_size_];
    return fmt::format("sizes only: {} differs first ({} bytes, expected {}), {} of {}", frame(i),
                       actual_.packets[j].size, expected_.packets[i].size, sizes_, expected_.packets.size());
  }

  std::string holes() const {
    const bool missing = lines_missing_ > 0;
    const std::size_t count = missing ? lines_missing_ : lines_added_;
    const std::string where = hole_at_ == 0 ? "at the beginning"
                              : hole_at_ >= expected_.packets.size()
                                  ? fmt::format("at the end, after {}", frame(expected_.packets.size() - 1))
                                  : fmt::format("after {}", frame(hole_at_ - 1));
    return fmt::format("{} {} {} {} ({}, expected {})", count, frames(count), missing ? "missing" : "too many", where,
                       actual_.packets.size(), expected_.packets.size());
  }

  std::string timestamps() const {
    constexpr std::array<std::pair<const char*, std::int64_t FramePacket::*>, 3> fields = {
        {{"pts", &FramePacket::pts}, {"dts", &FramePacket::dts}, {"duration", &FramePacket::duration}}};
    std::string text;
    for (const auto& [label, field] : fields) {
      const std::string one = field_text(label, field);
      if (!one.empty()) text += (text.empty() ? "" : "; ") + one;
    }
    if (text.empty()) return "";
    const bool alone = differing_ == 0 && sizes_ == 0 && lines_missing_ == 0 && lines_added_ == 0 && swapped_.empty();
    return (alone ? "timestamps only: " : "") + text;
  }

  std::string field_text(const char* label, std::int64_t FramePacket::*field) const {
    std::size_t count = 0;
    std::size_t first = 0;
    std::optional<std::int64_t> shift;
    bool constant = true;
    for (std::size_t n = 0; n < pairs_.size(); ++n) {
      const std::int64_t e = expected_.packets[pairs_[n].first].*field;
      const std::int64_t a = actual_.packets[pairs_[n].second].*field;
      // Differences of any two numbers, without overflow.
      const auto delta = static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(e));
      if (e == a) {
        constant = constant && count == 0;
        continue;
      }
      if (count++ == 0) first = n, shift = delta;
      constant = constant && delta == *shift && e != no_time && a != no_time;
    }
    if (count == 0) return "";
    const auto [i, j] = pairs_[first];
    if (constant && count > 1) return fmt::format("{} shifted by {:+} from {} on", label, *shift, frame(i));
    return fmt::format("{} of {} {} differ{}, first that of {}: {}, expected {}", label, count, frames(count),
                       count == 1 ? "s" : "", frame(i), time_text(actual_.packets[j].*field),
                       time_text(expected_.packets[i].*field));
  }

  int index_;
  const FrameStream& expected_;
  const FrameStream& actual_;
  std::string name_;    ///< of one of its packets
  std::string prefix_;  ///< which stream, if there are several
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;
  std::size_t differing_ = 0;
  std::size_t differing_sizes_ = 0;
  std::size_t first_differing_ = 0;
  std::size_t last_differing_ = 0;
  std::size_t sizes_ = 0;
  std::size_t first_size_ = 0;
  std::size_t lines_missing_ = 0;
  std::size_t lines_added_ = 0;
  std::size_t hole_at_ = 0;
  std::string swapped_;
};

std::vector<std::string> header_differences(const FrameReport& expected, const FrameReport& actual) {
  std::vector<std::string> found;
  for (const auto& [key, value] : expected.header) {
    const auto other = actual.header.find(key);
    if (other == actual.header.end()) found.push_back(fmt::format("header: `#{}: {}` is missing", key, value));
    else if (other->second != value)
      found.push_back(fmt::format("header: {} is {}, expected {}", key, other->second, value));
  }
  for (const auto& [key, value] : actual.header)
    if (!expected.header.contains(key)) found.push_back(fmt::format("header: `#{}: {}` is new", key, value));
  return found;
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

std::optional<FrameDifference> compare_frame_reports(const FrameReport& expected, const FrameReport& actual) {
  static const FrameStream none;
  FrameDifference difference;
  std::vector<std::string> found;
  const bool several = expected.streams.size() > 1 || actual.streams.size() > 1;
  std::map<int, std::pair<const FrameStream*, const FrameStream*>> streams;
  for (const auto& [index, stream] : expected.streams) streams[index] = {&stream, &none};
  for (const auto& [index, stream] : actual.streams)
    streams.try_emplace(index, &none, nullptr).first->second.second = &stream;
  for (const auto& [index, both] : streams) {
    StreamComparison comparison(index, *both.first, *both.second, several);
    auto one = comparison.differences();
    if (found.empty() && !one.empty()) {
      difference.change = comparison.change();
      difference.same_sizes = comparison.same_sizes();
    }
    if (!difference.first) difference.first = comparison.first();
    found.insert(found.end(), std::make_move_iterator(one.begin()), std::make_move_iterator(one.end()));
  }
  const auto header = header_differences(expected, actual);
  found.insert(found.end(), header.begin(), header.end());
  if (found.empty()) return std::nullopt;
  difference.summary = found.front();
  difference.further.assign(found.begin() + 1, found.end());
  return difference;
}

}  // namespace fatespec::checks
