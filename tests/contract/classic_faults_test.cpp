// What the suite that sessions follow gets wrong, fault by fault, is right here.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/contract/session_fixture.hpp"
#include "tests/player/play.hpp"
#include "tests/player/samples.hpp"

namespace fatespec::test {
namespace {

namespace fs = std::filesystem;

const std::string fixtures = FATESPEC_SOURCE_DIR "/tests/fixtures/pyglet/";

class ClassicFaults : public SessionFixture {
 protected:
  void add_classic(const std::string& name) {
    fs::copy(fixtures + name, directory_ / name, fs::copy_options::recursive);
    directory_.write(name + "/configuration.json", "{}");
    fs::remove_all(directory_ / (name + "/reports"));
  }
  /// The counter of a sample that is played now, as JSON text.
  std::string counter_of(const std::string& name, const std::string& options = "") {
    add_sample(name);
    session("new s");
    shell("exec " FATESPEC_PROGRAM " play -q --clock virtual " + options + " --record s/dbg/" + name + ".dbg " + name,
          directory_.path());
    return session("report " + name + " counter --format json").out;
  }
};

TEST_F(ClassicFaults, ACrashLosesNoEventAndKeepsItsSignal) {
  const std::string counter = counter_of("h264_aac.mp4", "--inject crash@1s");
  EXPECT_NE(counter.find("\"crashed\": true"), std::string::npos) << counter;
  const std::string all = session("report h264_aac.mp4 all").out;
  EXPECT_NE(all.find("Frame shown, video_time: 0.9"), std::string::npos);
  EXPECT_NE(all.find("media_player crashed."), std::string::npos);
}

TEST_F(ClassicFaults, ACraftedRecordingRunsNoCommand) {
  add_sample("picture.png");
  session("new s");
  directory_.write("s/dbg/picture.png.dbg", "cos\nsystem\n(S'touch owned'\ntR.");
  EXPECT_EQ(session("report picture.png all").status, 2);
  directory_.write("s/dbg/_crashes_light.pkl", "cos\nsystem\n(S'touch owned'\ntR.");
  session("summarize");
  EXPECT_FALSE(exists("owned"));
}

TEST_F(ClassicFaults, ASeekInAVideoBreaksNothing) {
  add_classic("synthetic");
  for (const char* command : {"report seek_dt.mp4 all", "report seek_dt.mp4 counter", "timeline seek_dt.mp4"})
    EXPECT_EQ(session(std::string(command) + " --session synthetic").status, 0) << command;
  EXPECT_EQ(session("summarize --session synthetic").status, 0);
}

TEST_F(ClassicFaults, OneUnreadableRecordingDoesNotBreakTheSummary) {
  add_classic("genuine");
  directory_.write("genuine/dbg/h264_aac.mp4.dbg", "garbage");
  const auto summary = session("summarize --session genuine");
  EXPECT_EQ(summary.status, 0);
  EXPECT_NE(summary.out.find("Relevant samples with perfect play"), std::string::npos);
}

TEST_F(ClassicFaults, CompareWorks) {
  add_classic("genuine");
  const auto compared = session("compare genuine --session genuine");
  EXPECT_EQ(compared.status, 0);
  EXPECT_NE(compared.out.find("crashes | Defects per sample | session\n"), std::string::npos);
  EXPECT_NE(compared.out.find("confidence: "), std::string::npos);
}

TEST_F(ClassicFaults, ASchedulingFaultIsCountedOnce) {
  add_classic("synthetic");
  const std::string all = session("report mixed.mp4 anomalies --session synthetic").out;
  std::size_t told = 0;
  for (std::size_t at = all.find("!!! Scheduling"); at != std::string::npos; at = all.find("!!! Scheduling", at + 1))
    ++told;
  ASSERT_GT(told, 0U);
  EXPECT_NE(session("report mixed.mp4 counter --session synthetic")
                .out.find(std::to_string(told) + " Scheduling in the past"),
            std::string::npos);
}

TEST_F(ClassicFaults, AFileThatShowsAFractionOfItsFramesIsNotPerfect) {
  EXPECT_NE(counter_of("corrupt.avi").find("\"missing_frame\""), std::string::npos);
}

TEST_F(ClassicFaults, ACrashInMidPlayIsNotPerfect) {
  add_classic("synthetic");
  EXPECT_NE(session("report crash_midway.mp4 counter --session synthetic").out.find("media_player crashed."),
            std::string::npos);
}

TEST_F(ClassicFaults, AVideoThatEndsWithItsSoundIsNotPerfect) {
  // The container promises twice what is there.
  const std::string counter = counter_of("truncated_start_moov.mp4");
  EXPECT_NE(counter.find("\"video_ended_early\""), std::string::npos) << counter;
}

TEST_F(ClassicFaults, ReadingNeedsNoDisplay) {
  add_classic("genuine");
  const auto read = shell("env -u DISPLAY -u WAYLAND_DISPLAY SDL_VIDEODRIVER=nosuch " FATESPEC_PROGRAM
                          " session summarize --session genuine",
                          directory_.path());
  EXPECT_EQ(read.status, 0) << read.err;
}

TEST_F(ClassicFaults, ErrorsDoNotExitWithZero) {
  for (const char* command : {"activate nosuch", "status", "play", "summarize", "compare nosuch", "report x all",
                              "new ../x", "timeline x", "plot x", "protect", "export", "open nosuch.tar.gz"})
    EXPECT_EQ(session(command).status, 2) << command;
}

TEST_F(ClassicFaults, NamesOfSessionsAndSamplesLeadNowhere) {
  EXPECT_EQ(session("new ../x").status, 2);
  directory_.write("list", "/etc/passwd\n");
  EXPECT_EQ(session("new s list").status, 2);
}

TEST_F(ClassicFaults, AFailedNewLeavesNothing) {
  directory_.write("list", "nosuch.mp4\n");
  EXPECT_EQ(session("new s list").status, 2);
  EXPECT_FALSE(exists("s"));
}

TEST_F(ClassicFaults, ProtectionHoldsInEveryCommandAndCanBeTakenBack) {
  add_sample("picture.png");
  session("new s");
  session("play --clock virtual");
  session("protect");
  for (const char* command : {"play", "retry-crashed", "run", "timeline picture.png", "plot picture.png"})
    EXPECT_EQ(session(command).status, 2) << command;
  // What is printed may be read.
  for (const char* command : {"summarize", "report picture.png all"}) EXPECT_EQ(session(command).status, 0) << command;
  EXPECT_TRUE(fs::is_empty(directory_ / "s/reports"));
  session("unprotect");
  EXPECT_EQ(session("summarize").status, 0);
}

TEST_F(ClassicFaults, AReplacedRecordingIsNeverHalfThere) {
  add_sample("picture.png");
  session("new s");
  session("play --clock virtual");
  const std::string before = file("s/dbg/picture.png.dbg");
  directory_.write("s/configuration.json", R"({"dev_debug": true})");
  // A player that is ended by the user when it has begun to record.
  fs::permissions(
      directory_.write("player", "#!/bin/sh\nwhile [ $1 != --record ]; do shift; done\necho half >$2\nexit 3\n"),
      fs::perms::owner_all);
  shell("FATESPEC_PLAYER=" + directory_ / "player" + " " FATESPEC_PROGRAM " session play", directory_.path());
  EXPECT_TRUE(file("s/dbg/picture.png.dbg") == before);
  EXPECT_FALSE(exists("s/dbg/picture.png.dbg.new"));
}

TEST_F(ClassicFaults, ASampleThatHangsCostsSeconds) {
  add_sample("h264_aac.mp4");
  session("new s");
  fs::permissions(directory_.write("player", "#!/bin/sh\nexec " FATESPEC_PLAYER_PROGRAM
                                             " --hang-limit 1s --inject stall_decoder@500ms:600s \"$@\"\n"),
                  fs::perms::owner_all);
  const auto played = shell(
      "FATESPEC_PLAYER=" + directory_ / "player" + " timeout 60 " FATESPEC_PROGRAM " session play", directory_.path());
  EXPECT_EQ(played.status, 1) << played.err;
  EXPECT_NE(session("report h264_aac.mp4 counter").out.find("No progress: the player gave up"), std::string::npos);
}

TEST_F(ClassicFaults, CsvIsThere) {
  add_classic("genuine");
  EXPECT_EQ(session("timeline h264_aac.mp4 --format csv --session genuine").status, 0);
  EXPECT_GT(file("genuine/reports/h264_aac.mp4.timeline.csv").size(), 100U);
}

TEST_F(ClassicFaults, APlotNeedsABrowserOnly) {
  add_classic("genuine");
  FATESPEC_NEEDS_PLOTS();
  EXPECT_EQ(session("plot h264_aac.mp4 --session genuine").status, 0);
}

TEST_F(ClassicFaults, ARecordingNamesCodecRateDriverClockAndSample) {
  const Play played = play_virtually(sample("h264_aac.mp4"));
  ASSERT_TRUE(played.readable);
  EXPECT_EQ(played.header.sample.streams.at(0).codec, "h264");
  EXPECT_EQ(played.header.sample.streams.at(1).sample_rate, 44100);
  EXPECT_EQ(played.header.video_driver, "none");
  EXPECT_EQ(played.header.clock, "virtual");
  EXPECT_EQ(played.header.sample.sha256.size(), 64U);
}

}  // namespace
}  // namespace fatespec::test
