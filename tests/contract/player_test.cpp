// {PLAYER}: plays that run from spec files.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/player/play.hpp"
#include "tests/player/samples.hpp"

namespace fatespec::test {
namespace {

/// A suite of one test on a sample, run with its recording kept.
struct PlayerRun {
  explicit PlayerRun(const std::string& type, const std::string& sample_name, const std::string& keys = "") {
    directory.write("s.yaml",
                    "suite: s\ntests: [{name: p, spec: '" + type + " " + sample(sample_name) + "'" + keys + "}]\n");
    output = fatespec("run s.yaml --json - --results r.db --keep none", directory.path()).out;
    const auto finished = json_lines(output, "test_finished");
    if (!finished.empty()) result = finished.front();
  }

  TemporaryDirectory directory;
  std::string output;
  nlohmann::json result;
};

TEST(PlayerSpec, APerfectPlayPassesAndItsStdoutIsTheCounterReport) {
  const PlayerRun played("{PLAYER,clock=virtual}", "h264_aac.mp4", ", expect: {stdout: No anomalies detected.}");
  EXPECT_EQ(played.result["verdict"], "pass") << played.output;
  EXPECT_EQ(played.result["stdout"], "No anomalies detected.");
  const Play recorded = read_play(played.result["recording"]);
  EXPECT_TRUE(recorded.readable);
  EXPECT_EQ(recorded.header.clock, "virtual");
  EXPECT_EQ(recorded.count(sessions::EventKind::frame_shown), 50U);
  // The recording is where `show` says, and the run's directory is gone.
  const auto shown = fatespec("show --test s/p --results r.db", played.directory.path());
  EXPECT_NE(shown.out.find(played.result["recording"].get<std::string>()), std::string::npos) << shown.out;
}

TEST(PlayerSpec, RepetitionsThatRunAtOnceHaveTheirOwnRecordings) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests: [{name: p, spec: '{PLAYER,clock=virtual} " + sample("h264_aac.mp4") + "'}]\n");
  const auto run = fatespec("run s.yaml --results r.db --stress 6 -j3 --session mine", directory.path());
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  std::size_t recordings = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory / "recordings/mine/dbg")) {
    if (entry.path().extension() != ".dbg") continue;
    const Play play = read_play(entry.path().string());
    EXPECT_TRUE(play.readable) << entry.path();
    EXPECT_EQ(play.count(sessions::EventKind::frame_shown), 50U) << entry.path();
    ++recordings;
  }
  EXPECT_EQ(recordings, 6U);
}

TEST(PlayerSpec, RealTimeIsTheDefault) {
  const PlayerRun played("{PLAYER,max_defects=1000}", "h264_aac.mp4");
  EXPECT_EQ(played.result["verdict"], "pass") << played.result;
  EXPECT_GT(played.result["wall_s"], 1.9);
  EXPECT_EQ(read_play(played.result["recording"]).header.clock, "real");
}

TEST(PlayerSpec, DefectsBeyondTheirLimitsFail) {
  const PlayerRun strict("{PLAYER,clock=virtual,inject=drop_packets@1s:5}", "h264_aac.mp4");
  EXPECT_EQ(strict.result["verdict"], "fail");
  EXPECT_EQ(strict.result["reason"], "defects: missing_frame 5");
  EXPECT_EQ(strict.result["stdout"],
            "Counts of anomalies\nqtty anomaly\n   5 Frames missing of those that the container counts");
  const PlayerRun less("{PLAYER,clock=virtual,missing_frame=4,inject=drop_packets@1s:5}", "h264_aac.mp4");
  EXPECT_EQ(less.result["reason"], "defects: missing_frame 5 (4 allowed)");
  EXPECT_EQ(
      PlayerRun("{PLAYER,clock=virtual,missing_frame=5,inject=drop_packets@1s:5}", "h264_aac.mp4").result["verdict"],
      "pass");
  EXPECT_EQ(
      PlayerRun("{PLAYER,clock=virtual,max_defects=5,inject=drop_packets@1s:5}", "h264_aac.mp4").result["verdict"],
      "pass");
}

TEST(PlayerSpec, AllowedErrorsPassThoughThePlayerEndsWithOne) {
  const PlayerRun strict("{PLAYER,clock=virtual}", "corrupt.avi");
  EXPECT_EQ(strict.result["verdict"], "fail");
  EXPECT_EQ(strict.result["status"], 1);
  EXPECT_EQ(strict.result["reason"].get<std::string>().find("defects: "), 0U) << strict.result["reason"];
  const PlayerRun lenient("{PLAYER,clock=virtual,max_defects=1000}", "corrupt.avi");
  EXPECT_EQ(lenient.result["verdict"], "pass") << lenient.result["reason"];
  EXPECT_EQ(lenient.result["status"], 0);
}

