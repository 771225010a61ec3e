#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "checks/deviation.hpp"
#include "checks/one_off_check.hpp"
#include "checks/rms_check.hpp"
#include "checks/stddev_check.hpp"
#include "tests/support/support.hpp"

namespace fatespec::checks {
namespace {

using model::SampleFormat;
using test::little_endian;

std::string samples(std::initializer_list<std::int64_t> values, std::size_t bytes) {
  std::string text;
  for (const auto value : values) text += little_endian(value, bytes);
  return text;
}

template <class Float>
std::string floats(std::initializer_list<Float> values) {
  std::string text;
  for (const Float value : values) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    text += bytes;
  }
  return text;
}

Reading run(Check& check, const std::string& output, std::size_t piece = 5) {
  for (std::size_t at = 0; at < output.size(); at += piece) check.consume(std::string_view(output).substr(at, piece));
  return check.finish();
}

ReferencePtr reference(const std::string& bytes) { return std::make_shared<Reference>(bytes); }

Reading one_off(SampleFormat format, const std::string& ref, const std::string& output, std::uint64_t tolerance = 1,
                std::uint64_t size_tolerance = 0) {
  OneOffCheck check({"r", format, tolerance, size_tolerance}, reference(ref), {});
  return run(check, output);
}

TEST(OneOff, PassesUpToTheToleranceWithAnEmptyStdout) {
  const Reading reading = one_off(SampleFormat::s16, samples({0, 100, -5}, 2), samples({1, 99, -5}, 2));
  EXPECT_TRUE(reading.passed());
  EXPECT_EQ(reading.output.text, "");
}

TEST(OneOff, TellsHowManyWhereAndByHowMuch) {
  const Reading reading = one_off(SampleFormat::s16, samples({0, 100, -5, 7}, 2), samples({1, 98, -5, 17}, 2));
  EXPECT_FALSE(reading.passed());
  EXPECT_EQ(reading.reason, "2 / 4 values differ by more than 1, first at sample 1 (byte 2), by at most 10");
  EXPECT_EQ(reading.output.text, reading.reason);
}

TEST(OneOff, TheEndsOfTheRangesDoNotOverflow) {
  EXPECT_EQ(one_off(SampleFormat::s8, samples({-128}, 1), samples({127}, 1)).reason,
            "1 / 1 values differ by more than 1, first at sample 0 (byte 0), by at most 255");
  EXPECT_EQ(one_off(SampleFormat::u8, samples({0}, 1), samples({255}, 1)).reason,
            "1 / 1 values differ by more than 1, first at sample 0 (byte 0), by at most 255");
  EXPECT_EQ(one_off(SampleFormat::s16, samples({-32768}, 2), samples({32767}, 2)).reason,
            "1 / 1 values differ by more than 1, first at sample 0 (byte 0), by at most 65535");
  EXPECT_EQ(one_off(SampleFormat::s24, samples({-8388608}, 3), samples({8388607}, 3)).reason,
            "1 / 1 values differ by more than 1, first at sample 0 (byte 0), by at most 16777215");
  EXPECT_EQ(one_off(SampleFormat::s32, samples({INT32_MIN}, 4), samples({INT32_MAX}, 4)).reason,
            "1 / 1 values differ by more than 1, first at sample 0 (byte 0), by at most 4294967295");
  EXPECT_TRUE(one_off(SampleFormat::s32, samples({INT32_MIN}, 4), samples({INT32_MAX}, 4), 4294967295U).passed());
  EXPECT_TRUE(one_off(SampleFormat::s24, samples({-1, -8388608}, 3), samples({0, -8388607}, 3)).passed())
      << "24-bit signs";
  EXPECT_FALSE(one_off(SampleFormat::s8, samples({-1}, 1), samples({1}, 1)).passed());
  EXPECT_FALSE(one_off(SampleFormat::u8, samples({127}, 1), samples({129}, 1)).passed());
}

TEST(OneOff, LengthsCountInBytesAfterTheHeader) {
  EXPECT_TRUE(one_off(SampleFormat::s16, "", "").passed());
  EXPECT_EQ(one_off(SampleFormat::s16, samples({1, 2}, 2), "").reason, "size is 0 bytes, expected 4");
  EXPECT_EQ(one_off(SampleFormat::s16, "", samples({1}, 2)).reason, "size is 2 bytes, expected 0");
  EXPECT_EQ(one_off(SampleFormat::s16, samples({1}, 2), samples({1}, 2) + "x").reason, "size is 3 bytes, expected 2")
      << "an odd trailing byte";
  EXPECT_TRUE(one_off(SampleFormat::s16, samples({1, 2}, 2), samples({1}, 2) + "x", 1, 1).passed());
  const std::string header = "RIFF" + little_endian(0xFFFFFFFF, 4) + "WAVEfmt " + little_endian(16, 4) +
                             std::string(16, '\0') + "data" + little_endian(0, 4);
  EXPECT_TRUE(one_off(SampleFormat::s16, samples({1, 2}, 2), header + samples({1, 2}, 2)).passed());
  EXPECT_TRUE(one_off(SampleFormat::s16, header + samples({1, 2}, 2), samples({1, 2}, 2)).passed());
  EXPECT_EQ(one_off(SampleFormat::s16, header.substr(0, 30), samples({1}, 2)).reason,
            "the reference has a RIFF/WAVE header without a data chunk");
}

// The vectorised loops against one that cannot be wrong.
TEST(OneOff, AgreesWithAPlainLoopOnRandomSamples) {
  std::mt19937_64 random(3);
  const std::pair<SampleFormat, std::size_t> formats[] = {{SampleFormat::s8, 1},
                                                          {SampleFormat::u8, 1},
                                                          {SampleFormat::s16, 2},
                                                          {SampleFormat::s24, 3},
                                                          {SampleFormat::s32, 4}};
  for (const auto& [format, bytes] : formats) {
    std::string a;
    std::string b;
    std::uint64_t count = 0;
    std::uint64_t largest = 0;
    for (int i = 0; i < 10'007; ++i) {
      const auto shift = 64 - 8 * bytes;
      const auto value = [&] {
        return format == SampleFormat::u8 ? static_cast<std::int64_t>(random() >> shift)
                                          : static_cast<std::int64_t>(random()) >> shift;
      };
      const std::int64_t x = value();
      const std::int64_t y = random() % 4 == 0 ? value() : x;
      const auto d = static_cast<std::uint64_t>(std::abs(x - y));
      count += d > 9 ? 1 : 0;
      largest = std::max(largest, d);
      a += little_endian(x, bytes);
      b += little_endian(y, bytes);
    }
    const std::string reason = one_off(format, a, b, 9).reason;
    EXPECT_EQ(reason.substr(0, reason.find(" values")), std::to_string(count) + " / 10007") << bytes;
    EXPECT_EQ(reason.substr(reason.rfind(' ') + 1), std::to_string(largest)) << bytes;
  }
}

Reading rms(const model::Rms& parameters, const std::string& ref, const std::string& output) {
  RmsCheck check(parameters, reference(ref), {});
  return run(check, output, 7);
}

TEST(Rms, IsComputedAtFullScale) {
  const model::Rms s16{"r", 0.001, SampleFormat::s16, SampleFormat::s16, 0};
  const Reading reading = rms(s16, samples({0, 0, 0, 0}, 2), samples({3, -4, 0, 0}, 2));
  EXPECT_TRUE(reading.passed());
  EXPECT_EQ(reading.output.text,
            "rms 7.62939e-05, peak 0.00012207, 4 samples, accuracy limited");  // 2.5 / 32768, 4 / 32768
  EXPECT_EQ(rms({"r", 1e-5, SampleFormat::s16, SampleFormat::s16, 0}, samples({0, 0}, 2), samples({0, 2}, 2)).reason,
            "rms 4.31584e-05 is not below 1e-05; 1 of 2 samples differ, first at sample 1; the peak is 6.10352e-05, at "
            "sample 1");
}

TEST(Rms, FormatsMayDiffer) {
  EXPECT_TRUE(rms({"r", 1e-9, SampleFormat::f32, SampleFormat::s16, 0}, samples({16384, -32768}, 2),
                  floats<float>({0.5F, -1.0F}))
                  .passed());
  EXPECT_TRUE(
      rms({"r", 1e-9, SampleFormat::s24, SampleFormat::s8, 0}, samples({-64}, 1), samples({-4194304}, 3)).passed());
  EXPECT_TRUE(rms({"r", 1e-9, SampleFormat::s32, SampleFormat::f64, 0}, floats<double>({-1.0}), samples({INT32_MIN}, 4))
                  .passed());
}

TEST(Rms, InfinityAndNotANumberFailUnlessTheyAreEqualInfinities) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const model::Rms f32{"r", 1e30, SampleFormat::f32, SampleFormat::f32, 0};
  EXPECT_EQ(rms(f32, floats<float>({0, 0}), floats<float>({0, nan})).reason, "sample 1 is infinite or not a number");
  EXPECT_EQ(rms(f32, floats<float>({0, inf}), floats<float>({0, -inf})).reason, "sample 1 is infinite or not a number");
  EXPECT_FALSE(rms(f32, floats<float>({nan}), floats<float>({nan})).passed());
  EXPECT_TRUE(rms(f32, floats<float>({inf, 1}), floats<float>({inf, 1})).passed());
}

