// Text: words, lines, units, and making bytes from strangers presentable.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace fatespec::base {

std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
/// The lines without their newlines; text after the last newline is a line too.
std::vector<std::string_view> split_lines(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);

/// Whole-string number; nothing if anything else stands in the text.
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);

/// Permission bits in octal, with those for set-ID and sticky: 0 to 7777.
std::optional<int> parse_mode(std::string_view text);

/// "90s", "1.5s", "500ms", "2m", "1h"; a bare number counts seconds. Nothing if it is none or negative.
std::optional<Duration> parse_duration(std::string_view text);
/// "12 ms", "3.24 s", "2m05s": three digits at most, for people.
std::string format_duration(Duration duration);
/// "2G", "512M", "64k" (powers of 1024); a bare number counts bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// "9.1 MiB", for people.
std::string format_size(std::uint64_t bytes);

/// The candidate that is closest by edit distance, if one is close enough to be a misspelling; else one that begins
/// with the word, or has a part between slashes that does.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);
/// "; did you mean `x`?" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// True if `text` matches a shell glob (`*`, `?`, `[...]`); `*` matches `/` as well.
bool glob_match(const std::string& pattern, const std::string& text);

/// True if the bytes are well-formed UTF-8.
bool is_utf8(std::string_view bytes);
/// Well-formed UTF-8 for JSON, XML and the like: bytes that are not become `\xNN`.
std::string to_utf8(std::string_view bytes);
/// One line that a terminal shows as it is: control characters and bad bytes as `\xNN`, `\n`, `\t`.
std::string printable(std::string_view bytes);
/// The same where two texts are to be told apart: also what takes no room, or looks like a blank, as `\xNN`.
std::string visible(std::string_view bytes);
/// Several lines, safe for a terminal: newlines and tabs stay, everything else as printable() has it.
std::string printable_lines(std::string_view bytes);
/// How many columns of a terminal a printable text takes: wide characters take two, combining ones none.
std::size_t columns_of(std::string_view text);
/// What fits into `columns` of a printable text; the rest is replaced by "…".
std::string shorten(std::string_view text, std::size_t columns);

/// A word quoted for a POSIX shell, bare where that is safe.
std::string shell_quote(std::string_view word);

}  // namespace fatespec::base
