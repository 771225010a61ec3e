#include "checks/frame_comparison.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace fatespec::checks {
namespace {

std::string time_text(std::int64_t time) { return time == no_frame_time ? "none" : fmt::format("{}", time); }

/// One stream of both reports.
class StreamComparison {
 public:
  StreamComparison(int index, const FrameStream& expected, const FrameStream& actual, bool several)
      : index_(index), expected_(expected), actual_(actual) {
    const std::string& type = expected.media_type.empty() ? actual.media_type : expected.media_type;
    name_ = type.empty() ? "packet" : type + " frame";
    if (several) prefix_ = fmt::format("stream {}: ", index);
    pair_up();
  }

  /// What differs, the most telling first.
  std::vector<std::string> differences() const {
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

  /// Of what kind the first of the differences is, if there are any.
  FrameChange change() const {
    if (lines_missing_ > 0) return FrameChange::missing;
    if (lines_added_ > 0) return FrameChange::too_many;
    if (!swapped_.empty()) return FrameChange::swapped;
    if (differing_ == 0) return sizes_ > 0 ? FrameChange::sizes : FrameChange::timestamps;
    if (differing_ == expected_.packets.size()) return FrameChange::all;
    return differing_ == 1 ? FrameChange::one : FrameChange::some;
  }
  bool same_sizes() const { return differing_ > 0 && differing_sizes_ == 0; }

  /// The first that is there in one only, or in both and not the same.
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
      constant = constant && delta == *shift && e != no_frame_time && a != no_frame_time;
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
