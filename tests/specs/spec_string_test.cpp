#include "specs/spec_string.hpp"
#include "specs/spec_arguments.hpp"

#include <gtest/gtest.h>

namespace fatespec::specs {
namespace {

using model::SampleFormat;
using model::SpecType;

std::string error_of(const std::string& text) {
  const auto parsed = parse_spec_string(text);
  if (parsed) return "";
  return std::to_string(parsed.error().offset) + ": " + parsed.error().message;
}

TEST(SpecString, WithoutATypeIsACommand) {
  const auto spec = parse_spec_string("  ffmpeg -i a.avi | wc -c ");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->type, SpecType::command);
  EXPECT_EQ(spec->command, "ffmpeg -i a.avi | wc -c");
  EXPECT_EQ(spec->command_offset, 2U);
}

// As a shell takes the words.
TEST(SpecString, BlanksAroundACommandAreNoneOfItUnlessTheyAreAWord) {
  EXPECT_EQ(parse_spec_string(" echo a \n")->command, "echo a");
  EXPECT_EQ(parse_spec_string("echo a\\ ")->command, "echo a\\ ");
  EXPECT_EQ(parse_spec_string("echo a\\\\ ")->command, "echo a\\\\");
  EXPECT_EQ(parse_spec_string("{MD5} printf a\\  ")->command, "printf a\\ ");
  EXPECT_EQ(parse_spec_string("printf a\r")->command, "printf a\r");
}

TEST(SpecString, ABraceBeforeASpaceIsAShellGroup) {
  EXPECT_EQ(parse_spec_string("{ a; b; }")->type, SpecType::command);
  EXPECT_EQ(parse_spec_string("{ a; b; }")->command, "{ a; b; }");
}

TEST(SpecString, EveryTypeIsRead) {
  EXPECT_EQ(parse_spec_string("{FILESIZE} a")->type, SpecType::filesize);
  EXPECT_EQ(parse_spec_string("{SHA384} a")->digest, base::DigestAlgorithm::sha384);
  EXPECT_EQ(parse_spec_string("{SHA512FILE,out.bin} a")->type, SpecType::digest_file);
  EXPECT_EQ(parse_spec_string("{SHA512FILE,out.bin} a")->arguments[0].value, "out.bin");
  EXPECT_EQ(parse_spec_string("{1OFF,r,16} a")->type, SpecType::one_off);
  EXPECT_EQ(parse_spec_string("{RMS,r,0.5} a")->type, SpecType::rms);
  EXPECT_EQ(parse_spec_string("{STDDEV,r,s16le,0,1} a")->type, SpecType::stddev);
  EXPECT_EQ(parse_spec_string("{MAKE} fate-h264")->command, "fate-h264");
  EXPECT_EQ(parse_spec_string("{MAKETEST}")->command, "");
  EXPECT_EQ(parse_spec_string("{MAKETEST} make x")->command, "make x");
  EXPECT_EQ(parse_spec_string("{PLAYER,max_defects=2,clock=virtual} a.mp4")->arguments[1].name, "clock");
}

TEST(SpecString, QuotedArgumentsHoldCommasBracesAndBlanks) {
  const auto spec = parse_spec_string(R"({MD5FILE," a,b}\"c\\ "} cmd)");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->arguments[0].value, " a,b}\"c\\ ");
}

TEST(SpecString, BareArgumentsAreTrimmedAndKeepBracedVariables) {
  const auto spec = parse_spec_string("{MD5FILE, ${TEST_DIR}/out } cmd");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->arguments[0].value, "${TEST_DIR}/out");
}

