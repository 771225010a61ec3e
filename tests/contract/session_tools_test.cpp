// fatespec session: repeated plays, crash reports, plots, archives, sessions of runs.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/contract/session_fixture.hpp"
#include "tests/player/play.hpp"
#include "tests/player/samples.hpp"

namespace fatespec::test {
namespace {

namespace fs = std::filesystem;

class SessionTools : public SessionFixture {};

TEST_F(SessionTools, EachSampleIsPlayedAsOftenAsAsked) {
  add_sample("picture.png");
  add_sample("audio_only.wav");
  session("new s");
  const auto played = session("play --clock virtual --jobs 2 --repeat 3");
  EXPECT_EQ(played.out, "6 of 6 plays done: 0 crashed, 0 failed\n") << played.err;
  for (const char* recording : {"picture.png.dbg", "picture.png.dbg.2", "audio_only.wav.dbg.3"})
    EXPECT_TRUE(exists(std::string("s/dbg/") + recording)) << recording;
  EXPECT_NE(session("summarize").out.find("Sample: audio_only.wav (3 plays)\nNo anomalies detected.\n"),
            std::string::npos);
  const auto real = session("play --jobs 2");
  EXPECT_EQ(real.status, 2);
}

TEST_F(SessionTools, TheVersionOfTheSampleSetIsKept) {
  add_sample("picture.png");
  directory_.write("samples_version.txt", "2026.11\n");
  session("new s");
  directory_.write("samples_version.txt", "later\n");
  session("play --clock virtual");
  EXPECT_NE(session("summarize").out.find("\nSamples version: 2026.11\n"), std::string::npos);
}

TEST_F(SessionTools, SeveralAtOnceNeedTheVirtualClock) {
  add_sample("picture.png");
  session("new s");
  const auto played = session("play --jobs 2");
  EXPECT_EQ(played.status, 2);
  EXPECT_NE(played.err.find("--jobs plays several at once, which needs --clock virtual"), std::string::npos);
}

TEST_F(SessionTools, CrashReportsNameSignalStderrAndLastEvents) {
  add_sample("h264_aac.mp4");
  session("new s");
  write_program("player.sh", "#!/bin/sh\necho a library complains >&2\nexec " FATESPEC_PLAYER_PROGRAM
                             " --inject crash@500ms \"$@\"\n");
  EXPECT_EQ(session_with("player.sh", "run --clock virtual").status, 1);
  const std::string summary = file("s/reports/00_summary.txt");
  // The first play and five retries.
  for (const char* part :
       {"\nCrashes\n\nSample: h264_aac.mp4, crash 1: SIGSEGV in the thread ", "Sample: h264_aac.mp4, crash 6: SIGSEGV",
        "  stderr:\n    a library complains\n", "  last events:\n    ", "media_player crashed."})
    EXPECT_NE(summary.find(part), std::string::npos) << part << "\n" << summary;
  // A later play that is well leaves the report of the crash.
  EXPECT_EQ(session("retry-crashed 1 --clean --clock virtual").status, 0);
  session("summarize");
  EXPECT_NE(file("s/reports/00_summary.txt").find("crash 6: SIGSEGV"), std::string::npos);
}

TEST_F(SessionTools, RewrittenRecordingsMakeReportsStale) {
  add_sample("corrupt.avi");
  session("new s");
  session("run --clock virtual");
  session("timeline corrupt.avi");
  directory_.write("s/configuration.json", R"({"dev_debug": true})");
  EXPECT_EQ(session("play --clock virtual").status, 1);
  EXPECT_EQ(file("s/reports/00_summary.txt").substr(0, 40), "STALE: the recording was made again at 2");
  EXPECT_EQ(file("s/reports/corrupt.avi.all.txt").substr(0, 7), "STALE: ");
  EXPECT_TRUE(exists("s/reports/corrupt.avi.timeline.csv.stale"));
  EXPECT_FALSE(exists("s/reports/corrupt.avi.timeline.csv"));
  EXPECT_NE(session("status").out.find("stale      00_summary.txt: of an earlier recording\n"), std::string::npos);
  session("summarize");
  EXPECT_EQ(file("s/reports/00_summary.txt").find("STALE"), std::string::npos);
}

TEST_F(SessionTools, ReportsAreThereForPrograms) {
  add_sample("corrupt.avi");
  session("new s");
  session("play --clock virtual");
  for (const char* command : {"report corrupt.avi all --format json", "report corrupt.avi anomalies --format json",
                              "report corrupt.avi counter --format json", "summarize --format json",
                              "compare s --format json", "compare s corrupt.avi --format json"}) {
    const auto ran =
        shell(FATESPEC_PROGRAM " session " + std::string(command) +
                  " >out; " FATESPEC_PYTHON " -c 'import json; print(json.load(open(\"out\"))[\"version\"])'",
              directory_.path());
    EXPECT_EQ(ran.out, "1\n") << command << ran.err;
  }
  const auto counted = shell(FATESPEC_PYTHON
                             " -c 'import json; print(json.load(open(\"s/reports/corrupt.avi.counter.json\"))"
                             "[\"defects\"][\"decode_error\"])'",
                             directory_.path());
  EXPECT_GT(std::stoi(counted.out), 0) << counted.err;
}

TEST_F(SessionTools, APlotIsOnePageThatLoadsNothing) {
  add_sample("h264_aac.mp4");
  session("new s");
  session("play --clock virtual");
  FATESPEC_NEEDS_PLOTS();
  const auto plotted = session("plot h264_aac.mp4");
  ASSERT_EQ(plotted.status, 0) << plotted.err;
  EXPECT_EQ(plotted.out, "./s/reports/h264_aac.mp4.timeline.html\n");
  const std::string page = file("s/reports/h264_aac.mp4.timeline.html");
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(page.find("src=\"http"), std::string::npos);
  EXPECT_EQ(page.find("<link"), std::string::npos);
  EXPECT_EQ(page.find("{{"), std::string::npos);
}

TEST_F(SessionTools, SessionsTravelInOneFile) {
  add_sample("picture.png");
  fs::create_directories(directory_ / "other");
  session("new s");
  session("run --clock virtual");
  EXPECT_EQ(session("export s.tar.gz").out, "s.tar.gz\n");
  const auto opened = session("open s.tar.gz --samples-dir other --as from-a-user");
  EXPECT_EQ(opened.status, 0) << opened.err;
  EXPECT_EQ(session("summarize --samples-dir other --session from-a-user").status, 0);
  EXPECT_EQ(session("unprotect raw_data --samples-dir other --session from-a-user").status, 2);
  EXPECT_EQ(session("play --samples-dir other --session from-a-user").status, 2);
  EXPECT_EQ(session("compare from-a-user --reldir other").status, 0);
}

TEST_F(SessionTools, WhatIsRunAgainMakesASessionOfItsOwn) {
  directory_.write("s.yaml", "suite: s\ntests: [{name: t, spec: 'false'}]\n");
  const auto ran = fatespec("run s.yaml --no-progress --session first", directory_.path());
  EXPECT_NE(ran.out.find("again:   fatespec run s.yaml --filter 'name(=s/t)'\n"), std::string::npos) << ran.out;
}

TEST_F(SessionTools, TheRecordingsOfARunAreASession) {
  directory_.write("s.yaml", "suite: s\ntests:\n  - {name: video, spec: '{PLAYER,clock=virtual} " +
                                 sample("h264_aac.mp4") + "'}\n  - {name: sound, spec: '{PLAYER,clock=virtual} " +
                                 sample("audio_only.wav") + "'}\n");
  const auto ran = fatespec("run s.yaml --no-progress --session first", directory_.path());
  ASSERT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("session  fatespec session summarize --samples-dir .fatespec/recordings --session first"),
            std::string::npos)
      << ran.out;
  const std::string options = " --samples-dir .fatespec/recordings --session ";
  EXPECT_NE(session("summarize" + options + "first").out.find("Relevant samples with perfect play: 2 / 2"),
            std::string::npos);
  if (FATESPEC_CAN_PLOT) {
    EXPECT_EQ(session("plot default_s_video" + options + "first").status, 0);
  }
  // Without a name it is the run's id; both can be compared.
  const auto second = fatespec("run s.yaml --no-progress --json run.json", directory_.path());
  ASSERT_EQ(second.status, 0);
  const auto id = shell(FATESPEC_PYTHON " -c 'import json; print(json.loads(open(\"run.json\").readline())[\"run\"])'",
                        directory_.path())
                      .out;
  EXPECT_EQ(session("compare first" + options + id).status, 0) << id;
  // A name is taken once.
  EXPECT_EQ(fatespec("run s.yaml --session first", directory_.path()).status, 2);
  EXPECT_EQ(fatespec("run s.yaml --session ../x", directory_.path()).status, 2);
}

TEST_F(SessionTools, TheCommandLineIsNearerThanTheVariable) {
  fs::create_directories(directory_ / "here");
  fs::create_directories(directory_ / "there");
  const auto with_variable = [&](const std::string& arguments) {
    return shell("FATESPEC_SAMPLES_DIR=there " FATESPEC_PROGRAM " session " + arguments, directory_.path());
  };
  EXPECT_EQ(with_variable("new s --samples-dir here").status, 0);
  EXPECT_TRUE(exists("here/s"));
  EXPECT_FALSE(exists("there/s"));
  EXPECT_EQ(with_variable("list --samples-dir here").out, "* s\n");
  EXPECT_EQ(with_variable("list").out, "no sessions yet\n");
  EXPECT_EQ(with_variable("new t").status, 0);
  EXPECT_TRUE(exists("there/t"));
}

// What a session directory that somebody sent says of crashes leads nowhere.
TEST_F(SessionTools, RetriesAreOfTheSessionsOwnSamplesOnly) {
  add_sample("picture.png");
  fs::create_directories(directory_ / "victim");
  session("new s");
  session("play --clock virtual");
  const std::string victim = directory_.write("victim/v.dbg", "mine");
  directory_.write("s/dbg/_crashes_light.json", R"({"retries": 99999999999, "still_crashing": ["../../victim/v"]})");
  EXPECT_EQ(session("retry-crashed --clock virtual").status, 0);
  EXPECT_EQ(read_file(victim), "mine");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_ / "victim"), fs::directory_iterator()), 1);
}