TEST(Rms, LengthsCountInSamples) {
  const model::Rms s16{"r", 1, SampleFormat::s16, SampleFormat::s16, 0};
  EXPECT_EQ(rms(s16, samples({1, 2}, 2), samples({1}, 2)).reason, "1 samples, expected 2");
  EXPECT_TRUE(rms({"r", 1, SampleFormat::s16, SampleFormat::s16, 1}, samples({1, 2}, 2), samples({1}, 2)).passed());
  EXPECT_TRUE(rms(s16, "", "").passed());
}

TEST(Rms, AccuracyClassesOfIso11172) {
  const double root12 = std::sqrt(12.0);
  EXPECT_EQ(accuracy_class(std::ldexp(0.99, -15) / root12, std::ldexp(1.0, -14)), "full");
  EXPECT_EQ(accuracy_class(std::ldexp(0.99, -15) / root12, std::ldexp(1.01, -14)), "limited");
  EXPECT_EQ(accuracy_class(std::ldexp(1.0, -15) / root12, 0), "limited");
  EXPECT_EQ(accuracy_class(std::ldexp(1.0, -11) / root12, 0), "none");
}

Reading stddev(const model::StdDev& parameters, const std::string& ref, const std::string& output) {
  StdDevCheck check(parameters, reference(ref), {});
  return run(check, output, 3);
}

