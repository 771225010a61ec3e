// fatespec session: the workflow of the classic suite, on real plays.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/contract/session_fixture.hpp"
#include "tests/player/play.hpp"
#include "tests/player/samples.hpp"

namespace fatespec::test {
namespace {

namespace fs = std::filesystem;

class SessionCommands : public SessionFixture {};

TEST_F(SessionCommands, RecordChangeRecordCompare) {
  add_sample("h264_aac.mp4");
  add_sample("audio_only.ogg");
  add_sample("corrupt.avi");
  EXPECT_EQ(session("new before").status, 0);
  const auto run = session("run --clock virtual");
  EXPECT_EQ(run.status, 1) << run.err;  // one sample is damaged
  EXPECT_NE(run.out.find("3 of 3 samples played: 0 crashed, 1 failed"), std::string::npos) << run.out;
  const std::string summary = file("before/reports/00_summary.txt");
  EXPECT_EQ(summary.find(
                "Summary of media_player debug info for session: before\nSamples version: unknown\nAll samples have a "
                ".dbg recording.\nSamples that always crashed: 0\nRelevant samples (all - no_dbg - crashed): 3\n"),
            0U)
      << summary;
  EXPECT_NE(summary.find("Relevant samples with perfect play: 2 / 3"), std::string::npos) << summary;
  EXPECT_NE(summary.find("\nSample: corrupt.avi\nCounts of anomalies\nqtty anomaly\n"), std::string::npos) << summary;
  EXPECT_TRUE(exists("before/reports/corrupt.avi.all.txt"));
  EXPECT_FALSE(exists("before/reports/h264_aac.mp4.all.txt"));  // it was perfect
  EXPECT_NE(file("before/reports/03_player_info.txt").find("FFmpeg: "), std::string::npos);
  EXPECT_EQ(file("before/reports/04_revision.txt"), "none\n");

  // The change: the sample is whole again.
  fs::copy_file(sample("mjpeg_pcm.avi"), directory_ / "corrupt.avi", fs::copy_options::overwrite_existing);
  EXPECT_EQ(session("new after").status, 0);
  EXPECT_EQ(session("play --clock virtual").status, 0);
  const auto better = session("compare before");
  EXPECT_EQ(better.status, 0);
  EXPECT_NE(better.out.find("crashes | Defects per sample | session\n      0 |              0.000 | after\n      0 |"),
            std::string::npos)
      << better.out;
  EXPECT_NE(better.out.find("confidence: 1.000 (3 of 3 samples compared)"), std::string::npos);
  EXPECT_NE(better.out.find("\nSample: corrupt.avi\n"), std::string::npos);
  EXPECT_EQ(session("compare after --session before").status, 1);  // the other way round it is worse
}

TEST_F(SessionCommands, CrashesAreRetriedAndRemembered) {
  add_sample("audio_only.wav");
  add_sample("picture.png");
  session("new s");
  // A player that crashes at its first two plays of a sample.
  const std::string player = directory_.write(
      "flaky-player",
      "#!/bin/sh\nfor a; do :; done\ncase $a in *.png) echo x >>count; [ $(wc -l <count) -gt 2 ] || "
      "exec " FATESPEC_PLAYER_PROGRAM " --inject crash@0s \"$@\";; esac\nexec " FATESPEC_PLAYER_PROGRAM " \"$@\"\n");
  fs::permissions(player, fs::perms::owner_all);
  const auto with_player = [&](const std::string& arguments) {
    return shell("FATESPEC_PLAYER=" + player + " " FATESPEC_PROGRAM " session " + arguments, directory_.path());
  };
  EXPECT_EQ(with_player("play --clock virtual").status, 1);
  const auto once = with_player("retry-crashed 1 --clock virtual");
  EXPECT_EQ(once.out, "1 retries: 1 samples crashed at some time, 1 still crash\n") << once.err;
  EXPECT_EQ(once.status, 1);
  const auto again = with_player("retry-crashed --clock virtual");
  EXPECT_EQ(again.out, "2 retries: 1 samples crashed at some time, 0 still crash\n") << again.err;
  EXPECT_EQ(again.status, 0);
  session("summarize");
  EXPECT_NE(file("s/reports/00_summary.txt")
                .find("Samples that crashed in any one of the 3 attempts to play\npicture.png\n\nSamples that crashed "
                      "but finally "
                      "played entirelly\npicture.png\n"),
            std::string::npos);
  EXPECT_EQ(session("retry-crashed --clean --clock virtual").out,
            "0 retries: 0 samples crashed at some time, 0 still crash\n");
}

TEST_F(SessionCommands, NamesCannotLeadAnywhere) {
  for (const char* name : {"../x", "a/b", "/etc", ".hidden", "''", "'a b'"}) {
    const auto made = session(std::string("new ") + name);
    EXPECT_EQ(made.status, 2) << name;
  }
  EXPECT_EQ(session("activate nosuch").status, 2);
  EXPECT_FALSE(exists("activation.json"));
  add_sample("picture.png");
  for (const char* entry : {"/etc/passwd", "../picture.png", "nosuch.mp4", "picture.png\npicture.png", "notes.TXT"}) {
    directory_.write("list", std::string("# comment\n\npicture.png\n") + entry + "\n");
    if (std::string(entry) == "notes.TXT") directory_.write("notes.TXT", "x");
    const auto made = session("new s list");
    EXPECT_EQ(made.status, 2) << entry;
    EXPECT_NE(made.err.find("playlist, line 4: "), std::string::npos) << made.err;
    // A failed `new` leaves nothing.
    for (const auto& left : fs::directory_iterator(directory_.path())) EXPECT_FALSE(left.is_directory()) << left.path();
  }
}

TEST_F(SessionCommands, ProtectionHoldsAndCanBeTakenBack) {
  add_sample("picture.png");
  session("new s");
  EXPECT_EQ(session("play --clock virtual").status, 0);
  const auto again = session("play --clock virtual");
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("they are rewritten only with `dev_debug`"), std::string::npos) << again.err;
  EXPECT_EQ(session("protect").status, 0);
  EXPECT_NE(session("play").err.find("raw data of session `s` are protected"), std::string::npos);
  EXPECT_EQ(session("retry-crashed").status, 2);
  const auto summary = session("summarize");
  EXPECT_EQ(summary.status, 0);
  EXPECT_NE(summary.out.find("Summary of media_player debug info"), std::string::npos);
  EXPECT_EQ(summary.err, "no report is kept: those of session `s` are protected\n");
  EXPECT_EQ(session("report picture.png counter").status, 0);
  const auto timeline = session("timeline picture.png");
  EXPECT_EQ(timeline.status, 2);
  EXPECT_NE(timeline.err.find("reports of session `s` are protected; name a file with -o, or"), std::string::npos);
  EXPECT_NE(session("timeline picture.png -o -").out.find("wall_time"), std::string::npos);
  EXPECT_EQ(session("plot picture.png -o page.html").status, 0);
  EXPECT_TRUE(fs::is_empty(directory_ / "s/reports"));
  EXPECT_EQ(session("unprotect reports").status, 0);
  EXPECT_EQ(session("summarize").status, 0);
  EXPECT_NE(session("status").out.find("protected  raw_data\n"), std::string::npos);
}

TEST_F(SessionCommands, OneBadRecordingSpoilsNothing) {
  add_sample("picture.png");
  add_sample("audio_only.wav");
  session("new s");
  session("play --clock virtual");
  directory_.write("s/dbg/picture.png.dbg", "this is no recording");
  const auto summary = session("summarize");
  EXPECT_EQ(summary.status, 0) << summary.err;
  EXPECT_NE(summary.err.find("this is no recording of fatespec's player"), std::string::npos);
  EXPECT_NE(summary.out.find("Samples with a .dbg recording that cannot be read: 1\npicture.png"), std::string::npos);
  EXPECT_NE(summary.out.find("Relevant samples with perfect play: 1 / 1"), std::string::npos);
  // Nor does a stranger's recording run anything.
  directory_.write("s/dbg/picture.png.dbg", std::string("\x80\x04") + "cos\nsystem\n(S'touch owned'\ntR.");
  EXPECT_EQ(session("report picture.png all").status, 2);
  EXPECT_FALSE(exists("owned"));
}

TEST_F(SessionCommands, ClassicSessionsAreReadAsTheyAre) {
  fs::copy(FATESPEC_SOURCE_DIR "/tests/fixtures/pyglet/genuine", directory_ / "base", fs::copy_options::recursive);
  const auto read_only = session("summarize --session base");  // its own flags protect its reports
  EXPECT_EQ(read_only.status, 0) << read_only.err;
  EXPECT_EQ(read_only.out.substr(0, read_only.out.size() - 2),
            read_file(FATESPEC_SOURCE_DIR "/tests/fixtures/pyglet/genuine/reports/00_summary.txt"));
  EXPECT_EQ(session("unprotect reports --session base").status, 0);
  fs::remove_all(directory_ / "base/reports");
  const auto summary = session("summarize --session base");
  EXPECT_EQ(summary.status, 0) << summary.err;
  EXPECT_EQ(file("base/reports/00_summary.txt"),
            read_file(FATESPEC_SOURCE_DIR "/tests/fixtures/pyglet/genuine/reports/00_summary.txt"));
  EXPECT_EQ(file("base/reports/heavy_1080p60.mp4.all.txt"),
            read_file(FATESPEC_SOURCE_DIR "/tests/fixtures/pyglet/genuine/reports/heavy_1080p60.mp4.all.txt"));
}

TEST_F(SessionCommands, ADirectoryMakesATestRun) {
  add_sample("picture.png");
  EXPECT_EQ(session("run . --clock virtual").status, 0);
  EXPECT_EQ(session("run . --clock virtual").status, 0);
  EXPECT_EQ(session("list").out, "  testrun_00\n* testrun_01\n");
  EXPECT_EQ(session("deactivate").status, 0);
  const auto none = session("status");
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find("no session is active"), std::string::npos);
  for (const char* topic : {"layout", "session", "workflow", "commands"})
    EXPECT_GT(session(std::string("help ") + topic).out.size(), 200U) << topic;
  EXPECT_EQ(session("help nosuch").status, 2);
}

}  // namespace
}  // namespace fatespec::test
