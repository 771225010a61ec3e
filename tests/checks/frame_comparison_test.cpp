#include "checks/frame_comparison.hpp"
#include "checks/frame_report.hpp"

#include <gtest/gtest.h>

#include <functional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "tests/support/support.hpp"

namespace fatespec::checks {
namespace {

/// Ten video frames and their header, as framecrc writes them; `change` edits a line's numbers.
struct Line {
  std::int64_t dts = 0;
  std::int64_t pts = 0;
  std::int64_t duration = 1;
  std::int64_t size = 152064;
  std::string checksum;
};

using Change = std::function<void(std::vector<Line>&)>;

std::string report(
    const Change& change = [](auto&) {}, const std::string& header = "#dimensions 0: 352x288\n") {
  std::vector<Line> lines;
  for (int i = 0; i < 10; ++i) lines.push_back({i, i, 1, 152064, fmt::format("0x{:08x}", 0x10ecd80b + i * 7919)});
  change(lines);
  std::string text = "#tb 0: 1/25\n#media_type 0: video\n#codec_id 0: rawvideo\n" + header;
  for (const auto& line : lines)
    text +=
        fmt::format("0, {:10}, {:10}, {:8}, {:8}, {}\n", line.dts, line.pts, line.duration, line.size, line.checksum);
  return text;
}

std::vector<std::string> compare(const std::string& expected, const std::string& actual) {
  const auto e = read_frame_report(expected);
  const auto a = read_frame_report(actual);
  EXPECT_TRUE(e && a);
  const auto difference = compare_frame_reports(*e, *a);
  if (!difference) return {};
  std::vector<std::string> all = {difference->summary};
  all.insert(all.end(), difference->further.begin(), difference->further.end());
  return all;
}

std::vector<std::string> changed(const Change& change) { return compare(report(), report(change)); }
using Texts = std::vector<std::string>;

TEST(FrameComparison, SaysNothingOfEqualOnes) {
  EXPECT_EQ(changed([](auto&) {}), Texts());
  EXPECT_EQ(compare(report(), base::trim(report()).data()), Texts());  // nor of blanks at the end
}

TEST(FrameComparison, ASizeThatDiffersBehindAHoleIsThatOfTheSameFrame) {
  const auto texts = changed([](auto& lines) {
    lines.back().size = 7;
    lines.erase(lines.begin(), lines.begin() + 9);
  });
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_EQ(texts[0], "9 video frames missing at the beginning (1, expected 10)");
  EXPECT_EQ(texts[1], "sizes only: video frame 9 (pts 9, 0.360 s) differs first (7 bytes, expected 152064), 1 of 10");
}

TEST(FrameComparison, NamesTheFirstFrameThatDiffersAndHowMany) {
  EXPECT_EQ(changed([](auto& lines) { lines[4].checksum = "0x1"; }),
            Texts({"video frame 4 (pts 4, 0.160 s) alone differs of 10; sizes equal; timestamps equal"}));
  EXPECT_EQ(changed([](auto& lines) { lines[4].checksum = lines[7].checksum = lines[8].checksum = "0x1"; }),
            Texts({"video frame 4 (pts 4, 0.160 s) differs first, 3 of 10 frames; sizes equal; timestamps equal"}));
  EXPECT_EQ(changed([](auto& lines) {
              for (auto& line : lines) line.checksum += "1", line.size = 1;
            }),
            Texts({"all 10 video frames differ; timestamps equal"}));
}

TEST(FrameComparison, NamesFramesThatAreMissingOrTooMany) {
  EXPECT_EQ(changed([](auto& lines) { lines.erase(lines.begin() + 3); }),
            Texts({"1 video frame missing after video frame 2 (pts 2, 0.080 s) (9, expected 10)"}));
  EXPECT_EQ(changed([](auto& lines) { lines.resize(6); }),
            Texts({"4 video frames missing after video frame 5 (pts 5, 0.200 s) (6, expected 10)"}));
  EXPECT_EQ(changed([](auto& lines) {
              lines.insert(lines.begin(), {0, 0, 1, 9, "0xf"});
            })[0],
            "1 video frame too many at the beginning (11, expected 10)");
  EXPECT_EQ(changed([](auto& lines) {
              lines.push_back({10, 10, 1, 9, "0xf"});
            }),
            Texts({"1 video frame too many at the end, after video frame 9 (pts 9, 0.360 s) (11, expected 10)"}));
}

TEST(FrameComparison, AHoleSaysNothingOfTheFramesBehindIt) {
  EXPECT_EQ(changed([](auto& lines) {
              lines.erase(lines.begin() + 8);
              lines.erase(lines.begin() + 5);
              lines.erase(lines.begin() + 2);
            }),
            Texts({"3 video frames missing in 3 places, first after video frame 1 (pts 1, 0.040 s) (7, expected 10)"}));
  EXPECT_EQ(changed([](auto& lines) {
              lines.insert(lines.begin() + 7, lines[6]);
              lines.insert(lines.begin() + 3, lines[2]);
              lines[5].checksum = "0x1";
            }),
            Texts({"2 video frames too many in 2 places, first after video frame 2 (pts 2, 0.080 s) (12, expected 10); "
                   "timestamps equal",
                   "video frame 4 (pts 4, 0.160 s) alone differs of 10; sizes equal"}));
}

// As with `fps=20`, and with a picture that stands still.
TEST(FrameComparison, EveryFrameTwiceIsNoChangeOfAny) {
  const auto twice = changed([](auto& lines) {
    for (std::size_t i = 0; i < 20; i += 2) lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
  });
  ASSERT_FALSE(twice.empty());
  EXPECT_EQ(twice[0].substr(0, twice[0].find(';')),
            "10 video frames too many in 9 places, first after video frame 0 (pts 0, 0.000 s) (20, expected 10)");
  for (const auto& text : twice) EXPECT_EQ(text.find("differs first"), std::string::npos) << text;
}

TEST(FrameComparison, AnotherOrderIsNoLoss) {
  const auto pairs = changed([](auto& lines) {
    for (std::size_t i = 0; i < lines.size(); i += 2) std::swap(lines[i].checksum, lines[i + 1].checksum);
  });
  EXPECT_EQ(pairs, Texts({"5 of 10 video frames are in another place, the first difference is at video frame 0 (pts 0, "
                          "0.000 s)"}));
  const auto halves = changed([](auto& lines) {
    for (std::size_t i = 0; i < 5; ++i) std::swap(lines[i].checksum, lines[i + 5].checksum);
  });
  EXPECT_NE(halves.at(0).find("of 10 video frames are in another place, the first difference is at video frame 0"),
            std::string::npos)
      << halves.at(0);
  EXPECT_EQ(halves.size(), 1U);
  const auto moved = changed([](auto& lines) {
    std::rotate(lines.begin() + 2, lines.begin() + 3, lines.begin() + 9);
    for (std::size_t i = 0; i < lines.size(); ++i) lines[i].pts = lines[i].dts = static_cast<std::int64_t>(i);
  });
  EXPECT_EQ(moved, Texts({"1 of 10 video frames is in another place, the first difference is at video frame 2 (pts 2, "
                          "0.080 s)"}));
}

TEST(FrameComparison, AsManyFramesMayBeOthers) {
  const auto others = changed([](auto& lines) {
    for (std::size_t i = 2; i + 1 < lines.size(); ++i) lines[i].checksum = lines[i + 1].checksum;
    lines[9].checksum = "0x1";
  });
  ASSERT_EQ(others.size(), 3U);
  EXPECT_EQ(others[0], "1 video frame missing after video frame 1 (pts 1, 0.040 s)");
  EXPECT_EQ(others[1], "1 video frame too many at the end, after video frame 9 (pts 9, 0.360 s)");
  EXPECT_EQ(others[2].substr(0, 50), "pts shifted by -1 from video frame 3 (pts 3, 0.120");
  // Nothing but copies of one another is paired as it comes.
  EXPECT_EQ(compare(report([](auto& lines) {
                      for (auto& line : lines) line.checksum = "0x1";
                    }),
                    report([](auto& lines) {
                      for (auto& line : lines) line.checksum = "0x1";
                      lines[3].checksum = lines[4].checksum = lines[5].checksum = "0x2";
                    })),
            Texts({"video frame 3 (pts 3, 0.120 s) differs first, 3 of 10 frames; sizes equal; timestamps equal"}));
}

// A frame is dropped, and what follows moves up.
TEST(FrameComparison, TellsAShiftBehindAHole) {
  EXPECT_EQ(
      changed([](auto& lines) {
        lines.erase(lines.begin() + 3);
        for (std::size_t i = 3; i < lines.size(); ++i) --lines[i].pts, --lines[i].dts;
      }),
      Texts({"1 video frame missing after video frame 2 (pts 2, 0.080 s) (9, expected 10)",
             "pts shifted by -1 from video frame 4 (pts 4, 0.160 s) on; dts shifted by -1 from video frame 4 (pts 4, "
             "0.160 s) on"}));
}

TEST(FrameComparison, TellsFramesThatChangedPlaces) {
  EXPECT_EQ(changed([](auto& lines) { std::swap(lines[4].checksum, lines[5].checksum); }),
            Texts({"video frame 4 (pts 4, 0.160 s) and 5 have changed places"}));
}

TEST(FrameComparison, TellsTimestampsFromContent) {
  EXPECT_EQ(changed([](auto& lines) {
              for (std::size_t i = 6; i < lines.size(); ++i) ++lines[i].pts;
            }),
            Texts({"timestamps only: pts shifted by +1 from video frame 6 (pts 6, 0.240 s) on"}));
  EXPECT_EQ(changed([](auto& lines) { lines[2].dts = 7, lines[5].dts = 1; }),
            Texts({"timestamps only: dts of 2 video frames differ, first that of video frame 2 (pts 2, 0.080 s): 7, "
                   "expected 2"}));
  EXPECT_EQ(
      changed([](auto& lines) { lines[9].duration = 0; }),
      Texts({"timestamps only: duration of 1 video frame differs, first that of video frame 9 (pts 9, 0.360 s): 0, "
             "expected 1"}));
  EXPECT_EQ(changed([](auto& lines) { lines[3].size = 5; }),
            Texts({"sizes only: video frame 3 (pts 3, 0.120 s) differs first (5 bytes, expected 152064), 1 of 10"}));
}

TEST(FrameComparison, ComparesHeadersLast) {
  EXPECT_EQ(compare(report(), report([](auto&) {}, "#dimensions 0: 176x144\n")),
            Texts({"header: dimensions 0 is 176x144, expected 352x288"}));
  EXPECT_EQ(compare(report(), report([](auto&) {}, "")), Texts({"header: `#dimensions 0: 352x288` is missing"}));
}

TEST(FrameReport, IsNotMistakenForAnotherText) {
  for (const char* text :
       {"", "hello\n", "#!/bin/sh\necho\n", "#tb 0: 1/25\nnot a packet\n", "#tb 0: 1/25\n0, 1, 2\n",
        "#tb 0: 1/25\n-1, 0, 0, 0, 0, 0x0\n", "#tb 0: 1/25\n0, 99999999999999999999, 0, 0, 0, 0x0\n"})
    EXPECT_FALSE(read_frame_report(text)) << text;
  EXPECT_TRUE(read_frame_report("#tb 0: x/y\n0, NOPTS, NOPTS, 0, 0, 0x0\n"));
}

// What ffmpeg itself writes, of two streams and in both formats.
TEST(FrameReport, ReadsWhatFfmpegWrites) {
  const test::TemporaryDirectory directory;
  const std::string command =
      "ffmpeg -nostdin -v error -f lavfi -i testsrc=s=64x48:r=25:d=0.4 -f lavfi -i sine=d=0.4 "
      "-bitexact -f ";
  for (const char* format : {"framecrc", "framemd5", "framehash"}) {
    const std::string text = test::shell(command + format + " -", directory.path()).out;
    const auto read = read_frame_report(text);
    ASSERT_TRUE(read) << format << "\n" << text;
    ASSERT_EQ(read->streams.size(), 2U) << format;
    EXPECT_EQ(read->streams.at(0).packets.size(), 10U);
    EXPECT_EQ(read->streams.at(0).tb_den, 25);
    EXPECT_EQ(read->streams.at(1).tb_den, 44100);
    const auto later = test::shell(
                           "ffmpeg -nostdin -v error -f lavfi -i testsrc=s=64x48:r=25:d=0.4 -f lavfi -i "
                           "'sine=d=0.4:frequency=441' -bitexact -f " +
                               std::string(format) + " -",
                           directory.path())
                           .out;
    const auto found = compare(text, later);
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found[0].find("stream 1: all "), 0U) << found[0];
    EXPECT_NE(found[0].find(" audio frames differ; sizes equal; timestamps equal"), std::string::npos) << found[0];
  }
}

}  // namespace
}  // namespace fatespec::checks