TEST_F(SessionTools, TheRecordingOfACrashStaysWhenItsSampleIsGone) {
  add_sample("h264_aac.mp4");
  session("new s");
  write_program("player.sh", "#!/bin/sh\nexec " FATESPEC_PLAYER_PROGRAM " --inject crash@500ms \"$@\"\n");
  session_with("player.sh", "play --clock virtual");
  const std::string recording = file("s/dbg/h264_aac.mp4.dbg");
  directory_.write("s/dbg/_session_playlist.txt", "h264_aac.mp4\n");
  fs::remove(directory_ / "h264_aac.mp4");
  const auto retried = session("retry-crashed --clock virtual");
  EXPECT_EQ(retried.status, 1);
  EXPECT_NE(retried.err.find("h264_aac.mp4 is not there: it is not played again"), std::string::npos) << retried.err;
  EXPECT_TRUE(file("s/dbg/h264_aac.mp4.dbg") == recording);
}

TEST_F(SessionTools, APlayWithoutARecordingDoesNotEndTheOthers) {
  add_sample("audio_only.wav");
  add_sample("picture.png");
  session("new s");
  write_program("player.sh",
                "#!/bin/sh\ncase \"$*\" in *.wav) exit 7;; esac\nexec " FATESPEC_PLAYER_PROGRAM " \"$@\"\n");
  const auto played = session_with("player.sh", "play --clock virtual");
  EXPECT_EQ(played.status, 1);
  EXPECT_EQ(played.out, "2 of 2 samples played: 0 crashed, 1 failed\n");
  EXPECT_NE(played.err.find("audio_only.wav: no recording: "), std::string::npos) << played.err;
  // What has none yet is played next time.
  const auto rest = session("play --clock virtual");
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(rest.out, "1 of 2 samples are recorded already\n1 of 1 samples played: 0 crashed, 0 failed\n");
}

