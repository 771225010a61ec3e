// Real streams: the publisher of these H.264 conformance streams gives the SHA-1 of the decoded frames.
#include <cstdlib>
#include <utility>

#include <gtest/gtest.h>

#include "tests/player/play.hpp"
#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

constexpr std::pair<const char*, const char*> streams[] = {
    {"SVA_BA2_D.264", "98ff2d67860462d8d8bcc9352097c06cc401d97e"},
    {"SVA_NL2_E.264", "70453ef8097c94dd190d6d2d1d5cb83c67e66238"},
    {"SVA_Base_B.264", "91f514d81cd33de9f6fbf5dbefdb189cc2e7ecf4"},
    {"SVA_FM1_E.264", "fad08c4ff7cf2307b6579853d0f4652fc26645d3"},
    {"Static.264", "91dd4a7a796805b2cd015cae8fd630d96c663f42"},
    {"BASQP1_Sony_C.jsv", "3986c8c9d2876d2f0748b925101b152c6ec8b811"},
    {"SVA_CL1_E.264", "4fe09ab6cdc965ea10a20f1d6dd38aca954412bb"},
    {"SVA_BA1_B.264", "c4543b24823b16c424c673616c36c7f537089b2d"},
    {"SVA_NL1_B.264", "6d63f72a0c0d833b1db0ba438afff3b4180fb3e6"},
    {"QCIF_2P_I_allIPCM.264", "8724c0866ebdba7ebb7209a0c0c3ae3ae38a0240"},
    {"test_qcif_cabac.264", "587d1d05943f3cd416bf69469975fdee05361e69"},
    {"NRF_MW_E.264", "20732198c04cd2591350a361e4510892f6eed3f0"},
    {"BA1_Sony_D.jsv", "d94b5ceed5686a03ea682b53d415dee999d27eb6"},
    {"BA_MW_D.264", "afd7a9765961ca241bb4bdf344b31397bec7465a"},
    {"MIDR_MW_D.264", "9467030f4786f75644bf06a7fc809c36d1959827"},
    {"CI_MW_D.264", "289f29a103c8d95adf2909c646466904be8b06d7"}};

std::filesystem::path samples() {
  const char* named = std::getenv("FATESPEC_CONFORMANCE_SAMPLES");
  return named != nullptr ? std::filesystem::path(named)
                          : std::filesystem::path(FATESPEC_SOURCE_DIR) / "../shared/samples/h264";
}

TEST(Conformance, H264StreamsDecodeToThePublishersSha1) {
  if (!std::filesystem::exists(samples() / "BA_MW_D.264"))
    // The streams are read where they are and not copied into this repository.
    GTEST_SKIP() << "no conformance streams in " << samples() << "; FATESPEC_CONFORMANCE_SAMPLES names their place";
  const TemporaryDirectory directory;
  std::string tests =
      "variables: {DECODE: -nostdin -v error, RAW: -fps_mode passthrough -f rawvideo -pix_fmt yuv420p -}\ntests:\n";
  for (const auto& [file, digest] : streams)
    tests += std::string("  - {name: ") + file + ", spec: '{SHA1} $FFMPEG_PATH $DECODE -i $SAMPLES_PATH/" + file +
             " $RAW', expect: {stdout: " + digest + "}}\n";
  const auto run = run_suite(directory, tests, "--set SAMPLES_PATH=" + std::filesystem::canonical(samples()).string());
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_EQ(run.lines.size(), std::size(streams) + 2);
}

TEST(Conformance, ThePlayerShowsEveryFrameOfTheStreams) {
  if (!std::filesystem::exists(samples() / "BA_MW_D.264"))
    GTEST_SKIP() << "no conformance streams in " << samples() << "; FATESPEC_CONFORMANCE_SAMPLES names their place";
  for (const auto& [file, digest] : streams) {
    const std::string path = std::filesystem::canonical(samples() / file).string();
    const std::string counted = shell(
                                    "ffprobe -v error -select_streams v:0 -count_frames -show_entries "
                                    "stream=nb_read_frames -of csv=p=0 " +
                                    path)
                                    .out;
    const Play played = play_virtually(path);
    EXPECT_EQ(played.program.status, 0) << file << played.program.err;
    EXPECT_EQ(std::to_string(played.count(sessions::EventKind::frame_shown)) + "\n", counted) << file;
    EXPECT_EQ(played.defects.total(), 0U) << file;
  }
}

}  // namespace
}  // namespace fatespec::test
