#include "base/text.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/signals.hpp"

namespace fatespec::base {
namespace {

using namespace std::chrono_literals;

TEST(Durations, AreReadWithTheirUnits) {
  EXPECT_EQ(parse_duration("30s"), Duration(30s));
  EXPECT_EQ(parse_duration("500ms"), Duration(500ms));
  EXPECT_EQ(parse_duration("1.5s"), Duration(1500ms));
  EXPECT_EQ(parse_duration("2m"), Duration(120s));
  EXPECT_EQ(parse_duration("1h"), Duration(3600s));
  EXPECT_EQ(parse_duration("30d"), Duration(720h));
  EXPECT_EQ(parse_duration("7"), Duration(7s));
  for (const char* wrong : {"", "s", "3x", "-1s", "1e99h", "nan", "inf", "1 2s", "3 s"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
}

TEST(Durations, AreShownInThreeDigits) {
  EXPECT_EQ(format_duration(12ms), "12 ms");
  EXPECT_EQ(format_duration(3240ms), "3.24 s");
  EXPECT_EQ(format_duration(59900ms), "59.9 s");
  EXPECT_EQ(format_duration(125s), "2m05s");
  EXPECT_EQ(format_duration(3700s), "1h01m");
}

TEST(Sizes, AreReadInPowersOf1024) {
  EXPECT_EQ(parse_size("4096"), 4096U);
  EXPECT_EQ(parse_size("2M"), 2U << 20);
  EXPECT_EQ(parse_size("1 KiB"), 1024U);
  EXPECT_FALSE(parse_size("2X"));
  EXPECT_FALSE(parse_size("-1"));
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(std::uint64_t{9} << 20), "9.0 MiB");
}

TEST(Modes, AreReadInOctal) {
  EXPECT_EQ(parse_mode("755"), 0755);
  EXPECT_EQ(parse_mode("0644"), 0644);
  EXPECT_EQ(parse_mode("07777"), 07777);
  for (const char* wrong : {"", "8", "75x", "-1", "+7", " 7", "10000", "0x1", "77777777777777777777"})
    EXPECT_EQ(parse_mode(wrong), std::nullopt) << wrong;
}

TEST(Nearest, FindsMisspellingsAndNothingElse) {
  EXPECT_EQ(nearest("timeot", {"tags", "timeout", "slots"}), "timeout");
  EXPECT_EQ(nearest("md5", {"MD5", "SHA1"}), "MD5");
  EXPECT_EQ(nearest("desc", {"name", "spec", "description"}), "description") << "an abbreviation";
  EXPECT_EQ(nearest("tol", {"size_tolerance", "tolerance"}), "tolerance");
  EXPECT_EQ(nearest("mp2", {"mpegaudio/mp3-md5", "mpegaudio/mp2-md5"}), "mpegaudio/mp2-md5") << "the suite is left out";
  EXPECT_EQ(nearest("m", {"s/t", "s/m[A=1]"}), "s/m[A=1]");
  EXPECT_EQ(nearest("zebra", {"timeout", "slots"}), std::nullopt);
}

TEST(Utf8, BadBytesAreEscapedAndGoodOnesKept) {
  EXPECT_EQ(to_utf8("grün\n"), "grün\n");
  EXPECT_EQ(to_utf8("a\xff\xc3(b"), "a\\xff\\xc3(b");
  EXPECT_EQ(to_utf8("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(to_utf8("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  EXPECT_EQ(to_utf8("\xc0\xaf"), "\\xc0\\xaf");                    // overlong
  EXPECT_TRUE(is_utf8("\xf0\x9f\x8e\xac"));
}

TEST(Printable, NoControlCharacterReachesTheTerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\r\n\tc\x7f"), "a\\x1b[31mb\\r\\n\\tc\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");  // CSI as one C1 character
  EXPECT_EQ(printable_lines("a\n\tb\x07"), "a\n\tb\\x07");
  EXPECT_EQ(printable("\xef\xbf\xbf"), "\\xef\\xbf\\xbf") << "no character, and forbidden in XML";
}

TEST(Visible, TellsTextsApartThatLookAlike) {
  EXPECT_EQ(visible("\xEF\xBB\xBF"
                    "a\xC2\xA0"
                    "b\xE2\x80\x8B\xE2\x80\xAE"),
            "\\xef\\xbb\\xbfa\\xc2\\xa0b\\xe2\\x80\\x8b\\xe2\\x80\\xae");
  EXPECT_EQ(visible("caf\xC3\xA9 \xE2\x82\xAC\t\xFF"), "caf\xC3\xA9 \xE2\x82\xAC\\t\\xff");
}

TEST(Shorten, CutsWholeCharacters) {
  EXPECT_EQ(shorten("abc", 3), "abc");
  EXPECT_EQ(shorten("abcd", 3), "ab…");
  EXPECT_EQ(shorten("ääää", 3), "ää…");
  EXPECT_EQ(shorten("動画テスト", 6), "動画…") << "wide ones take two columns";
  EXPECT_EQ(shorten("動画テスト", 10), "動画テスト");
}

TEST(ColumnsOf, CountsWhatATerminalShows) {
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("動画"), 4U);
  EXPECT_EQ(columns_of("a\xcc\x88"), 1U) << "a combining character takes none";
  EXPECT_EQ(columns_of("é…"), 2U);
}

TEST(ShellQuote, QuotesWhatNeedsIt) {
  EXPECT_EQ(shell_quote("/a/b.avi"), "/a/b.avi");
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote(""), "''");
  EXPECT_EQ(shell_quote("A=1"), "'A=1'");
  EXPECT_EQ(shell_quote("-flags=+bitexact"), "-flags=+bitexact");
}

TEST(Iso8601, HasMilliseconds) { EXPECT_EQ(iso8601(UtcTime(1767225600123ms)), "2026-01-01T00:00:00.123Z"); }

TEST(Signals, HaveNames) {
  EXPECT_EQ(signal_name(11), "SIGSEGV");
  EXPECT_EQ(signal_named("SIGSEGV"), 11);
  EXPECT_EQ(signal_named("SEGV"), 11);
  EXPECT_EQ(signal_named("SIGNONE"), std::nullopt);
}

}  // namespace
}  // namespace fatespec::base
