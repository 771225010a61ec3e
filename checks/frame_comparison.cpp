#include "checks/frame_comparison.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "checks/frame_alignment.hpp"

namespace fatespec::checks {
namespace {

std::string time_text(std::int64_t time) { return time == no_frame_time ? "none" : fmt::format("{}", time); }

/// One stream of both reports.
class StreamComparison {
 public:
  StreamComparison(int index, const FrameStream& expected, const FrameStream& actual, bool several)
      : index_(index), expected_(expected), actual_(actual), pairing_(pair_frames(expected.packets, actual.packets)) {
    const std::string& type = expected.media_type.empty() ? actual.media_type : expected.media_type;
    name_ = type.empty() ? "packet" : type + " frame";
    if (several) prefix_ = fmt::format("stream {}: ", index);
    find_other_order();
    count();
    find_swap();
  }

  /// What differs, the most telling first.
  std::vector<std::string> differences() const {
    std::vector<std::string> found;
    if (in_holes(&FrameHole::missing) > 0) found.push_back(holes(&FrameHole::missing, "missing"));
    if (in_holes(&FrameHole::added) > 0) found.push_back(holes(&FrameHole::added, "too many"));
    if (!swapped_.empty()) found.push_back(swapped_);
    if (differing_ > 0) found.push_back(contents());
    if (sizes_ > 0) found.push_back(sizes());
    const std::string times = timestamps();
    if (!times.empty()) found.push_back(times);
    else if (differing_ > 0) found.front() += "; timestamps equal";
    for (auto& one : found) one.insert(0, prefix_);
    return found;
  }

  /// Of what kind the first of the differences is, if there are any.
  FrameChange change() const {
    if (in_holes(&FrameHole::missing) > 0) return FrameChange::missing;
    if (in_holes(&FrameHole::added) > 0) return FrameChange::too_many;
    if (!swapped_.empty()) return FrameChange::swapped;
    if (differing_ == 0) return sizes_ > 0 ? FrameChange::sizes : FrameChange::timestamps;
    if (differing_ == expected_.packets.size()) return FrameChange::all;
    return differing_ == 1 ? FrameChange::one : FrameChange::some;
  }
  bool same_sizes() const { return differing_ > 0 && differing_sizes_ == 0; }

  /// The first that is there in one only, or in both and not the same.
  std::optional<FirstFrames> first() const {
    const auto pair = std::find_if(pairing_.pairs.begin(), pairing_.pairs.end(), [&](const auto& one) {
      return expected_.packets[one.first].checksum != actual_.packets[one.second].checksum;
    });
    const bool is_paired = pair != pairing_.pairs.end();
    if (pairing_.holes.empty() || (is_paired && pair->first < pairing_.holes.front().expected))
      return is_paired ? std::optional(FirstFrames{index_, pair->first, pair->second}) : std::nullopt;
    const FrameHole& hole = pairing_.holes.front();
    if (hole.missing > 0) return FirstFrames{index_, hole.expected, std::nullopt};
    return FirstFrames{index_, std::nullopt, hole.actual};
  }

 private:
  void count() {
    for (std::size_t n = 0; n < pairing_.pairs.size(); ++n) {
      const auto [i, j] = pairing_.pairs[n];
      const FramePacket& e = expected_.packets[i];
      const FramePacket& a = actual_.packets[j];
      if (e.checksum != a.checksum) {
        if (differing_++ == 0) first_differing_ = i;
        last_differing_ = i;
        if (e.size != a.size) ++differing_sizes_;
      } else if (e.size != a.size && sizes_++ == 0) {
        first_size_ = n;
      }
    }
  }

