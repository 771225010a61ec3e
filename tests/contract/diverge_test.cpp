// fatespec diverge: outputs damaged on purpose, and the exact finding for each damage.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/contract/diverge_fixture.hpp"

namespace fatespec::test {
namespace {

namespace fs = std::filesystem;

using namespace diverging;

TEST_F(Diverge, OnePixel) {
  const auto found = diverge_video([](std::string& bytes) { bytes[3 * frame_bytes + 20 * width + 33] ^= 1; });
  EXPECT_EQ(found.status, 1) << found.err;
  EXPECT_EQ(found.out, head +
                           "  video frame 3 (pts 3, 0.120 s) alone differs of 10; sizes equal; timestamps equal\n"
                           "    Y: 1 of 3072 samples differ, first at 33,20 (block 2,1), by at most 1, PSNR 83.01 dB\n"
                           "    U: equal\n    V: equal\n" +
                           page);
  for (const char* picture : {"expected", "actual", "difference"})
    EXPECT_EQ(shell("ffprobe -v error -of csv=p=0 -show_entries stream=width,height page/stream0/" +
                        std::string(picture) + ".png",
                    directory_.path())
                  .out,
              "64,48\n");
  // The one pixel, and nothing else, is white.
  EXPECT_EQ(shell("ffmpeg -v error -i page/stream0/difference.png -f rawvideo -pix_fmt gray - | od -An -v -tu1 -w1 | "
                  "grep -n 255",
                  directory_.path())
                .out,
            std::to_string(20 * width + 33 + 1) + ": 255\n");
}

TEST_F(Diverge, OnePlane) {
  const auto found = diverge_video([](std::string& bytes) {
    for (int frame = 0; frame < frames; ++frame)
      for (std::size_t i = luma; i < luma + luma / 4; ++i)
        bytes[static_cast<std::size_t>(frame) * frame_bytes + i] += 2;
  });
  EXPECT_EQ(found.out, head +
                           "  all 10 video frames differ; sizes equal; timestamps equal\n    Y: equal\n"
                           "    U: 768 of 768 samples differ, first at 0,0 (block 0,0), by at most 2, PSNR 42.11 dB\n"
                           "    V: equal\n" +
                           page);
}

TEST_F(Diverge, ABlockIsCountedInPixelsOfThePicture) {
  // 4:2:2: chroma has half the width and all of the height.
  constexpr std::size_t bytes = luma * 2;
  std::string good(bytes, '\x55');
  std::string bad = good;
  bad[luma + 33 * (width / 2) + 17] ^= 8;
  make(good, bad, "{MD5} ffmpeg -v error -f rawvideo -pix_fmt yuv422p -s 64x48 -i $SAMPLES_PATH/a.raw -f rawvideo -");
  EXPECT_NE(diverge().out.find("    U: 1 of 1536 samples differ, first at 17,33 (block 2,2), by at most 8, PSNR "),
            std::string::npos);
}

TEST_F(Diverge, OneFrame) {
  const auto found = diverge_video([](std::string& bytes) {
    for (std::size_t i = 0; i < frame_bytes; ++i) bytes[7 * frame_bytes + i] += 1;
  });
  EXPECT_EQ(found.out, head +
                           "  video frame 7 (pts 7, 0.280 s) alone differs of 10; sizes equal; timestamps equal\n"
                           "    Y: 3072 of 3072 samples differ, first at 0,0 (block 0,0), by at most 1, PSNR 48.13 dB\n"
                           "    U: 768 of 768 samples differ, first at 0,0 (block 0,0), by at most 1, PSNR 48.13 dB\n"
                           "    V: 768 of 768 samples differ, first at 0,0 (block 0,0), by at most 1, PSNR 48.13 dB\n" +
                           page);
}

TEST_F(Diverge, SwappedFrames) {
  const auto found = diverge_video([](std::string& bytes) {
    const std::string third = bytes.substr(3 * frame_bytes, frame_bytes);
    bytes.replace(3 * frame_bytes, frame_bytes, bytes.substr(5 * frame_bytes, frame_bytes));
    bytes.replace(5 * frame_bytes, frame_bytes, third);
  });
  EXPECT_EQ(found.out.substr(0, found.out.find("\n    ")),
            head + "  video frame 3 (pts 3, 0.120 s) and 5 have changed places");
  EXPECT_TRUE(exists("page/stream0/difference.png"));
}

TEST_F(Diverge, DroppedFrame) {
  const auto found = diverge_video([](std::string& bytes) { bytes.erase(4 * frame_bytes, frame_bytes); });
  EXPECT_EQ(found.out, head + "  1 video frame missing after video frame 3 (pts 3, 0.120 s) (9, expected 10)\n" + page);
  EXPECT_TRUE(exists("page/stream0/expected.png")) << "the one that is missing";
  EXPECT_FALSE(exists("page/stream0/actual.png"));
}

TEST_F(Diverge, ShiftedTimes) {
  reference_ = ", OPTIONS: \"-vf setpts=PTS+2\"";
  make(pictures(), pictures(),
       std::string("ffmpeg -v error -nostdin ") + video_input + " -copyts $OPTIONS -f framecrc -");
  const auto found = diverge();
  EXPECT_EQ(found.out, head +
                           "  timestamps only: pts shifted by -2 from video frame 0 (pts 2, 0.080 s) on; dts "
                           "shifted by -2 from video frame 0 (pts 2, 0.080 s) on\n" +
                           page)
      << found.err;
}

TEST_F(Diverge, OtherSize) {
  reference_ = ", OPTIONS: \"-s 32x24\"";
  make(pictures(), pictures(), std::string("{MD5} ffmpeg -v error ") + video_input + " $OPTIONS -f rawvideo -");
  const auto found = diverge();
  EXPECT_EQ(found.out, head +
                           "  all 10 video frames differ; timestamps equal\n"
                           "    the pictures are 64x48, expected 32x24; pixel format yuv420p\n" +
                           page)
      << found.err;
  EXPECT_FALSE(exists("page/stream0/difference.png"));
}

TEST_F(Diverge, AStreamThatChangesItsSize) {
  // Twenty pictures of PPM, half of them larger.
  const auto stream = [](int from) {
    return "ffmpeg -v error -f lavfi -i testsrc=s=64x48:r=25:d=0.4 -c:v mpeg2video -q:v 2 -f mpegts - ; "
           "ffmpeg -v error -f lavfi -i testsrc=s=96x64:r=25:d=0.4 -vf "
           "\"drawbox=w=5:h=5:t=fill:color=red:enable=gte(t\\,0." +
           std::to_string(from) + ")\" -c:v mpeg2video -q:v 2 -f mpegts -";
  };
  make(shell(stream(9)).out, shell(stream(2)).out,
       "{MD5} ffmpeg -v error -i $SAMPLES_PATH/a.raw -noautoscale -fps_mode passthrough -f rawvideo -");
  const auto found = diverge();
  EXPECT_EQ(found.status, 1) << found.err;
  EXPECT_NE(found.out.find("video frame 1"), std::string::npos) << found.out << found.err;
  EXPECT_NE(found.out.find("of 6144 samples differ, first at 0,0 (block 0,0)"), std::string::npos) << found.out;
}

TEST_F(Diverge, AnEarlierRunsFileIsEnough) {
  make(pictures(), pictures(),
       "{MD5FILE,out.nut} ffmpeg -v error " + std::string(video_input) + " -c:v rawvideo $OPTIONS -f nut out.nut");
  directory_.write("fatespec.yaml", "suites: [s.yaml]\nvariables: {SAMPLES_PATH: good, OPTIONS: \"\"}\n");
  directory_.write("s.yaml", "suite: s\ntests: [{name: t, spec: '{MD5FILE,out.nut} ffmpeg -v error " +
                                 std::string(video_input) + " -c:v rawvideo $OPTIONS -f nut out.nut'}]\n");
  EXPECT_EQ(fatespec("run --no-progress --keep all", directory_.path()).status, 0);
  EXPECT_EQ(
      diverge().out,
      "s/t: no difference: every frame is the same (time base, subtitles and text of the output are not looked at)\n");
  const auto found = diverge("--set OPTIONS='-vf negate'");
  EXPECT_NE(found.out.find("all 10 video frames differ"), std::string::npos) << found.out << found.err;
}

TEST_F(Diverge, SoIsAFileThatACommandWrites) {
  directory_.write("good/a.raw", pictures());
  directory_.write("fatespec.yaml", "suites: [s.yaml]\nvariables: {SAMPLES_PATH: good, OPTIONS: \"\"}\n");
  directory_.write("s.yaml", "suite: s\ntests: [{name: t, spec: 'ffmpeg -v error " + std::string(video_input) +
                                 " -c:v ffv1 $OPTIONS $TEST_DIR/out.mkv'}]\n");
  EXPECT_EQ(fatespec("run --no-progress --keep all", directory_.path()).status, 0);
  const auto found = diverge("--set OPTIONS='-vf negate'");
  EXPECT_NE(found.out.find("all 10 video frames differ"), std::string::npos) << found.out << found.err;
}

TEST_F(Diverge, OfSeveralStepsTheLastOneIsLookedAt) {
  std::string bad = pictures();
  bad[frame_bytes + 5] ^= 4;
  make(pictures(), bad,
       std::string("{MD5} ffmpeg -v error ") + video_input +
           " -c:v ffv1 \"a && b.mkv\" && ffmpeg -v error -i \"a && b.mkv\" -f framemd5 -");
  const auto found = diverge();
  EXPECT_NE(found.out.find("  video frame 1 (pts 1, 0.040 s) alone differs of 10"), std::string::npos)
      << found.out << found.err;
}

TEST_F(Diverge, AStreamTooMany) {
  reference_ = ", OPTIONS: \"-map 0:v\"";
  make(pictures(), pictures(),
       std::string("ffmpeg -v error ") + video_input + " -f lavfi -i sine=d=0.1 $OPTIONS -f framecrc -");
  const auto found = diverge();
  EXPECT_EQ(found.status, 1) << found.out << found.err;
  EXPECT_NE(found.out.find(" audio frames too many at the beginning"), std::string::npos) << found.out;
}

TEST_F(Diverge, WithoutPicturesAndSoundThereIsNothingToCompare) {
  for (const char* place : {"good", "bad"})
    directory_.write(std::string(place) + "/a.raw",
                     std::string("1\n00:00:00,000 --> 00:00:01,000\nHell") + (place[0] == 'g' ? "o" : "O") + "\n\n");
  directory_.write("fatespec.yaml",
                   "suites: [s.yaml]\nvariables: {SAMPLES_PATH: bad}\nreference: {SAMPLES_PATH: good}\n");
  directory_.write("s.yaml",
                   "suite: s\ntests: [{name: t, spec: 'ffmpeg -v error -f srt -i $SAMPLES_PATH/a.raw -f srt -'}]\n");
  const auto found = diverge();
  EXPECT_EQ(found.status, 2) << found.out;
  EXPECT_NE(found.err.find("neither output has pictures or sound, and only these are compared"), std::string::npos)
      << found.err;
}

TEST_F(Diverge, AnotherShapeOfPixels) {
  reference_ = ", OPTIONS: \"-aspect 4:3\"";
  make(pictures(), pictures(), std::string("ffmpeg -v error ") + video_input + " $OPTIONS -f framecrc -");
  const auto found = diverge();
  EXPECT_EQ(found.status, 1);
  EXPECT_NE(found.out.find("  header: sar 0 is 0/1, expected 1/1\n"), std::string::npos) << found.out;
}

TEST_F(Diverge, AnotherExitStatus) {
  directory_.write("program", "#!/bin/sh\nffmpeg \"$@\"; exit 3\n");
  shell("chmod +x program", directory_.path());
  make(pictures(), pictures(), std::string("$PROGRAM -v error ") + video_input + " -f framecrc -");
  directory_.write("fatespec.yaml", "suites: [s.yaml]\nvariables: {SAMPLES_PATH: good, PROGRAM: " +
                                        directory_ / "program" + "}\nreference: {PROGRAM: ffmpeg}\n");
  const auto found = diverge();
  EXPECT_EQ(found.status, 1);
  EXPECT_EQ(found.out, head + "  the command ends with status 3, expected 0\n" + page);
}

TEST_F(Diverge, RawPicturesComeAtTheRateThatTheTestHasThem) {
  // ffmpeg fills the gaps of what has no times; NUT alone would keep them.
  reference_ = ", OPTIONS: \"-vf setpts=N/TB/5\"";
  make(pictures(), pictures(), std::string("{MD5} ffmpeg -v error ") + video_input + " $OPTIONS -f rawvideo -");
  const auto found = diverge();
  EXPECT_EQ(found.status, 1) << found.out;
  EXPECT_NE(found.out.find("(10, expected "), std::string::npos) << found.out << found.err;
}

TEST_F(Diverge, PicturesOfAnotherTimeAreGone) {
  EXPECT_EQ(diverge_video([](std::string& bytes) { bytes[9] ^= 1; }).status, 1);
  directory_.write("bad/a.raw", pictures());
  EXPECT_EQ(diverge().status, 0);
  EXPECT_FALSE(exists("page/index.html"));
  EXPECT_FALSE(exists("page/stream0"));
}

TEST_F(Diverge, LeavesNothingBehindWhenItIsStopped) {
  make(pictures(), pictures(), std::string("ffmpeg -v error -re -stream_loop 100 ") + video_input + " -f framecrc -");
  const auto stopped =
      shell("mkdir tmp; TMPDIR=$PWD/tmp " FATESPEC_PROGRAM
            " diverge s/t & until ls tmp/fatespec-diverge-*/actual/output.nut >/dev/null 2>&1; do sleep 0.02; done; "
            "kill -TERM $!; wait $!; echo $?; ls tmp; pgrep -f stream_loop.$PWD | head -1",
            directory_.path());
  EXPECT_EQ(stopped.out, "143\n") << stopped.err;
}

TEST_F(Diverge, SaysWhyItCannot) {
  make(pictures(), pictures(), "ffmpeg -version");
  auto found = diverge();
  EXPECT_EQ(found.status, 3);
  EXPECT_NE(found.err.find("s/t: actual: the command has no `-i INPUT` and output that ffmpeg has"), std::string::npos)
      << found.err;
  make(pictures(), pictures(), std::string("ffmpeg -v error ") + video_input + " -f framecrc - | grep -c video");
  found = diverge();
  EXPECT_EQ(found.status, 3);
  EXPECT_NE(found.err.find("does not end in a plain ffmpeg command"), std::string::npos) << found.err;
  make(pictures(), pictures(), std::string("ffmpeg -v error ") + video_input + " -f framecrc - -f framemd5 other");
  found = diverge();
  EXPECT_NE(found.err.find("several outputs"), std::string::npos) << found.err;
  directory_.write("fatespec.yaml", "suites: [s.yaml]\nvariables: {SAMPLES_PATH: bad}\n");
  found = diverge();
  EXPECT_EQ(found.status, 2);
  EXPECT_NE(found.err.find("there is nothing to compare with: name a good ffmpeg by --reference FFMPEG"),
            std::string::npos)
      << found.err;
  make(pictures(), "", std::string("{MD5} ffmpeg -v error ") + video_input + " -f rawvideo -");
  fs::remove(directory_ / "bad/a.raw");
  found = diverge();
  EXPECT_EQ(found.status, 3);
  EXPECT_NE(found.err.find("actual: it wrote nothing: "), std::string::npos) << found.err;
  EXPECT_EQ(fatespec("diverge nosuch", directory_.path()).status, 4);
}

TEST_F(Diverge, NothingThatATestSaysIsMarkup) {
  make(pictures(), std::string(pictures()).replace(5, 1, "x"),
       std::string("{MD5} ffmpeg -v error ") + video_input +
           " -metadata \"title=<script>alert(1)</script>\" -f rawvideo -");
  EXPECT_EQ(diverge().status, 1);
  const std::string text = read_file(directory_ / "page/index.html");
  EXPECT_EQ(text.find("<script>"), std::string::npos);
  EXPECT_NE(text.find("&lt;script&gt;"), std::string::npos);
}

}  // namespace
}  // namespace fatespec::test
