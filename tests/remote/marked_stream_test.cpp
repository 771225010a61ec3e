#include "remote/marked_stream.hpp"

#include <gtest/gtest.h>

namespace fatespec::remote {
namespace {

/// What comes out of a stream that arrives in pieces of one size: output as it is, messages in brackets.
std::string read_in_pieces(const std::string& stream, std::size_t piece) {
  MarkedStream parser("TOKEN");
  std::string seen;
  for (std::size_t at = 0; at < stream.size(); at += piece)
    parser.feed(
        stream.substr(at, piece), [&](std::string_view bytes) { seen += bytes; },
        [&](const std::string& text) { seen += "[" + text + "]"; });
  return seen;
}

TEST(MarkedStream, TellsMessagesFromOutputHoweverTheyArrive) {
  using namespace std::string_literals;
  const std::string stream = "TOK\nTOKEN start 12\nabc\0\xff TOKETOKEN exit\nTOKTOKTOKEN end 0 1\nrest"s;
  const std::string expected = "TOK\n[start 12]abc\0\xff TOKE[exit]TOKTOK[end 0 1]rest"s;
  for (std::size_t piece = 1; piece <= stream.size(); ++piece)
    EXPECT_EQ(read_in_pieces(stream, piece), expected) << piece;
}

TEST(MarkedStream, HoldsBackWhatMayBeTheBeginningOfAToken) {
  MarkedStream parser("TOKEN");
  std::string seen;
  const auto feed = [&](std::string_view bytes) {
    parser.feed(
        bytes, [&](std::string_view output) { seen += output; }, [&](const std::string&) { seen += "!"; });
  };
  feed("abTOK");
  EXPECT_EQ(seen, "ab");
  feed("x");
  EXPECT_EQ(seen, "abTOKx");
  feed("TOKEN m");
  EXPECT_EQ(seen, "abTOKx");
  feed("\n");
  EXPECT_EQ(seen, "abTOKx!");
}

}  // namespace
}  // namespace fatespec::remote
