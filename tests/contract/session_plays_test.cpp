// fatespec session: playlists, plays that are cut, crash of one play of several, and what comes from elsewhere.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "tests/contract/session_fixture.hpp"

namespace fatespec::test {
namespace {

namespace fs = std::filesystem;

class SessionPlays : public SessionFixture {
 protected:
  void write_player(const std::string& name, const std::string& text) { write_program(name, "#!/bin/sh\n" + text); }
};

TEST_F(SessionPlays, FromItsFirstPlayOnASessionHasTheSameSamples) {
  add_sample("picture.png");
  session("new s");
  EXPECT_EQ(session("play --clock virtual").out, "1 of 1 samples played: 0 crashed, 0 failed\n");
  add_sample("audio_only.wav");
  EXPECT_NE(session("status").out.find("samples    1, 1 recorded\n"), std::string::npos);
  EXPECT_NE(session("summarize").out.find("All samples have a .dbg recording.\n"), std::string::npos);
}

TEST_F(SessionPlays, APlaylistCanNameAnyFile) {
  for (const char* name : {"#1.png", " blank .png", "plain.png", "trailing.png "})
    fs::copy_file(sample("picture.png"), directory_ / name);
  directory_.write("list.txt",
                   "\xef\xbb\xbf"
                   "plain.png\r\n# a comment\n./#1.png\n ./ blank .png\n./ blank .png\n");
  const auto twice = session("new s list.txt");
  EXPECT_EQ(twice.status, 2);
  EXPECT_NE(twice.err.find("playlist, line 5: ` blank .png` stands there twice"), std::string::npos) << twice.err;
  directory_.write("list.txt",
                   "\xef\xbb\xbf"
                   "plain.png\r\n# a comment\n./#1.png\n./ blank .png\ntrailing.png \n");
  ASSERT_EQ(session("new s list.txt").status, 0);
  EXPECT_EQ(session("play --clock virtual").out, "4 of 4 samples played: 0 crashed, 0 failed\n");
  // Its own list, and that of an archive, name them as well.
  ASSERT_EQ(session("new all").status, 0);
  EXPECT_EQ(session("play --clock virtual").out, "4 of 4 samples played: 0 crashed, 0 failed\n");
  EXPECT_NE(session("status").out.find("samples    4, 4 recorded\n"), std::string::npos);
  session("export all.tar.gz");
  ASSERT_EQ(session("open all.tar.gz --as sent").status, 0);
  EXPECT_NE(session("status --session sent").out.find("samples    4, 4 recorded\n"), std::string::npos);
}

TEST_F(SessionPlays, OnlyThePlayThatCrashedIsPlayedAgain) {
  add_sample("audio_only.wav");
  session("new s");
  // The second play crashes before it has recorded anything, the third in the middle.
  write_player(
      "player.sh",
      "echo x >>plays.txt\ncase $(wc -l <plays.txt) in\n 2) kill -SEGV $$ ;;\n 3) exec " FATESPEC_PLAYER_PROGRAM
      " --inject crash@500ms \"$@\" ;;\n *) exec " FATESPEC_PLAYER_PROGRAM " \"$@\" ;;\nesac\n");
  const auto played = session_with("player.sh", "play --clock virtual --repeat 3");
  EXPECT_EQ(played.out, "3 of 3 plays done: 2 crashed, 0 failed\n") << played.err;
  const std::string first = file("s/dbg/audio_only.wav.dbg");
  const auto retried = session_with("player.sh", "retry-crashed --clock virtual");
  EXPECT_EQ(retried.out, "1 retries: 1 samples crashed at some time, 0 still crash\n") << retried.err;
  EXPECT_EQ(file("plays.txt"), "x\nx\nx\nx\nx\n") << "two plays again, the first not";
  EXPECT_EQ(file("s/dbg/audio_only.wav.dbg"), first);
  const std::string summary = session("summarize").out;
  EXPECT_NE(summary.find("Sample: audio_only.wav, play 2, crash 1: SIGSEGV"), std::string::npos) << summary;
  EXPECT_NE(summary.find("Sample: audio_only.wav, play 3, crash 2: SIGSEGV"), std::string::npos) << summary;
}

TEST_F(SessionPlays, ASessionGoesOnWithThePlaysItLacks) {
  add_sample("picture.png");
  session("new s");
  session("play --clock virtual");
  const std::string first = file("s/dbg/picture.png.dbg");
  const auto more = session("play --clock virtual --repeat 3");
  EXPECT_EQ(more.out, "1 of 3 plays are recorded already\n2 of 2 plays done: 0 crashed, 0 failed\n") << more.err;
  EXPECT_EQ(file("s/dbg/picture.png.dbg"), first);
}

TEST_F(SessionPlays, ASessionIsPlayedByOneAtATime) {
  add_sample("picture.png");
  session("new s");
  write_player("player.sh",
               "echo $$ >up.txt\nwhile test ! -e go.txt; do sleep 0.05; done\nexec " FATESPEC_PLAYER_PROGRAM
               " \"$@\"\n");
  const auto both = session_with("player.sh",
                                 "play --clock virtual >first.txt 2>&1 & until test -s up.txt; do sleep 0.05; done; "
                                 "{ " FATESPEC_PROGRAM " session play; echo $?; " FATESPEC_PROGRAM
                                 " session retry-crashed; echo $?; touch go.txt; wait; }");
  EXPECT_EQ(both.out, "3\n3\n");
  EXPECT_NE(both.err.find("session `s` is being played by another process"), std::string::npos) << both.err;
  EXPECT_EQ(file("first.txt"), "1 of 1 samples played: 0 crashed, 0 failed\n");
}

TEST_F(SessionPlays, WhatIsKilledLeavesNeitherPlayerNorHalfARecording) {
  add_sample("h264_aac.mp4");
  session("new s");
  shell(FATESPEC_PROGRAM " session play & until test -s s/dbg/h264_aac.mp4.dbg.new; do sleep 0.02; done; kill -9 $!",
        directory_.path());
  const std::string recording = directory_ / "s/dbg/h264_aac.mp4.dbg.new";
  EXPECT_TRUE(wait_until([] { return shell("pgrep -f 's/dbg/h264_aac.mp4.dbg.new' -P 1").out.empty(); }));
  directory_.write("s/dbg/other.mp4.dbg.new", "half");
  EXPECT_EQ(session("play --clock virtual").out, "1 of 1 samples played: 0 crashed, 0 failed\n");
  EXPECT_EQ(shell("ls s/dbg | grep new", directory_.path()).out, "");
}

// As any program that is told to end, and as nohup wants it.
TEST_F(SessionPlays, ASignalToEndIsTheExitCode) {
  add_sample("audio_only.wav");
  session("new s");
  write_player("player.sh", "touch begun\nexec sleep 600\n");
  const auto ended_by = [&](const std::string& signal, const std::string& before) {
    std::error_code ignored;
    fs::remove(directory_ / "begun", ignored);
    return shell("export FATESPEC_PLAYER=" + directory_ / "player.sh" + "; " + before +
                     " " FATESPEC_PROGRAM " session play >out 2>&1 & until test -e begun; do sleep 0.02; done; " +
                     signal + "; wait $!",
                 directory_.path())
        .status;
  };
  EXPECT_EQ(ended_by("kill -TERM $!", ""), 143) << read_file(directory_ / "out");
  EXPECT_EQ(ended_by("kill -HUP $!", ""), 129) << read_file(directory_ / "out");
  EXPECT_EQ(ended_by("kill -HUP $!; kill -TERM $!", "nohup"), 143) << read_file(directory_ / "out");
}

// What hangs in a library, or is stopped, does not obey.
TEST_F(SessionPlays, APlayerThatDoesNotObeyIsKilled) {
  add_sample("picture.png");
  session("new s");
  write_player("player.sh", "trap '' INT TERM\necho $$ >up.txt\nwhile :; do sleep 0.05; done\n");
  // The second one a while after the first.
  for (const char* signals : {"kill -TERM $!; sleep 1.2; kill -INT $!", "kill -TERM $!"}) {
    const auto played = session_with("player.sh", std::string("play & until test -s up.txt; do sleep 0.05; done; ") +
                                                      signals + "; wait $!; echo $?");
    EXPECT_TRUE(played.out.ends_with("130\n") || played.out.ends_with("143\n")) << played.out << played.err;
    EXPECT_FALSE(exists("s/dbg/picture.png.dbg"));
    EXPECT_NE(::kill(std::stoi(file("up.txt")), 0), 0);
    fs::remove(directory_ / "up.txt");
  }
}

TEST_F(SessionPlays, ACrashBeforeTheFirstByteCountsAsOne) {
  add_sample("picture.png");
  session("new good");
  session("play --clock virtual");
  session("new s");
  write_player("player.sh", "kill -SEGV $$\n");
  EXPECT_EQ(session_with("player.sh", "play").out, "1 of 1 samples played: 1 crashed, 0 failed\n");
  const std::string summary = session("summarize").out;
  EXPECT_NE(summary.find("Samples that always crashed: 1\n"), std::string::npos) << summary;
  EXPECT_NE(summary.find("crashed in any one of the 1 attempts to play\npicture.png\n"), std::string::npos) << summary;
  const auto compared = session("compare good");
  EXPECT_EQ(compared.status, 1);
  EXPECT_NE(compared.out.find("      1 |              0.000 | s\n"), std::string::npos) << compared.out;
  EXPECT_NE(compared.out.find("left out, crashed in s:\npicture.png\n"), std::string::npos) << compared.out;
}

TEST_F(SessionPlays, ACrashBeforeTheFirstByteOfOnePlayOfSeveralIsNoPerfectPlay) {
  add_sample("picture.png");
  session("new good");
  session("play --clock virtual --repeat 2");
  session("new s");
  write_player("player.sh",
               "echo x >>plays.txt\ntest $(wc -l <plays.txt) = 1 && kill -SEGV $$\nexec " FATESPEC_PLAYER_PROGRAM
               " \"$@\"\n");
  EXPECT_EQ(session_with("player.sh", "play --clock virtual --repeat 2").status, 1);
  const std::string summary = session("summarize").out;
  EXPECT_NE(summary.find("Relevant samples with perfect play: 0 / 1"), std::string::npos) << summary;
  const auto compared = session("compare good");
  EXPECT_EQ(compared.status, 1) << compared.out;
  EXPECT_NE(compared.out.find("appeared        0 ->    0..1  media_player crashed.\n"), std::string::npos)
      << compared.out;
}

// As `timeout` sends it, and a terminal that closes.
TEST_F(SessionPlays, AnEchoOfASignalDoesNotKillAPlayerThatObeys) {
  // A minute: on a slow machine, too, it lasts until it is told to end.
  shell("ffmpeg -nostdin -v error -f lavfi -i sine=sample_rate=8000 -t 60 long.wav", directory_.path());
  const auto played = shell(FATESPEC_PROGRAM
                            " play long.wav --headless --null-audio --record r.dbg & "
                            "until test -s r.dbg && pgrep -P $! >/dev/null; do sleep 0.02; done; "
                            "kill -TERM $!; kill -TERM $!; wait $!; echo $?",
                            directory_.path());
  EXPECT_EQ(played.out, "3\n") << played.err;
  EXPECT_NE(file("r.dbg").find("ended by the user"), std::string::npos);
}

TEST_F(SessionPlays, ACrashOfALaterPlayIsInTheSummary) {
  add_sample("picture.png");
  session("new s");
  write_player("player.sh", "echo x >>plays.txt\ncase $(wc -l <plays.txt) in\n 2) exec " FATESPEC_PLAYER_PROGRAM
                            " --inject crash@0s \"$@\" ;;\n *) exec " FATESPEC_PLAYER_PROGRAM " \"$@\" ;;\nesac\n");
  EXPECT_EQ(session_with("player.sh", "play --clock virtual --repeat 2").status, 1);
  const std::string summary = session("summarize").out;
  EXPECT_NE(summary.find("Samples that always crashed: 0\n"), std::string::npos) << summary;
  EXPECT_NE(summary.find("crashed in any one of the 1 attempts to play\npicture.png\n"), std::string::npos) << summary;
}

TEST_F(SessionPlays, RunLeavesNoSessionWhereThereIsNoPlayer) {
  fs::create_directory(directory_ / "samples");
  const auto run = shell("FATESPEC_PLAYER=/no/player " FATESPEC_PROGRAM " session run samples", directory_.path());
  EXPECT_EQ(run.status, 3);
  EXPECT_NE(run.err.find("the player /no/player: No such file or directory"), std::string::npos) << run.err;
  EXPECT_TRUE(fs::is_empty(directory_ / "samples"));
}

TEST_F(SessionPlays, APlayHasALimit) {
  add_sample("audio_only.wav");
  session("new s");
  // A player that has recorded how long the sample is, and then does nothing any more.
  write_player("player.sh",
               "while test \"$1\" != --record; do shift; done\n" FATESPEC_PLAYER_PROGRAM
               " --headless --null-audio --quiet --clock virtual --record \"$2\" \"$3\"\nexec sleep 600\n");
  const auto played = session_with("player.sh", "play --grace 1s");
  EXPECT_EQ(played.out, "1 of 1 samples played: 1 crashed, 0 failed\n") << played.err;
  const std::string summary = session("summarize").out;
  EXPECT_NE(summary.find("crash 1: SIGKILL; ended after "), std::string::npos) << summary;
  EXPECT_NE(summary.find(" s: the sample lasts "), std::string::npos) << summary;
  EXPECT_EQ(session("play --grace soon").status, 2);
}

TEST_F(SessionPlays, APlayerThatIsNotThereLeavesNoFile) {
  add_sample("picture.png");
  session("new s");
  const auto played = session_with("nosuch", "play");
  EXPECT_EQ(played.status, 3) << played.err;
  EXPECT_EQ(shell("ls s/dbg | grep -v ^_", directory_.path()).out, "");
}

TEST_F(SessionPlays, NewMakesASessionAndActivatesItOrNeither) {
  add_sample("picture.png");
  fs::create_directories(directory_ / "activation.json");
  EXPECT_NE(session("new s").status, 0);
  EXPECT_FALSE(exists("s"));
}

TEST_F(SessionPlays, DamagedCrashStateDoesNotStopTheSummary) {
  add_sample("picture.png");
  session("new s");
  session("play --clock virtual");
  directory_.write("s/dbg/_crashes_light.json", "{");
  const auto summary = session("summarize");
  EXPECT_EQ(summary.status, 0);
  EXPECT_NE(summary.err.find("_crashes_light.json: this is no JSON object"), std::string::npos) << summary.err;
  EXPECT_NE(summary.out.find("perfect play: 1 / 1"), std::string::npos);
}

TEST_F(SessionPlays, SessionsOfTheSameNameAreToldApart) {
  add_sample("picture.png");
  fs::create_directories(directory_ / "other");
  session("new s");
  session("play --clock virtual");
  session("export s.tar.gz");
  session("open s.tar.gz --samples-dir other");
  EXPECT_NE(session("compare s --reldir other").out.find(" | s\n      0 |              0.000 | s (other)\n"),
            std::string::npos)
      << session("compare s --reldir other").out;
}

TEST_F(SessionPlays, WhatWasOpenedIsReadOnly) {
  add_sample("picture.png");
  session("new s");
  session("play --clock virtual");
  session("export s.tar.gz");
  session("open s.tar.gz --as t");
  EXPECT_EQ(shell("stat -c %A t/configuration.json t/dbg t/dbg/picture.png.dbg", directory_.path()).out,
            "-r--r--r--\ndr-xr-xr-x\n-r--r--r--\n");
  EXPECT_EQ(session("summarize --session t").status, 0) << "reports can be made";
}

TEST_F(SessionPlays, ALinkOfAStrangerIsNotFollowed) {
  add_sample("picture.png");
  session("new s");
  session("play --clock virtual");
  directory_.write("secret", "the secret\n");
  fs::remove(directory_ / "s/dbg/_player_info.txt");
  fs::create_symlink(directory_ / "secret", directory_ / "s/dbg/_player_info.txt");
  EXPECT_EQ(session("summarize").status, 0);
  EXPECT_EQ(session("summarize --format json").out.find("the secret"), std::string::npos);
  EXPECT_EQ(shell("grep -rl 'the secret' s/reports", directory_.path()).out, "");
  fs::create_symlink("nowhere/file", directory_ / "s/reports/picture.png.all.txt");
  const auto report = session("report picture.png all");
  EXPECT_NE(report.err.find("picture.png.all.txt"), std::string::npos) << report.err;
}

TEST_F(SessionPlays, ReportsOfAnyPlay) {
  add_sample("picture.png");
  session("new s");
  session("play --clock virtual --repeat 2");
  EXPECT_EQ(session("report picture.png counter --play 2").out, "No anomalies detected.\n");
  EXPECT_TRUE(exists("s/reports/picture.png.play2.counter.txt"));
  EXPECT_EQ(session("timeline picture.png --play 3").status, 2);
  FATESPEC_NEEDS_PLOTS();
  EXPECT_EQ(session("plot picture.png --play 2").out, "./s/reports/picture.png.play2.timeline.html\n");
}

TEST_F(SessionPlays, RunOfADirectoryMakesASessionOfItsOwn) {
  add_sample("picture.png");
  const auto ran = session("run . --session other --clock virtual");
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("excludes"), std::string::npos) << ran.err;
  EXPECT_EQ(session("retry-crashed -1").err.find("179769"), std::string::npos);
}

TEST_F(SessionPlays, TheClassicsNotesAreReportsToo) {
  fs::create_directories(directory_ / "old/dbg");
  directory_.write("old/configuration.json", "{}");
  directory_.write("old/dbg/_pyglet_info.txt", "Platform\n");
  directory_.write("old/dbg/_pyglet_hg_revision.txt", "0123\n");
  add_sample("picture.png");
  EXPECT_EQ(session("summarize --session old").status, 0);
  EXPECT_EQ(file("old/reports/03_player_info.txt"), "Platform\n");
  EXPECT_EQ(file("old/reports/04_revision.txt"), "0123\n");
}

}  // namespace
}  // namespace fatespec::test
