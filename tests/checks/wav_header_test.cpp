#include "checks/wav_header.hpp"

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::checks {
namespace {

using test::little_endian;

std::string wav(const std::string& extra_chunks, std::int64_t data_size, const std::string& samples,
                std::int64_t riff_size = 36) {
  return "RIFF" + little_endian(riff_size, 4) + "WAVE" + "fmt " + little_endian(16, 4) + std::string(16, 'f') +
         extra_chunks + "data" + little_endian(data_size, 4) + samples;
}

std::string skip_in_pieces(const std::string& bytes, std::size_t piece) {
  WavHeaderSkipper skipper;
  std::string samples;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    samples += skipper.skip(std::string_view(bytes).substr(at, piece));
  samples += skipper.finish();
  return skipper.broken() ? "broken" : samples;
}

class Headers : public ::testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(Headers, AreSkippedWhereverThePiecesEnd) {
  const auto& [bytes, samples] = GetParam();
  for (std::size_t piece = 1; piece <= bytes.size() + 1; ++piece)
    EXPECT_EQ(skip_in_pieces(bytes, piece), samples) << "pieces of " << piece;
  Reference reference(bytes);
  const WavSamples whole = samples_of(reference);
  EXPECT_EQ(whole.broken ? "broken" : bytes.substr(whole.start, whole.size), samples);
}

INSTANTIATE_TEST_SUITE_P(
    Streams, Headers,
    ::testing::Values(
        std::pair{wav("", 6, "sample"), "sample"}, std::pair{wav("", 0, "sample", 0), "sample"},
        std::pair{wav("", 0xFFFFFFFF, "sample", 0xFFFFFFFF), "sample"},
        std::pair{
            wav("LIST" + little_endian(5, 4) + "12345\0"[0] + std::string("2345") + std::string(1, '\0'), 6, "sample"),
            "sample"},
        std::pair{wav("fact" + little_endian(4, 4) + "abcd", 6, ""), ""},
        std::pair{
            "RF64" +
                wav("ds64" + little_endian(28, 4) + std::string(28, 'd'), 0xFFFFFFFF, "sample", 0xFFFFFFFF).substr(4),
            "sample"},
        std::pair{std::string("RIFX not a header at all"), "RIFX not a header at all"},
        std::pair{std::string("RIFF1234WAVX samples"), "RIFF1234WAVX samples"}, std::pair{std::string("RIF"), "RIF"},
        std::pair{std::string(), ""},
        std::pair{std::string("RIFF1234WAVEfmt ") + little_endian(16, 4) + "cut", "broken"},
        std::pair{wav(std::string(8 * 5, '\0'), 6, "sample"), "sample"},
        std::pair{std::string("RIFF1234WAVE"), "broken"}));

TEST(Headers, OfMillionsOfEmptyChunksCostNoMoreThanTheirBytes) {
  const std::string chunks(std::size_t{64} << 20, '\0');
  const std::string bytes = wav(chunks, 6, "sample");
  EXPECT_EQ(skip_in_pieces(bytes, std::size_t{256} << 10), "sample");
  const test::TemporaryDirectory directory;
  const auto reference = Reference::open(directory.write("a.wav", bytes));
  ASSERT_TRUE(reference);
  EXPECT_EQ(samples_of(**reference).size, 6U);
}

}  // namespace
}  // namespace fatespec::checks
