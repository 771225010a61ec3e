// What strangers call media: a message, status 1, a readable recording.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/player/play.hpp"
#include "tests/player/samples.hpp"

namespace fatespec::test {
namespace {

using sessions::EventKind;

struct BadCase {
  const char* name;
  const char* message;  ///< part of what is said
};

class BadSamples : public testing::TestWithParam<BadCase> {};

TEST_P(BadSamples, EndInAMessageAndAReadableRecording) {
  const Play played = play_virtually(sample(GetParam().name));
  EXPECT_EQ(played.program.status, 1);
  EXPECT_NE(played.program.err.find(GetParam().message), std::string::npos) << played.program.err;
  ASSERT_TRUE(played.readable);
  ASSERT_FALSE(played.events.empty());
  EXPECT_EQ(played.events.back().kind, EventKind::ended);
  EXPECT_EQ(played.events.back().numbers[0], 1);
}

INSTANTIATE_TEST_SUITE_P(All, BadSamples,
                         testing::Values(BadCase{"zero_bytes.mp4", "no media that FFmpeg can open"},
                                         BadCase{"text.mp4", "no media that FFmpeg can open"},
                                         BadCase{"no_moov.mp4", "no media that FFmpeg can open"},
                                         BadCase{"truncated.mkv", "it ended at"},
                                         BadCase{"truncated_start_moov.mp4", "while reading and decoding"},
                                         BadCase{"corrupt.avi", "while reading and decoding"}),
                         [](const auto& bad) {
                           std::string name = bad.param.name;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(BadSamples, WhatIsNoFileIsNamed) {
  EXPECT_NE(
      play_virtually("/no/such.mp4").program.err.find("/no/such.mp4: cannot be opened: No such file or directory"),
      std::string::npos);
  EXPECT_EQ(play_virtually("/tmp").program.status, 1);
}

TEST(BadSamples, AHangHasALimit) {
  const TemporaryDirectory directory;
  const std::string pipe = directory / "never.mp4";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const Play opening = play(pipe, "--clock virtual --hang-limit 0.5s");
  EXPECT_EQ(opening.program.status, 1);
  EXPECT_NE(opening.program.err.find("nothing has moved for 0."), std::string::npos) << opening.program.err;
  EXPECT_EQ(opening.events.back().kind, EventKind::no_progress);
  const Play decoding = play(sample("h264_aac.mp4"),
                             "--headless --null-audio --no-audio --hang-limit 0.5s --inject stall_decoder@0.5s:60s");
  EXPECT_EQ(decoding.program.status, 1);
  EXPECT_EQ(decoding.count(EventKind::no_progress), 1U);
  EXPECT_EQ(decoding.defects[model::Defect::no_progress], 1U);
}

// A pause is no hang; but a seek while paused needs the picture of its place, which does not come here.
TEST(BadSamples, AHangInAPauseHasALimitToo) {
  const TemporaryDirectory directory;
  const std::string pipe = directory / "pipe.mkv";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::string some = sample("h264_flac.mkv");
  // The shell keeps the pipe open: the rest of the sample never comes, nor its end.
  const std::string begin = "head -c $(($(stat -c %s '" + some + "') * 3 / 4)) '" + some + "'";
  const Play paused = play(pipe, "--clock virtual --hang-limit 0.5s --press space@0.1s,right@0.2s,space@0.3s",
                           "exec 3<>" + pipe + "; " + begin + " >&3 & ");
  EXPECT_EQ(paused.program.status, 1) << paused.program.err;
  EXPECT_NE(paused.program.err.find("nothing has moved for 0."), std::string::npos) << paused.program.err;
}

// Sanitizers take the addresses that are limited here for themselves.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr const char* little_memory = "";
#else
constexpr const char* little_memory = "ulimit -v 4000000; ";
#endif

TEST(BadSamples, AnAbsurdNumberOfChannelsIsNoMemory) {
  const TemporaryDirectory directory;
  std::string wav = read_file(sample("audio_only.wav"));
  const auto set = [&](std::size_t at, std::uint32_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) wav.at(at + i) = static_cast<char>(value >> (8 * i));
  };
  set(24, 0x7fffffff, 4);  // samples a second
  directory.write("fast.wav", wav);
  const Play fast = play(directory / "fast.wav", "--clock virtual", little_memory);
  EXPECT_EQ(fast.program.status, 1) << fast.program.err;
  EXPECT_FALSE(fast.events.empty());
  set(24, 48000, 4);
  set(22, 0xffff, 2);  // channels
  set(32, 0xfffe, 2);  // bytes of them all
  directory.write("wide.wav", wav);
  const Play wide = play(directory / "wide.wav", "--clock virtual", little_memory);
  EXPECT_LT(wide.program.status, 2) << wide.program.err;
}

TEST(BadSamples, WrongOptionsAreUsage) {
  const auto fails = [](const std::string& options, const std::string& message) {
    const Play played = play(sample("picture.png"), options);
    EXPECT_EQ(played.program.status, 2) << options;
    EXPECT_NE(played.program.err.find(message), std::string::npos) << played.program.err;
  };
  fails("--inject crush@1s", "there is no fault `crush`; did you mean `crash`?");
  fails("--inject crash", "lacks its time");
  fails("--inject crash@soon", "`soon` is no time");
  fails("--inject stall_audio@1s", "lacks its length");
  fails("--inject crash@1s:5s", "takes nothing after its time");
  fails("--inject drop_packets@1s:0", "is no count");
  fails("--press jump@1s", "`jump@1s` is no key and time");
  fails("--clock sundial", "sundial");
  fails("--clock virtual --press space@1s", "nobody goes on: add a `space` or `q`");
  fails("--clock virtual --press space@1s,space@2s,.@3s", "leave the player paused");
  fails("--volume 500", "500");
}

}  // namespace
}  // namespace fatespec::test
