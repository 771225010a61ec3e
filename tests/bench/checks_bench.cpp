// The inner loops: bytes a second of digests and comparisons, in cache.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>

#include "base/digest.hpp"
#include "checks/one_off_check.hpp"
#include "checks/rms_check.hpp"
#include "checks/sample_kernels.hpp"
#include "checks/text_comparison.hpp"
#include "specs/shell.hpp"
#include "specs/spec_string.hpp"

namespace {

using namespace fatespec;

const std::string& bytes() {
  static const std::string data = [] {
    std::string text(240'000, '\0');  // whole samples of every width
    std::mt19937 random(1);
    for (char& c : text) c = static_cast<char>(random());
    return text;
  }();
  return data;
}

void digest(benchmark::State& state) {
  const auto algorithm = static_cast<base::DigestAlgorithm>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(base::digest_hex(algorithm, bytes()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes().size()));
}
BENCHMARK(digest)->Arg(0)->Arg(1)->Arg(3)->ArgName("algorithm");

void largest_difference(benchmark::State& state) {
  const auto format = static_cast<model::SampleFormat>(state.range(0));
  const std::string other = bytes();
  const std::size_t samples = bytes().size() / model::bytes_per_sample(format);
  for (auto _ : state)
    benchmark::DoNotOptimize(checks::largest_difference(format, bytes().data(), other.data(), samples));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes().size()));
}
BENCHMARK(largest_difference)->DenseRange(0, 4)->ArgName("format");

void rms(benchmark::State& state) {
  const auto reference = std::make_shared<checks::Reference>(bytes());
  for (auto _ : state) {
    checks::RmsCheck check({"r", 1, model::SampleFormat::s16, model::SampleFormat::s16, 0}, reference, {});
    check.consume(bytes());
    benchmark::DoNotOptimize(check.finish());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes().size()));
}
BENCHMARK(rms);

void compare_text(benchmark::State& state) {
  const auto comparison = static_cast<model::Comparison>(state.range(0));
  for (auto _ : state) {
    checks::TextComparison compare(std::make_shared<checks::Reference>(bytes()), comparison);
    compare.consume(bytes());
    benchmark::DoNotOptimize(compare.finish());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes().size()));
}
BENCHMARK(compare_text)->Arg(0)->Arg(1)->ArgName("whitespace");

void expand_command(benchmark::State& state) {
  const model::Variables variables = {
      {"FFMPEG_PATH", "/usr/bin/ffmpeg"}, {"DECODE", "-nostdin -v error -bitexact"}, {"SAMPLES_PATH", "/fate-suite"}};
  for (auto _ : state)
    benchmark::DoNotOptimize(
        specs::expand_command("$FFMPEG_PATH $DECODE -i \"$SAMPLES_PATH/h264/a.264\" -f framecrc -", variables));
}
BENCHMARK(expand_command);

void parse_spec_string(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(
        specs::parse_spec_string("{1OFF,$SAMPLES_PATH/a.pcm,16,tolerance=2} $FFMPEG_PATH -i a -f s16le -"));
}
BENCHMARK(parse_spec_string);

}  // namespace
