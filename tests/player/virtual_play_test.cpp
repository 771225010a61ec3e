// Whole plays by the virtual clock: what is shown when, and that it is always the same.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "tests/player/play.hpp"
#include "tests/player/samples.hpp"

namespace fatespec::test {
namespace {

using model::Defect;
using sessions::EventKind;

/// The times of the video frames as ffprobe gives them, in nanoseconds.
std::vector<std::int64_t> probed_times(const std::string& path) {
  const ProgramResult probed = shell(
      "ffprobe -v error -select_streams v:0 -show_entries frame=best_effort_timestamp_time -of csv=p=0 '" + path + "'");
  std::vector<std::int64_t> times;
  std::istringstream lines(probed.out);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) times.push_back(std::llround(std::stod(line) * 1e9));
  return times;
}

class Containers : public testing::TestWithParam<const char*> {};

// With an independent reading of the sample: ffprobe's.
TEST_P(Containers, EveryFrameIsShownWhenItIsDue) {
  const std::string path = sample(GetParam());
  const Play played = play_virtually(path);
  ASSERT_EQ(played.program.status, 0) << played.program.err;
  ASSERT_TRUE(played.readable);
  const auto expected = probed_times(path);
  const auto shown = played.of(EventKind::frame_shown);
  ASSERT_EQ(shown.size(), expected.size());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(*shown[i].numbers[0]), static_cast<double>(expected[i]), 1000) << "frame " << i;
    EXPECT_NEAR(static_cast<double>(shown[i].wall), static_cast<double>(*shown[i].numbers[1]), ms) << "frame " << i;
  }
  EXPECT_EQ(played.defects.total(), 0U) << played.program.err;
  EXPECT_EQ(played.events.back().kind, EventKind::ended);
}

TEST_P(Containers, TwoPlaysGiveTheSameBytes) {
  const std::string path = sample(GetParam());
  const Play first = play_virtually(path);
  EXPECT_TRUE(first.readable);
  EXPECT_TRUE(first.bytes == play_virtually(path).bytes);
}

