// Plays in real time: with SDL's drivers, and in a window of a real X server.
#include <sys/wait.h>

#include <cmath>
#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/player/play.hpp"
#include "tests/player/samples.hpp"
#include "tests/support/spawn.hpp"

namespace fatespec::test {
namespace {

using model::Defect;
using sessions::EventKind;

TEST(RealPlay, TakesAsLongAsTheSampleAndRecordsItAll) {
  for (const char* audio : {"SDL_AUDIODRIVER=dummy", "SDL_AUDIODRIVER=disk SDL_DISKAUDIOFILE=/dev/null"}) {
    const Play played = play(sample("h264_aac.mp4"), "--headless", audio);
    EXPECT_EQ(played.program.status, 0) << played.program.err;
    EXPECT_EQ(played.count(EventKind::frame_shown) + played.count(EventKind::frame_dropped), 50U);
    EXPECT_GT(played.events.back().wall, 1900 * ms);
    EXPECT_EQ(played.defects[Defect::missing_frame], 0U);
    EXPECT_GT(played.count(EventKind::queues), 4U);
    EXPECT_GT(played.count(EventKind::audio_callback), 80U);
    // Not every SDL has the disk driver; the dummy is what the player takes then.
    const std::string driver = played.header.audio_driver;
    EXPECT_TRUE(driver == "dummy" || std::string(audio).find("=" + driver) != std::string::npos) << driver;
  }
}

TEST(RealPlay, FollowsTheSoundWhenItStalls) {
  const Play played = play(sample("h264_aac.mp4"), "--headless --null-audio --inject stall_audio@0.5s:700ms");
  EXPECT_GE(played.defects[Defect::underrun], 1U);
  EXPECT_GT(played.events.back().wall, 2100 * ms);
}

TEST(RealPlay, ASignalEndsIt) {
  const TemporaryDirectory directory;
  const std::string recording = directory / "r.dbg";
  const pid_t player = spawn("exec " FATESPEC_PLAYER_PROGRAM " --headless --null-audio --record " + recording + " " +
                             sample("long.mp4"));
  // Until it plays a signal ends it as it ends any program.
  ASSERT_TRUE(wait_until([&] { return read_play(recording).count(EventKind::frame_shown) > 0; }));
  ::kill(player, SIGINT);
  int status = 0;
  ::waitpid(player, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 3);
  const Play played = read_play(recording);
  ASSERT_FALSE(played.events.empty());
  EXPECT_EQ(played.events.back().texts[1], "ended by the user");
  EXPECT_EQ(played.events.back().numbers[0], 3);
}

TEST(RealPlay, WithoutADisplayItPlaysWithoutAWindow) {
  const Play played =
      play(sample("picture.png"), "--null-audio", "env -u DISPLAY -u WAYLAND_DISPLAY -u SDL_VIDEODRIVER");
  EXPECT_EQ(played.program.status, 0);
  EXPECT_EQ(played.program.err, "fatespec-player: there is no display: playing without a window\n");
  EXPECT_EQ(played.header.video_driver, "none");
}

TEST(RealPlay, ADisplayThatDoesNotAnswerIsTold) {
  if (std::filesystem::exists("/dev/dri/card0")) GTEST_SKIP() << "SDL may draw on this machine's console";
  const Play played = play(sample("picture.png"), "--null-audio",
                           "env -u WAYLAND_DISPLAY -u XDG_RUNTIME_DIR -u SDL_VIDEODRIVER DISPLAY=:999");
  EXPECT_EQ(played.program.status, 0);
  EXPECT_NE(played.program.err.find("fatespec-player: no window could be opened: the display does not answer: "
                                    "playing without one\n"),
            std::string::npos)
      << played.program.err;
  EXPECT_EQ(played.header.video_driver, "none");
}

TEST(RealPlay, SdlsOwnDriversWillDo) {
  for (const char* driver : {"dummy", "offscreen"}) {
    const Play played =
        play(sample("h264_aac.mp4"), "--null-audio --overlay", std::string("SDL_VIDEODRIVER=") + driver);
    EXPECT_EQ(played.program.status, 0) << driver << played.program.err;
    EXPECT_EQ(played.header.video_driver.substr(0, played.header.video_driver.find(' ')), driver);
  }
}

/// An X server of its own, which does not begin anew when its last client leaves: who comes at that moment is sent
/// away.
class RealWindow : public testing::Test {
 protected:
  void SetUp() override {
    const ProgramResult started = shell(
        "Xvfb -noreset -displayfd 3 -screen 0 800x600x24 -nolisten tcp >xvfb.log 2>&1 3>display & echo $! >pid; "
        "for i in $(seq 100); do [ -s display ] && break; sleep 0.1; done; cat display",
        directory_.path());
    display_ = "DISPLAY=:" + started.out.substr(0, started.out.find('\n'));
    ASSERT_GT(display_.size(), 9U) << started.err << read_file(directory_ / "xvfb.log");
  }
  /// The next server may take this one's number, so that nothing of this one may be left to remove.
  void TearDown() override {
    shell("kill $(cat pid)", directory_.path());
    EXPECT_TRUE(wait_for("[ ! -e /tmp/.X$(cat display)-lock ] && [ ! -e /tmp/.X11-unix/X$(cat display) ]"));
  }

