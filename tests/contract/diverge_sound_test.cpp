// fatespec diverge of sound: the sample and the channel that differ first, and where the reference comes from.
#include <gtest/gtest.h>

#include "tests/contract/diverge_fixture.hpp"

namespace fatespec::test {
namespace {

using namespace diverging;

/// Two channels of one second.
std::string sound() {
  std::string bytes;
  for (int i = 0; i < 16'000; ++i) bytes += little_endian((i * 37) % 2000 - 1000, 2);
  return bytes;
}

TEST_F(Diverge, OneSample) {
  std::string bad = sound();
  bad.replace(4 * 5000 + 2, 2, little_endian(77, 2));
  make(sound(), bad, std::string("{MD5} ffmpeg -v error ") + audio_input + " -f s16le -");
  const auto found = diverge();
  EXPECT_EQ(found.out, head +
                           "  stream 0: sample 5000 (0.625 s) of channel 1 differs first: 77, expected -963\n"
                           "    1 of 16000 values differ, in channel 1; the largest difference is -30.0 dB\n" +
                           page)
      << found.err;
}

TEST_F(Diverge, OneChannel) {
  std::string bad = sound();
  for (std::size_t i = 0; i < bad.size(); i += 4) bad.replace(i, 2, little_endian(0, 2));
  make(sound(), bad, std::string("{MD5} ffmpeg -v error ") + audio_input + " -f s16le -");
  const auto found = diverge();
  EXPECT_NE(found.out.find("  stream 0: sample 0 (0.000 s) of channel 0 differs first: 0, expected -1000\n"),
            std::string::npos)
      << found.out << found.err;
  EXPECT_NE(found.out.find(" of 16000 values differ, in channel 0; the largest difference is -30.3 dB\n"),
            std::string::npos)
      << found.out;
  EXPECT_NE(read_file(directory_ / "page/index.html").find("class=\"expected\" d=\"M0.0"), std::string::npos);
}

TEST_F(Diverge, ComparisonsWithSamplesNeedNoReference) {
  std::string bad = sound();
  bad.replace(4 * 100, 2, little_endian(31'000, 2));
  make(sound(), bad, std::string("{1OFF,good/a.raw,16} ffmpeg -v error ") + audio_input + " -f s16le -");
  directory_.write("fatespec.yaml", "suites: [s.yaml]\nvariables: {SAMPLES_PATH: bad}\n");
  directory_.write("s.yaml", "suite: s\ntests: [{name: t, spec: '{1OFF,good/a.raw,16} ffmpeg -v error " +
                                 std::string(audio_input) + " -f s16le -'}]\n");
  const auto found = diverge();
  EXPECT_NE(found.out.find("sample 100 (0.013 s) of channel 0 differs first: 31000, expected "), std::string::npos)
      << found.out << found.err;
}

/// As a WAV file of 16 bits.
std::string wave(const std::string& samples, int channels, int rate) {
  const auto size = static_cast<int>(samples.size());
  return "RIFF" + little_endian(size + 36, 4) + "WAVEfmt " + little_endian(16, 4) + little_endian(1, 2) +
         little_endian(channels, 2) + little_endian(rate, 4) + little_endian(rate * channels * 2, 4) +
         little_endian(channels * 2, 2) + little_endian(16, 2) + "data" + little_endian(size, 4) + samples;
}

TEST_F(Diverge, AHeaderSpeaksForBareSamples) {
  std::string bad = sound();
  bad.replace(4 * 100, 2, little_endian(31'000, 2));
  directory_.write("fatespec.yaml", "suites: [s.yaml]\n");
  directory_.write("bad.raw", bad);
  directory_.write("ref.wav", wave(sound(), 2, 8000));
  directory_.write("s.yaml", "suite: s\ntests: [{name: t, spec: '{1OFF,ref.wav,16} cat bad.raw', cwd: .}]\n");
  const auto found = diverge();
  EXPECT_NE(found.out.find("sample 100 (0.013 s) of channel 0 differs first: 31000, expected "), std::string::npos)
      << found.out << found.err;
}

TEST_F(Diverge, ATestMayMakeItsReference) {
  std::string bad = sound();
  bad.replace(4 * 100, 2, little_endian(31'000, 2));
  directory_.write("fatespec.yaml", "suites: [s.yaml]\n");
  directory_.write("bad.raw", bad);
  directory_.write("good.raw", sound());
  directory_.write("s.yaml", "suite: s\ntests: [{name: t, spec: '{1OFF,$TEST_DIR/ref.raw,16} cp " +
                                 directory_ / "good.raw" + " ref.raw && cat " + directory_ / "bad.raw" + "'}]\n");
  const auto found = diverge();
  EXPECT_NE(found.out.find(" of channel 0 differs first: 31000, expected "), std::string::npos)
      << found.out << found.err;
}

// A test that passes has nothing to diverge.
TEST_F(Diverge, ComparesSamplesAsTheTestDoes) {
  std::string near = sound();
  near.replace(4 * 100, 2, little_endian((200 * 37) % 2000 - 1000 + 2, 2));
  std::string floats;
  for (int i = 0; i < 16'000; ++i) {
    const float value = static_cast<float>((i * 37) % 2000 - 1000) / 32768;
    floats += std::string(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  directory_.write("fatespec.yaml", "suites: [s.yaml]\n");
  directory_.write("ref.raw", sound());
  directory_.write("ref.wav", wave(sound(), 2, 8000));
  directory_.write("longer.raw", "abcd" + sound());
  directory_.write("near.raw", near);
  directory_.write("floats.raw", floats);
  directory_.write("s.yaml",
                   "suite: s\ndefaults: {cwd: .}\ntests:\n"
                   "  - {name: packets, spec: '{1OFF,ref.wav,16} cat ref.raw'}\n"
                   "  - {name: shift, spec: '{STDDEV,longer.raw,s16le,0,0,shift=4} cat ref.raw'}\n"
                   "  - {name: back, spec: '{STDDEV,ref.raw,s16le,0,0,shift=-4} cat longer.raw'}\n"
                   "  - {name: format, spec: '{RMS,ref.raw,1e-6,f32le,s16le} cat floats.raw'}\n"
                   "  - {name: tolerance, spec: '{1OFF,ref.raw,16,tolerance=2} cat near.raw'}\n"
                   "  - {name: too-far, spec: '{1OFF,ref.raw,16} cat near.raw'}\n");
  EXPECT_NE(fatespec("run", directory_.path()).out.find("6 tests: 5 pass, 1 fail"), std::string::npos);
  for (const std::string name : {"packets", "shift", "back", "format", "tolerance"}) {
    const auto found = fatespec("diverge s/" + name, directory_.path());
    EXPECT_EQ(found.status, 0) << name << found.out << found.err;
  }
  const auto far = fatespec("diverge s/too-far", directory_.path());
  EXPECT_EQ(far.status, 1);
  EXPECT_NE(far.out.find("of channel 0 differs first: 402, expected 400"), std::string::npos) << far.out;
}

TEST_F(Diverge, BarePicturesNeedAnotherWay) {
  directory_.write("fatespec.yaml", "suites: [s.yaml]\n");
  directory_.write("ref.yuv", std::string(96, 'x'));
  directory_.write("s.yaml",
                   "suite: s\ntests: [{name: t, spec: '{1OFF,ref.yuv,u8} ffmpeg -v error -f lavfi -i "
                   "color=s=8x8:d=0.04 -f rawvideo -'}]\n");
  const auto found = diverge();
  EXPECT_NE(found.err.find("name a good ffmpeg by --reference"), std::string::npos) << found.err;
}

TEST_F(Diverge, SamplesOf24BitsAreShownWhole) {
  std::string good(300, '\0');
  good[100 * 3 + 2 - 3 * 50] = 0x4c;
  std::string bad = good;
  bad[100 * 3 - 3 * 50] = 1;
  make(good, bad, "{MD5} ffmpeg -v error -f s24le -ar 8000 -ac 1 -i $SAMPLES_PATH/a.raw -f s24le -");
  const auto found = diverge();
  EXPECT_NE(found.out.find("differs first: 4980737, expected 4980736"), std::string::npos) << found.out << found.err;
}

}  // namespace
}  // namespace fatespec::test