TEST(SpecString, ErrorsNameThePlaceAndTheNearestType) {
  EXPECT_EQ(error_of("{MD6} a"), "1: unknown type {MD6}; did you mean `MD5`?");
  EXPECT_EQ(error_of("{md5} a"), "1: unknown type {md5}; did you mean `MD5`?");
  EXPECT_EQ(error_of("{echo a}"), "1: unknown type {echo}; a group of the shell has a space after its `{`");
  EXPECT_EQ(error_of("{MD5 a"), "4: `,` or `}` must follow {MD5");
  EXPECT_EQ(error_of("{MD5FILE,a b"), "0: the `{` is never closed by a `}`");
  EXPECT_EQ(error_of("{MD5}a"), "5: a space must follow the `}`");
  EXPECT_EQ(error_of("{MD5} "), "4: {MD5} needs a command after it");
  EXPECT_EQ(error_of("{MD5,x} a"), "5: {MD5} does not take this argument");
  EXPECT_EQ(error_of("{1OFF,ref} a"), "9: {1OFF} lacks its argument PRECISION");
  EXPECT_EQ(error_of("{1OFF,ref,12} a"), "10: `12` is not a precision: 8, u8, 16, 24 or 32");
  EXPECT_EQ(error_of("{1OFF,ref,16,tolerence=2} a"),
            "13: {1OFF} has no argument `tolerence`; did you mean `tolerance`?");
  EXPECT_EQ(error_of("{1OFF,ref,16,tolerance=1,tolerance=2} a"), "25: `tolerance` is given twice");
  EXPECT_EQ(error_of("{1OFF,ref,16,tolerance=-1} a"), "13: `-1` is not a whole number of 0 or more");
  EXPECT_EQ(error_of("{RMS,ref,much} a"), "9: `much` is not a number");
  EXPECT_EQ(error_of("{RMS,ref,0.1,s17} a"), "13: `s17` is not one of s8 s16le s24le s32le f32le f64le");
  EXPECT_EQ(error_of("{STDDEV,ref,s24le,0,1} a"), "12: `s24le` is not one of u8 s16le f32le f64le");
  EXPECT_EQ(error_of("{MD5FILE,} a"), "9: an argument of {MD5FILE} is empty");
  EXPECT_EQ(error_of("{MD5FILE,\"a} x"), "9: the quote is never closed");
  EXPECT_EQ(error_of(""), "0: the spec is empty");
  EXPECT_EQ(error_of("{MAKE}"), "5: {MAKE} needs a target after it");
}

TEST(SpecString, ValuesOfNamedArgumentsMayBeQuoted) {
  for (const char* spec : {"{PLAYER,\"inject=crash@1s,crash@2s\"} x", "{PLAYER,inject=\"crash@1s,crash@2s\"} x"})
    EXPECT_EQ(parse_spec_string(spec)->arguments.at(0).value, "crash@1s,crash@2s") << spec;
  EXPECT_EQ(parse_spec_string("{MD5FILE,\"a=b,c}\"} x")->arguments.at(0).value, "a=b,c}");
}

TEST(SpecString, ValuesWithVariablesAreLeftForLater) { EXPECT_TRUE(parse_spec_string("{1OFF,$REF,$BITS} a")); }

TEST(SpecString, DefaultsOfTheComparisons) {
  const auto one_off = one_off_arguments(*parse_spec_string("{1OFF,r,24} a"));
  EXPECT_EQ(one_off->format, SampleFormat::s24);
  EXPECT_EQ(one_off->tolerance, 1U);
  EXPECT_EQ(one_off->size_tolerance, 0U);
  EXPECT_EQ(one_off_arguments(*parse_spec_string("{1OFF,r,8} a"))->format, SampleFormat::s8);
  EXPECT_EQ(one_off_arguments(*parse_spec_string("{1OFF,r,u8} a"))->format, SampleFormat::u8);
  const auto rms = rms_arguments(*parse_spec_string("{RMS,r,1e-3,f32le} a"));
  EXPECT_EQ(rms->reference_format, SampleFormat::f32);
  EXPECT_EQ(rms_arguments(*parse_spec_string("{RMS,r,1} a"))->format, SampleFormat::s16);
  EXPECT_EQ(rms_arguments(*parse_spec_string("{RMS,r,1,f32le,s16le,size_tolerance=9} a"))->reference_format,
            SampleFormat::s16);
  const auto stddev = stddev_arguments(*parse_spec_string("{STDDEV,r,u8,1.5,0.25,shift=-4} a"));
  EXPECT_EQ(stddev->shift, -4);
  EXPECT_EQ(stddev->target, 1.5);
}

}  // namespace
}  // namespace fatespec::specs