INSTANTIATE_TEST_SUITE_P(Samples, Containers,
                         testing::Values("h264_aac.mp4", "vp8_vorbis.webm", "vp9_opus.webm", "h264_flac.mkv",
                                         "theora_vorbis.ogv", "flv1_mp3.flv", "mjpeg_pcm.avi", "audio_only.wav",
                                         "audio_only.ogg", "video_only.mp4", "vfr.mp4", "late.mkv", "ten_bit.mkv",
                                         "rgb.avi", "six_channels.wav"),
                         [](const auto& sample) {
                           std::string name = sample.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(VirtualPlay, LoadChangesNothing) {
  const std::string path = sample("h264_aac.mp4");
  const std::string quiet = play_virtually(path).bytes;
  const std::string loaded =
      play(path, "--clock virtual",
           "(timeout 3 sh -c 'while :; do :; done' & timeout 3 sh -c 'while :; do :; done' &) ; nice -n 5")
          .bytes;
  EXPECT_TRUE(quiet == loaded);
}

TEST(VirtualPlay, TheHeaderDescribesTheSample) {
  const Play played = play_virtually(sample("h264_aac.mp4"));
  const auto& described = played.header.sample;
  EXPECT_EQ(described.name, "h264_aac.mp4");
  EXPECT_EQ(described.sha256, shell("sha256sum < " + sample("h264_aac.mp4")).out.substr(0, 64));
  EXPECT_EQ(described.container, "mov,mp4,m4a,3gp,3g2,mj2");
  ASSERT_EQ(described.streams.size(), 2U);
  EXPECT_EQ(described.streams[0].codec, "h264");
  EXPECT_EQ(described.streams[0].width, 320);
  EXPECT_EQ(described.streams[0].frame_rate.value(), 25);
  EXPECT_EQ(described.streams[0].frames, 50);
  EXPECT_EQ(described.streams[1].codec, "aac");
  EXPECT_EQ(described.streams[1].sample_rate, 44100);
  EXPECT_EQ(played.header.clock, "virtual");
  EXPECT_EQ(played.header.problem, "");
}

TEST(VirtualPlay, StreamsThatStartLateAreShownAtOnce) {
  const Play played = play_virtually(sample("late.mkv"));
  const auto shown = played.of(EventKind::frame_shown);
  ASSERT_FALSE(shown.empty());
  EXPECT_GT(*shown[0].numbers[0], 4900 * ms);
  EXPECT_LT(shown[0].wall, 200 * ms);
}

TEST(VirtualPlay, SizesRatesAndChannelsMayChange) {
  const Play played = play_virtually(sample("changes.ts"));
  std::string changes;
  for (const auto& event : played.of(EventKind::format_changed)) changes += event.texts[1] + "\n";
  EXPECT_NE(changes.find("160x128 yuv420p\n"), std::string::npos) << changes;
  EXPECT_NE(changes.find("22050 Hz, 2 channels, fltp\n"), std::string::npos) << changes;
  EXPECT_EQ(played.count(EventKind::frame_shown), 100U);
}

TEST(VirtualPlay, ACoverIsShownOnceAndTheSoundDecides) {
  const Play played = play_virtually(sample("cover.mp3"));
  EXPECT_EQ(played.program.status, 0) << played.program.err;
  EXPECT_EQ(played.count(EventKind::frame_shown), 1U);
  EXPECT_EQ(played.defects.total(), 0U);
  EXPECT_GT(played.events.back().wall, 1900 * ms);
}

TEST(VirtualPlay, APictureIsAPlayOfOneFrame) {
  const Play played = play_virtually(sample("picture.png"));
  EXPECT_EQ(played.program.status, 0) << played.program.err;
  EXPECT_EQ(played.count(EventKind::frame_shown), 1U);
}

// A capture in AVI has gaps: pictures without data, which its header counts.
TEST(VirtualPlay, WhatAnAviShowsAgainIsNotMissing) {
  const Play played = play_virtually(sample("gaps.avi"));
  EXPECT_EQ(played.count(EventKind::frame_shown), 40U);
  EXPECT_EQ(played.defects.total(), 0U) << played.program.err;
}

// It does not say how long it is.
TEST(VirtualPlay, AWavOfAPipeIsWhole) {
  const Play played = play_virtually(sample("pipe.wav"));
  EXPECT_EQ(played.program.status, 0) << played.program.err;
  EXPECT_EQ(played.count(EventKind::demux_error), 0U);
  EXPECT_EQ(played.defects.total(), 0U);
}

// Before its beginning an AVI has nothing that could be found.
TEST(VirtualPlay, ASeekToTheVeryBeginningWorksEverywhere) {
  const Play played = play_virtually(sample("reordered.avi"), "--press left@1.5s,q@1.8s");
  EXPECT_EQ(played.count(EventKind::demux_error), 0U) << played.program.err;
  const auto done = played.of(EventKind::seek_done);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_LT(*done[0].numbers[1], std::int64_t{50'000'000});
}

TEST(VirtualPlay, ASeekToTheBeginningFindsTheFirstPicture) {
  const Play played = play_virtually(sample("reordered.ts"), "--press down@15s,q@16s");
  const auto done = played.of(EventKind::seek_done);
  ASSERT_EQ(done.size(), 1U) << played.program.err;
  EXPECT_NEAR(static_cast<double>(*done[0].numbers[1]), static_cast<double>(*done[0].numbers[0]), 101e6);
}

TEST(VirtualPlay, KeysPauseSeekAndStep) {
  const Play played =
      play_virtually(sample("long.mp4"), "--press right@1s,space@2s,.@2.5s,.@2.6s,space@3s,left@4s,q@6s");
  EXPECT_EQ(played.program.status, 3);
  const auto sought = played.of(EventKind::seek_requested);
  const auto done = played.of(EventKind::seek_done);
  ASSERT_EQ(sought.size(), 3U);  // the third after the single frames: the sound is brought along
  ASSERT_EQ(done.size(), 3U);
  EXPECT_NEAR(static_cast<double>(*sought[0].numbers[0]), 11e9, 60e6);
  for (std::size_t i = 0; i < done.size(); ++i)
    EXPECT_NEAR(static_cast<double>(*done[i].numbers[1]), static_cast<double>(*sought[i].numbers[0]), 41e6);
  EXPECT_EQ(played.count(EventKind::paused), 1U);
  EXPECT_EQ(played.count(EventKind::resumed), 1U);
  const auto pause = played.of(EventKind::paused)[0].wall;
  const auto resume = played.of(EventKind::resumed)[0].wall;
  std::size_t stepped = 0;
  for (const auto& shown : played.of(EventKind::frame_shown))
    stepped += shown.wall > pause && shown.wall < resume ? 1 : 0;
  EXPECT_EQ(stepped, 2U);
  EXPECT_EQ(played.events.back().texts[1], "ended by the user");
}

TEST(VirtualPlay, SeeksAreTheSameEveryTime) {
  const std::string options = "--press right@1s,left@1.1s,right@2s,left@2.2s,left@2.3s,space@3s,right@3.1s,space@4s";
  const Play first = play_virtually(sample("long.mp4"), options);
  EXPECT_EQ(first.count(EventKind::seek_flushed), 7U);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(first.bytes == play_virtually(sample("long.mp4"), options).bytes);
}

TEST(VirtualPlay, WithoutSoundOrWithoutPictures) {
  const Play silent = play_virtually(sample("h264_aac.mp4"), "--no-audio");
  EXPECT_EQ(silent.program.status, 0) << silent.program.err;
  EXPECT_EQ(silent.count(EventKind::frame_shown), 50U);
  EXPECT_EQ(silent.count(EventKind::audio_callback), 0U);
  const Play blind = play_virtually(sample("h264_aac.mp4"), "--no-video");
  EXPECT_EQ(blind.program.status, 0) << blind.program.err;
  EXPECT_EQ(blind.count(EventKind::frame_shown), 0U);
  EXPECT_GT(blind.count(EventKind::audio_callback), 80U);
}

TEST(VirtualPlay, AnIndependentReaderAgrees) {
  const TemporaryDirectory directory;
  const Play played = play_virtually(sample("h264_aac.mp4"));
  directory.write("r.dbg", played.bytes);
  const ProgramResult read = shell(FATESPEC_PYTHON " " FATESPEC_SOURCE_DIR "/tests/support/read_recording.py " +
                                   (directory / "r.dbg") + " frame_shown update");
  ASSERT_EQ(read.status, 0) << read.err;
  std::string expected;
  const auto text = [](const std::optional<std::int64_t>& number) { return number ? std::to_string(*number) : "None"; };
  for (const auto& event : played.events) {
    const bool shown = event.kind == EventKind::frame_shown;
    if (!shown && event.kind != EventKind::update) continue;
    expected += (shown ? "frame_shown 0 " : "update 0 ") + std::to_string(event.wall) + " " + text(event.media);
    for (std::size_t i = 0; i < (shown ? 3U : 2U); ++i) expected += " " + text(event.numbers[i]);
    expected += "\n";
  }
  EXPECT_EQ(read.out, expected);
}

// Every fault, and the events and defects that it is to lead to.
struct FaultCase {
  const char* fault;
  std::map<Defect, int> at_least;
};

class Faults : public testing::TestWithParam<FaultCase> {};

TEST_P(Faults, LeadToTheirDefects) {
  const Play played = play_virtually(sample("h264_aac.mp4"), std::string("--inject ") + GetParam().fault);
  ASSERT_TRUE(played.readable);
  EXPECT_EQ(played.of(EventKind::fault_injected).size(), 1U);
  for (const auto& [defect, least] : GetParam().at_least)
    EXPECT_GE(played.defects[defect], static_cast<std::uint64_t>(least)) << model::name_of(defect);
  EXPECT_TRUE(played.bytes ==
              play_virtually(sample("h264_aac.mp4"), std::string("--inject ") + GetParam().fault).bytes);
}

INSTANTIATE_TEST_SUITE_P(
    All, Faults,
    testing::Values(FaultCase{"stall_decoder@1s:300ms",
                              {{Defect::no_frame, 1}, {Defect::freeze, 1}, {Defect::dropped_frame, 3}}},
                    FaultCase{"stall_audio@1s:300ms", {{Defect::underrun, 10}, {Defect::freeze, 1}}},
                    FaultCase{"drop_packets@1s:5", {{Defect::missing_frame, 5}}},
                    FaultCase{"slow_display@1s:150ms", {{Defect::late_frame, 1}, {Defect::scheduling_in_past, 1}}}));

TEST(Faults, ACrashIsRecordedWithSignalAndThread) {
  for (const char* options : {"--clock virtual", "--headless --null-audio"}) {
    const Play played = play(sample("h264_aac.mp4"), std::string(options) + " --inject crash@0.5s");
    EXPECT_EQ(played.program.status, 128 + 11) << options;
    ASSERT_TRUE(played.readable);
    ASSERT_FALSE(played.events.empty());
    EXPECT_EQ(played.events.back().kind, EventKind::crash);
    EXPECT_EQ(played.events.back().numbers[0], 11);
    EXPECT_EQ(played.defects[Defect::crash], 1U);
    EXPECT_NE(played.program.err.find("crashed by SIGSEGV in thread"), std::string::npos) << played.program.err;
  }
}

}  // namespace
}  // namespace fatespec::test