TEST(StdDev, IsTruncatedToHundredthsForIntegers) {
  EXPECT_EQ(stddev_hundredths(0, 5), 0U);
  EXPECT_EQ(stddev_hundredths(2, 1), 141U);   // sqrt(2) = 1.41421
  EXPECT_EQ(stddev_hundredths(3, 1), 173U);   // 1.73205
  EXPECT_EQ(stddev_hundredths(10, 3), 182U);  // sqrt(3.3333) = 1.82574
  EXPECT_EQ(stddev_hundredths(UINT64_MAX / 20000, 1'000'000), 3037000U);
}

TEST(StdDev, FollowsTheRuleOfFate) {
  const std::string ref = samples({0, 0, 0, 0, 0, 0}, 2);
  const std::string out = samples({3, -3, 3, -3, 3, -3}, 2);
  const auto parameters = [](double target, double fuzz) {
    return model::StdDev{"r", SampleFormat::s16, target, fuzz, 0, 0};
  };
  EXPECT_EQ(stddev(parameters(3, 0), ref, out).output.text,
            "stddev 3.00, PSNR 86.79, largest difference 3, bytes 12 / 12");
  EXPECT_TRUE(stddev(parameters(2.9, 0.1), ref, out).passed());
  EXPECT_EQ(stddev(parameters(0, 1), ref, out).reason,
            "stddev 3.00 is not within 1 of 0; 6 of 6 samples differ, first at sample 0; the largest difference is 3, "
            "at sample 0");
  EXPECT_EQ(stddev(parameters(6, 1), ref, out).reason,
            "stddev 3.00 is not within 1 of 6; 6 of 6 samples differ, first at sample 0; the largest difference is 3, "
            "at sample 0")
      << "better is not as it was";
  EXPECT_EQ(stddev(parameters(6, 1), ref, ref).reason, "stddev 0.00 is not within 1 of 6; nothing differs");
  EXPECT_EQ(stddev(parameters(0, 1), ref, samples({0, 1, -9, 2, 9, 0}, 2)).reason,
            "stddev 5.27 is not within 1 of 0; 4 of 6 samples differ, first at sample 1; the largest difference is 9, "
            "at sample 2");
  EXPECT_EQ(stddev(parameters(3, 0), ref, out + "xx").reason, "size is 14 bytes, expected 12");
  EXPECT_EQ(stddev(parameters(0, 9), samples({0}, 2), samples({0}, 2)).reason, "the output has less than 12 bytes");
}

TEST(StdDev, ShiftSkipsBytesOfTheReferenceOrTheOutput) {
  const std::string short_text = samples({1, 2, 3, 4, 5, 6}, 2);
  EXPECT_TRUE(stddev({"r", SampleFormat::s16, 0, 0, 0, 4}, samples({9, 9}, 2) + short_text, short_text).passed());
  EXPECT_TRUE(stddev({"r", SampleFormat::s16, 0, 0, 0, -4}, short_text, samples({9, 9}, 2) + short_text).passed());
}

TEST(StdDev, WhatIsNoNumberIsNamed) {
  const model::StdDev parameters{"r", SampleFormat::f32, 0, 1e9, 0, 0};
  const std::string ref = floats<float>({0, 0.5F, -0.5F, 1});
  EXPECT_EQ(stddev(parameters, ref, floats<float>({0, 0.5F, NAN, INFINITY})).reason,
            "sample 2 is infinite or not a number");
  const std::string with_infinity = floats<float>({0, INFINITY, -0.5F, 1});
  EXPECT_TRUE(stddev(parameters, with_infinity, with_infinity).passed()) << "the same infinity";
  EXPECT_EQ(stddev({"r", SampleFormat::f32, 0, 1, 0, 0}, ref, floats<float>({0, 0.5F, -0.25F, 1})).reason,
            "stddev 2097152.00 is not within 1 of 0; 1 of 4 samples differ, first at sample 2; the largest difference "
            "is 4194304, at sample 2");
}

TEST(StdDev, FloatsAreScaled) {
  const std::string zeros = floats<float>({0, 0, 0, 0});
  const float step = std::ldexp(1.0F, -24);
  EXPECT_EQ(
      stddev({"r", SampleFormat::f32, 2, 0, 0, 0}, zeros, floats<float>({2 * step, 2 * step, -2 * step, 2 * step}))
          .output.text.substr(0, 11),
      "stddev 2.00");
  EXPECT_TRUE(stddev({"r", SampleFormat::f64, 0, 0, 0, 0}, floats<double>({1, 2}), floats<double>({1, 2})).passed());
}

}  // namespace
}  // namespace fatespec::checks