  /// Where all frames are there, in another order, none is missing and none has changed.
  void find_other_order() {
    const auto sorted = [](const FrameStream& stream) {
      std::vector<std::string_view> checksums;
      for (const auto& packet : stream.packets) checksums.push_back(packet.checksum);
      std::sort(checksums.begin(), checksums.end());
      return checksums;
    };
    if (expected_.packets.size() != actual_.packets.size() || sorted(expected_) != sorted(actual_)) return;
    std::size_t in_place = 0;
    for (const auto& [i, j] : pairing_.pairs)
      if (expected_.packets[i].checksum == actual_.packets[j].checksum) ++in_place;
    const std::size_t moved = expected_.packets.size() - in_place;
    const bool is_swap = moved == 2 && pairing_.holes.empty();
    if (moved == 0 || is_swap) return;
    pairing_ = one_after_another(expected_.packets.size());
    const auto first = std::find_if(pairing_.pairs.begin(), pairing_.pairs.end(), [&](const auto& pair) {
      return expected_.packets[pair.first].checksum != actual_.packets[pair.second].checksum;
    });
    swapped_ = fmt::format("{} of {} {} {} in another place, the first difference is at {}", moved,
                           expected_.packets.size(), frames(2), moved == 1 ? "is" : "are", frame(first->first));
  }

  /// Two frames that have changed places say more than two frames that differ.
  void find_swap() {
    if (!swapped_.empty()) {
      differing_ = 0;
      return;
    }
    if (differing_ != 2 || !pairing_.holes.empty()) return;
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
    if (stream.tb_num <= 0 || time == no_frame_time) return "";
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
    const auto [i, j] = pairing_.pairs[first_size_];
    return fmt::format("sizes only: {} differs first ({} bytes, expected {}), {} of {}", frame(i),
                       actual_.packets[j].size, expected_.packets[i].size, sizes_, expected_.packets.size());
  }

  using Part = std::size_t FrameHole::*;

  std::size_t in_holes(Part part) const {
    std::size_t count = 0;
    for (const auto& hole : pairing_.holes) count += hole.*part;
    return count;
  }

  std::string holes(Part part, const char* what) const {
    const std::size_t count = in_holes(part);
    const FrameHole* first = nullptr;
    std::size_t places = 0;
    for (const auto& hole : pairing_.holes)
      if (hole.*part > 0 && places++ == 0) first = &hole;
    std::string text = fmt::format("{} {} {} ", count, frames(count), what);
    if (places > 1) text += fmt::format("in {} places, first ", places);
    text += place_of(first->expected);
    if (expected_.packets.size() != actual_.packets.size())
      text += fmt::format(" ({}, expected {})", actual_.packets.size(), expected_.packets.size());
    return text;
  }

  std::string place_of(std::size_t hole) const {
    if (hole == 0) return "at the beginning";
    return (hole >= expected_.packets.size() ? "at the end, after " : "after ") + frame(hole - 1);
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
    const bool alone = differing_ == 0 && sizes_ == 0 && pairing_.holes.empty() && swapped_.empty();
    return (alone ? "timestamps only: " : "") + text;
  }

  std::string field_text(const char* label, std::int64_t FramePacket::*field) const {
    std::size_t count = 0;
    std::size_t first = 0;
    std::optional<std::int64_t> shift;
    bool constant = true;
    for (std::size_t n = 0; n < pairing_.pairs.size(); ++n) {
      const std::int64_t e = expected_.packets[pairing_.pairs[n].first].*field;
      const std::int64_t a = actual_.packets[pairing_.pairs[n].second].*field;
      // Differences of any two numbers, without overflow.
      const auto delta = static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(e));
      if (e == a) {
        constant = constant && count == 0;
        continue;
      }
      if (count++ == 0) first = n, shift = delta;
      constant = constant && delta == *shift && e != no_frame_time && a != no_frame_time;
    }
    if (count == 0) return "";
    const auto [i, j] = pairing_.pairs[first];
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
  FramePairing pairing_;
  std::size_t differing_ = 0;
  std::size_t differing_sizes_ = 0;
  std::size_t first_differing_ = 0;
  std::size_t last_differing_ = 0;
  std::size_t sizes_ = 0;
  std::size_t first_size_ = 0;
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
