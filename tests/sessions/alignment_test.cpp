#include "sessions/alignment.hpp"

#include <gtest/gtest.h>

#include "tests/sessions/pickled.hpp"

namespace fatespec::sessions {
namespace {

// A classic play of ten frames, 40 ms each; `change` is Python that edits the list `e`.
Recording play(const std::string& change = "pass") {
  auto recording =
      Recording::of_bytes(test::pickled_by("e = [('version', 1.1), ('mp.im', 'x'), ('p.P._sp', 0.0)]\n"
                                           "for i in range(10):\n"
                                           "  t = i * 0.04\n"
                                           "  e += [('p.P.ut.1.0', 0.04, t, t, t), ('p.P.ut.1.6', t), "
                                           "('p.P.ut.1.9', 0.03, t + 0.04)]\n"
                                           "e += [('p.P.oe',)]\n" +
                                           change + "\n"));
  EXPECT_TRUE(recording) << recording.error().message;
  return std::move(*recording);
}

TEST(Alignment, APlayAndItselfDoNotPart) {
  const auto alignment = align("a", play(), "b", play());
  EXPECT_EQ(alignment.common, 11U);
  EXPECT_FALSE(alignment.parting);
  EXPECT_EQ(alignment.median_shift, 0);
  EXPECT_EQ(alignment_text(alignment),
            "11 events in both, 0 only in a, 0 only in b\n"
            "what both have comes in b later by 0.000 ms (median), 95 % within 0.000 ms of that\n"
            "they do not part\n");
}

TEST(Alignment, TimesDoNotMatterButAreTold) {
  const auto late = play("e = [(*t[:-1], t[-1] + 0.5) if t[0] == 'p.P.ut.1.0' else t for t in e]");
  const auto alignment = align("a", play(), "b", late);
  EXPECT_FALSE(alignment.parting);
  EXPECT_NEAR(alignment.median_shift, 0.5, 1e-9);
  EXPECT_NEAR(alignment.p95_shift, 0, 1e-9);
}

TEST(Alignment, AFrameThatIsDroppedIsWhereTheyPart) {
  // The seventh frame (0.24 s) is too old in the second.
  const auto dropped = play("i = e.index(('p.P.ut.1.6', 0.24)); e[i] = ('p.P.ut.1.5', 0.24)");
  const auto alignment = align("before", play(), "after", dropped);
  EXPECT_EQ(alignment.common, 10U);
  ASSERT_TRUE(alignment.parting);
  EXPECT_EQ(alignment.parting->text,
            "they part at 0.240 s of the sample: only before has: Current video frame, video_time: 0.24");
  EXPECT_NEAR(alignment.parting->wall_a, 0.24, 1e-6);
  ASSERT_EQ(alignment.lone.size(), 2U);
  EXPECT_EQ(alignment.lone[0].in_second, false);
  EXPECT_EQ(alignment.lone[1].text, "Discard video frame too old, video_time: 0.24");
}

TEST(Alignment, WhatFollowsAHoleIsMatchedAgain) {
  const auto without = play("e = [t for t in e if t[0] != 'p.P.ut.1.6' or not 0.1 < t[1] < 0.21]");
  const auto alignment = align("a", play(), "b", without);
  EXPECT_EQ(alignment.common, 8U);
  EXPECT_EQ(alignment.only_first, 3U);
  ASSERT_EQ(alignment.lone.size(), 1U);  // neighbours of one kind are told together
  EXPECT_EQ(alignment.lone[0].count, 3U);
}

TEST(Alignment, NothingInCommonIsNoTrouble) {
  const auto other = play("e = [(t[0], t[1] + 100) if t[0] == 'p.P.ut.1.6' else t for t in e]");
  const auto alignment = align("a", play(), "b", other);
  EXPECT_EQ(alignment.common, 1U);  // the end
  EXPECT_EQ(alignment.only_first, 10U);
  EXPECT_EQ(alignment.only_second, 10U);
}

}  // namespace
}  // namespace fatespec::sessions