  /// Starts a play in the background; its exit status goes to `status`. What X and its input method leave behind is
  /// not looked for: the plays without a window show our leaks.
  void start(const std::string& name, const std::string& options) {
    shell("(" + display_ +
              " ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 timeout -k 5 60 " FATESPEC_PLAYER_PROGRAM " --null-audio " +
              options + " --record r.dbg '" + sample(name) + "'; echo $? >status) >out 2>&1 &",
          directory_.path());
  }
  std::string x(const std::string& command) { return shell(display_ + " " + command, directory_.path()).out; }
  /// Waits until a shell condition holds.
  bool wait_for(const std::string& condition) {
    return shell("for i in $(seq 200); do " + condition + " && exit 0; sleep 0.05; done; exit 1", directory_.path())
               .status == 0;
  }
  bool wait_for_window() { return wait_for(display_ + " xdotool search --name fatespec >window 2>/dev/null"); }
  /// Waits until the recording has an event of this kind with such a text.
  bool records(const std::string& kind, const std::string& text) {
    return wait_for(FATESPEC_PYTHON " " FATESPEC_SOURCE_DIR "/tests/support/read_recording.py r.dbg " + kind +
                    " | grep -q '" + text + "'");
  }
  void key(const std::string& name) { x("xdotool key --window $(cat window) " + name); }
  std::string status() {
    if (!wait_for("[ -s status ]")) return "still running";
    return read_file(directory_ / "status");
  }

  TemporaryDirectory directory_;
  std::string display_;
};

TEST_F(RealWindow, ShowsTheDecodedPicture) {
  start("colours.mkv", "");
  ASSERT_TRUE(wait_for_window()) << read_file(directory_ / "out");
  ASSERT_TRUE(records("frame_shown", "frame"));
  key("space");
  ASSERT_TRUE(records("paused", "paused"));
  x("timeout 30 import -window $(cat window) shown.png");  // without a window it waits for a mouse
  shell("ffmpeg -nostdin -v error -y -i " + sample("colours.mkv") + " -frames:v 1 decoded.png", directory_.path());
  const ProgramResult compared = shell("compare -metric PAE shown.png decoded.png null: 2>&1", directory_.path());
  // Of 65,535: SDL's conversion to RGB and swscale's may differ by a step or two of 256.
  EXPECT_LE(std::atof(compared.out.c_str()), 3 * 257.0) << compared.out;
  EXPECT_NE(compared.out.find('('), std::string::npos) << compared.out;
  key("q");
  EXPECT_EQ(status(), "3\n") << read_file(directory_ / "out");
}

TEST_F(RealWindow, AnswersItsKeys) {
  start("long.mp4", "");
  ASSERT_TRUE(wait_for_window()) << read_file(directory_ / "out");
  ASSERT_TRUE(records("frame_shown", "frame"));
  for (const char* name : {"i", "m", "9", "0", "f", "f", "Right", "space", "period", "period", "space"}) key(name);
  ASSERT_TRUE(records("resumed", "resumed"));
  x("xdotool windowsize $(cat window) 400 300");
  ASSERT_TRUE(records("window", "resized 400 300"));
  key("q");
  EXPECT_EQ(status(), "3\n") << read_file(directory_ / "out");
  const Play played = read_play(directory_ / "r.dbg");
  EXPECT_TRUE(played.readable);
  EXPECT_EQ(played.count(EventKind::paused), 1U);
  EXPECT_GE(played.count(EventKind::seek_done), 1U);
  EXPECT_EQ(played.header.video_driver.substr(0, 3), "x11");
}

TEST_F(RealWindow, TheOverlayAndTheTurnedPictureAreThere) {
  start("turned.mp4", "--overlay");
  ASSERT_TRUE(wait_for_window()) << read_file(directory_ / "out");
  ASSERT_TRUE(records("frame_shown", "frame"));
  const std::string geometry = x("xdotool getwindowgeometry $(cat window)");
  EXPECT_NE(geometry.find("240x320"), std::string::npos) << geometry;
  x("timeout 30 import -window $(cat window) shown.png");  // without a window it waits for a mouse
  // White text on a dark ground, at the upper left.
  const ProgramResult white = shell(
      "convert shown.png -crop 200x110+8+8 -fill black +opaque white -format '%[fx:mean]' info:", directory_.path());
  EXPECT_GT(std::atof(white.out.c_str()), 0.01) << white.out << white.err;
}

}  // namespace
}  // namespace fatespec::test