TEST_F(SessionTools, NamesOfAnyLanguageAndBytesWork) {
  fs::copy_file(sample("picture.png"), directory_ / "\xc3\xbc\xc3\xb1\xe2\x98\x83.png");
  fs::create_directories(directory_ / "other");
  session("new s");
  session("play --clock virtual");
  EXPECT_EQ(shell("LC_ALL=C " FATESPEC_PROGRAM " session export x.tar.gz", directory_.path()).status, 0);
  const auto opened =
      shell("LC_ALL=C " FATESPEC_PROGRAM " session open x.tar.gz --samples-dir other", directory_.path());
  EXPECT_EQ(opened.status, 0) << opened.err;
  EXPECT_TRUE(exists("other/s/dbg/\xc3\xbc\xc3\xb1\xe2\x98\x83.png.dbg"));
  EXPECT_EQ(session("export x.tar.gz").status, 2);  // it is there already
  // A name that is no UTF-8, and a crash of it.
  fs::copy_file(sample("picture.png"), directory_ / "u\xff.png");
  session("new bytes");
  write_program("player.sh", "#!/bin/sh\nexec " FATESPEC_PLAYER_PROGRAM " --inject crash@0s \"$@\"\n");
  const auto crashed = session_with("player.sh", "run --clock virtual");
  EXPECT_EQ(crashed.status, 1) << crashed.err;
  EXPECT_NE(crashed.out.find("2 still crash\n"), std::string::npos) << crashed.out;
  EXPECT_NE(session("compare s --format json").out.find("u\\\\xff.png"), std::string::npos);
  for (const char* name : {"activation.json", "-x"})
    EXPECT_EQ(session("new -- " + std::string(name)).status, 2) << name;
}

}  // namespace
}  // namespace fatespec::test
