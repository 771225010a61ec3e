#include "checks/frame_alignment.hpp"

#include <algorithm>
#include <string_view>

#include "base/anchors.hpp"

namespace fatespec::checks {
namespace {

using Packets = std::vector<FramePacket>;

/// Pairs frames by their contents, so that one that is missing says nothing of those behind it.
class Aligner {
 public:
  Aligner(const Packets& expected, const Packets& actual) : expected_(expected), actual_(actual) {
    trim({0, expected.size(), 0, actual.size()}, [this](const Range& middle) { split(middle); });
  }
  FramePairing take() { return std::move(pairing_); }

 private:
  struct Range {
    std::size_t expected;
    std::size_t expected_end;
    std::size_t actual;
    std::size_t actual_end;
  };

  bool are_equal(std::size_t i, std::size_t j) const { return expected_[i].checksum == actual_[j].checksum; }

  void pair_up(std::size_t count, std::size_t expected, std::size_t actual) {
    for (std::size_t i = 0; i < count; ++i) pairing_.pairs.emplace_back(expected + i, actual + i);
  }

  /// Pairs what is equal at the beginning; returns the rest.
  Range after_equal_head(Range range) {
    while (range.expected < range.expected_end && range.actual < range.actual_end &&
           are_equal(range.expected, range.actual))
      pairing_.pairs.emplace_back(range.expected++, range.actual++);
    return range;
  }

  std::size_t equal_tail(const Range& range) const {
    const std::size_t most = std::min(range.expected_end - range.expected, range.actual_end - range.actual);
    std::size_t count = 0;
    while (count < most && are_equal(range.expected_end - 1 - count, range.actual_end - 1 - count)) ++count;
    return count;
  }

  /// Equal frames in a row.
  struct Runs {
    std::vector<std::string_view> checksums;
    std::vector<std::size_t> begins;  ///< and, behind them all, the end
    std::size_t length(std::size_t run) const { return begins[run + 1] - begins[run]; }
  };

  static Runs runs_of(const Packets& packets, std::size_t begin, std::size_t end) {
    Runs runs;
    for (std::size_t i = begin; i < end; ++i) {
      if (i > begin && packets[i].checksum == packets[i - 1].checksum) continue;
      runs.checksums.push_back(packets[i].checksum);
      runs.begins.push_back(i);
    }
    runs.begins.push_back(end);
    return runs;
  }

  /// Pairs what is equal at the beginning and at the end; `rest` pairs what lies between.
  template <class Rest>
  void trim(const Range& range, Rest rest) {
    Range middle = after_equal_head(range);
    const std::size_t tail = equal_tail(middle);
    middle.expected_end -= tail;
    middle.actual_end -= tail;
    rest(middle);
    pair_up(tail, middle.expected_end, middle.actual_end);
  }

  /// Frames that are there once in each are the same ones; so are rows of equal ones, of which some may be missing.
  void split(const Range& range) {
    const auto leave = [this](const Range& rest) { leave_hole(rest); };
    const Runs expected = runs_of(expected_, range.expected, range.expected_end);
    const Runs actual = runs_of(actual_, range.actual, range.actual_end);
    Range gap = range;
    for (const auto& [i, j] : base::anchors(expected.checksums, actual.checksums)) {
      gap.expected_end = expected.begins[i];
      gap.actual_end = actual.begins[j];
      trim(gap, leave);
      gap.expected = expected.begins[i + 1];
      gap.actual = actual.begins[j + 1];
      const std::size_t both = std::min(expected.length(i), actual.length(j));
      pair_up(both, gap.expected_end, gap.actual_end);
      leave_hole({gap.expected_end + both, gap.expected, gap.actual_end + both, gap.actual});
    }
    gap.expected_end = range.expected_end;
    gap.actual_end = range.actual_end;
    trim(gap, leave);
  }

  /// As many as both have there have changed; the others are missing, or too many.
  void leave_hole(const Range& range) {
    const std::size_t expected = range.expected_end - range.expected;
    const std::size_t actual = range.actual_end - range.actual;
    const std::size_t changed = std::min(expected, actual);
    pair_up(changed, range.expected, range.actual);
    if (expected == actual) return;
    const FrameHole hole{range.expected + changed, range.actual + changed, expected - changed, actual - changed};
    FrameHole* last = pairing_.holes.empty() ? nullptr : &pairing_.holes.back();
    const bool is_one =
        last != nullptr && last->expected + last->missing == hole.expected && last->actual + last->added == hole.actual;
    if (is_one) last->missing += hole.missing, last->added += hole.added;
    else pairing_.holes.push_back(hole);
  }

  const Packets& expected_;
  const Packets& actual_;
  FramePairing pairing_;
};

/// How many frames have changed, or are in one only.
std::size_t unlike(const FramePairing& pairing, const Packets& expected, const Packets& actual) {
  auto count =
      static_cast<std::size_t>(std::count_if(pairing.pairs.begin(), pairing.pairs.end(), [&](const auto& pair) {
        return expected[pair.first].checksum != actual[pair.second].checksum;
      }));
  for (const auto& hole : pairing.holes) count += hole.missing + hole.added;
  return count;
}

}  // namespace

FramePairing one_after_another(std::size_t count) {
  FramePairing pairing;
  for (std::size_t i = 0; i < count; ++i) pairing.pairs.emplace_back(i, i);
  return pairing;
}

FramePairing pair_frames(const Packets& expected, const Packets& actual) {
  FramePairing aligned = Aligner(expected, actual).take();
  if (expected.size() != actual.size()) return aligned;
  FramePairing in_order = one_after_another(expected.size());
  return unlike(aligned, expected, actual) < unlike(in_order, expected, actual) ? aligned : in_order;
}

}  // namespace fatespec::checks