TEST(PlayerSpec, CrashesAndHangsHaveTheirVerdicts) {
  const PlayerRun crashed("{PLAYER,clock=virtual,inject=crash@1s}", "h264_aac.mp4");
  EXPECT_EQ(crashed.result["verdict"], "crash");
  EXPECT_EQ(crashed.result["signal"], "SIGSEGV");
  EXPECT_EQ(crashed.result["stdout"], "Counts of anomalies\nqtty anomaly\n   1 media_player crashed.");
  EXPECT_EQ(read_play(crashed.result["recording"]).events.back().kind, sessions::EventKind::crash);
  const PlayerRun hung("{PLAYER,inject=stall_decoder@0.5s:60s}", "video_only.mp4", ", timeout: 2s");
  EXPECT_EQ(hung.result["verdict"], "timeout");
  EXPECT_GT(read_play(hung.result["recording"]).count(sessions::EventKind::frame_shown), 5U);
}

TEST(PlayerSpec, WhatCannotBeOpenedFailsWithThePlayersWords) {
  const PlayerRun played("{PLAYER}", "text.mp4");
  EXPECT_EQ(played.result["verdict"], "fail");
  EXPECT_NE(played.result["reason"].get<std::string>().find("no media that FFmpeg can open"), std::string::npos);
}

TEST(PlayerSpec, WrongArgumentsAreFoundBeforeAnythingRuns) {
  const auto problem = [](const std::string& type) {
    const TemporaryDirectory directory;
    directory.write("s.yaml", "tests: [{name: p, spec: '" + type + " a.mp4'}]\n");
    const auto checked = fatespec("check s.yaml", directory.path());
    EXPECT_EQ(checked.status, 2) << type;
    return checked.err;
  };
  EXPECT_NE(problem("{PLAYER,late_frmae=1}").find("{PLAYER} has no argument `late_frmae`; did you mean `late_frame`?"),
            std::string::npos);
  EXPECT_NE(problem("{PLAYER,clock=sand}").find("`sand` is not one of real virtual"), std::string::npos);
  EXPECT_NE(problem("{PLAYER,inject=crahs@1s}").find("there is no fault `crahs`; did you mean `crash`?"),
            std::string::npos);
  EXPECT_NE(problem("{PLAYER,inject=stall_audio@0.3s}")
                .find("s.yaml:1:34: the fault `stall_audio@0.3s` lacks its length, as in @2s:300ms"),
            std::string::npos);
  EXPECT_NE(problem("{PLAYER,inject=\"crash@1s,drop_packets@1s:-3\"}").find("`-3` in the fault `drop_packets@1s:-3`"),
            std::string::npos);
  EXPECT_NE(problem("{PLAYER,max_defects=-1}").find("`-1` is not a whole number of 0 or more"), std::string::npos);
}

TEST(PlayerSpec, WithoutAPlayerItIsAnError) {
  const TemporaryDirectory directory;
  const auto run =
      run_suite(directory, "tests: [{name: p, spec: '{PLAYER} a.mp4'}]\n", "--set FATESPEC_PLAYER=/no/player");
  EXPECT_EQ(run["p"]["verdict"], "error");
  EXPECT_EQ(run.status, 3);
}

TEST(PlayCommand, RunsThePlayerAndKeepsItsStderr) {
  const TemporaryDirectory directory;
  const auto crashed =
      fatespec("play --clock virtual --inject crash@1s --record c.dbg " + sample("h264_aac.mp4"), directory.path());
  EXPECT_EQ(crashed.status, 128 + 11);
  EXPECT_NE(crashed.err.find("fatespec: the player was ended by SIGSEGV; what it did until then is in c.dbg"),
            std::string::npos);
  EXPECT_NE(read_file(directory / "c.dbg.stderr").find("crashed by SIGSEGV"), std::string::npos);
  EXPECT_EQ(fatespec("play --clock virtual --record c.dbg " + sample("h264_aac.mp4"), directory.path()).status, 0);
  EXPECT_FALSE(std::filesystem::exists(directory / "c.dbg.stderr"));
  directory.write("clip.mp4", "no recording");
  directory.write("clip.mp4.stderr", "precious");
  EXPECT_EQ(fatespec("play --clock virtual --record clip.mp4 " + sample("h264_aac.mp4"), directory.path()).status, 1);
  EXPECT_EQ(read_file(directory / "clip.mp4.stderr"), "precious");
  EXPECT_EQ(shell("ls *.new", directory.path()).out, "");
  EXPECT_NE(fatespec("play --help", directory.path()).out.find("Examples:"), std::string::npos);
  EXPECT_EQ(fatespec("play", directory.path()).status, 2);
}

}  // namespace
}  // namespace fatespec::test
