#include "base/text.hpp"

#include <fnmatch.h>
#include <clocale>
#include <cwchar>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace fatespec::base {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> split_lines(std::string_view text) {
  auto lines = split(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> parse_mode(std::string_view text) {
  constexpr int octal = 8;
  constexpr unsigned most = 07777;
  unsigned value = 0;  // unsigned: `-1` is none
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, octal);
  if (code != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
  return static_cast<int>(value);
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<Duration> parse_duration(std::string_view text) {
  text = trim(text);
  const auto unit_at = text.find_first_not_of("0123456789.");
  const auto number = parse_number(text.substr(0, unit_at));
  if (!number) return std::nullopt;
  const std::string_view unit = unit_at == std::string_view::npos ? "s" : text.substr(unit_at);
  double factor = 0;
  if (unit == "ms") factor = 1e-3;
  else if (unit == "s") factor = 1;
  else if (unit == "m" || unit == "min") factor = 60;
  else if (unit == "h") factor = 3600;
  else if (unit == "d") factor = 24 * 3600;
  else return std::nullopt;
  const double total = *number * factor;
  if (total > 1e9) return std::nullopt;  // thirty years: surely a mistake, and near the range of nanoseconds
  return Duration(static_cast<std::int64_t>(std::llround(total * 1e9)));
}

std::string format_duration(Duration duration) {
  const double s = seconds(duration);
  if (s < 0.9995) return fmt::format("{:.0f} ms", s * 1e3);
  if (s < 9.995) return fmt::format("{:.2f} s", s);
  if (s < 59.95) return fmt::format("{:.1f} s", s);
  const auto whole = static_cast<std::int64_t>(std::llround(s));
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  text = trim(text);
  const auto unit_at = text.find_first_not_of("0123456789.");
  const auto number = parse_number(text.substr(0, unit_at));
  if (!number) return std::nullopt;
  std::string unit = unit_at == std::string_view::npos ? "" : lower(trim(text.substr(unit_at)));
  if (unit.ends_with("ib")) unit.resize(unit.size() - 2);
  constexpr std::string_view letters = "kmgt";
  double factor = 1;
  if (!unit.empty()) {
    const auto power = unit.size() == 1 ? letters.find(unit[0]) : std::string_view::npos;
    if (power == std::string_view::npos) return std::nullopt;
    factor = std::pow(1024.0, static_cast<double>(power + 1));
  }
  const double total = *number * factor;
  if (total < 0 || total > 9e18) return std::nullopt;
  return static_cast<std::uint64_t>(total);
}

std::string format_size(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units.at(unit));
}

namespace {

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above.back();
}

/// The shortest candidate that begins with what was written, or has a part that does, as a test's name behind its
/// suite.
std::optional<std::string> completed(const std::string& wanted, const std::vector<std::string>& candidates) {
  constexpr std::size_t shortest = 2;
  std::optional<std::string> best;
  if (wanted.empty()) return best;
  for (const auto& candidate : candidates) {
    const std::string known = lower(candidate);
    const bool fits = wanted.size() >= shortest && known.starts_with(wanted);
    if ((fits || known.find("/" + wanted) != std::string::npos) && (!best || candidate.size() < best->size()))
      best = candidate;
  }
  return best;
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > 64) return std::nullopt;
  const std::string wanted = lower(word);
  // A test of a matrix without its combination: each of them is nearer than any other test.
  for (const auto& candidate : candidates)
    if (lower(candidate).starts_with(wanted + "[")) return candidate;
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 2) + 1;
  for (const auto& candidate : candidates) {
    const std::size_t distance = edit_distance(wanted, lower(candidate));
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
  }
  return best ? best : completed(wanted, candidates);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const auto found = nearest(word, candidates);
  return found ? "; did you mean `" + *found + "`?" : "";
}

bool glob_match(const std::string& pattern, const std::string& text) {
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

namespace {

// Length of the well-formed UTF-8 sequence that `bytes` starts with; 0 if it starts with none (Unicode 15, table 3-7).
std::size_t utf8_sequence(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U; };
  const auto continues = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if ((lead == 0xE0 && at(1) < 0xA0) || (lead == 0xED && at(1) > 0x9F)) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if ((lead == 0xF0 && at(1) < 0x90) || (lead == 0xF4 && at(1) > 0x8F)) return 0;
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

void append_escaped(std::string& text, char byte) {
  if (byte == '\n') text += "\\n";
  else if (byte == '\t') text += "\\t";
  else if (byte == '\r') text += "\\r";
  else text += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
}

/// U+FFFE and U+FFFF: no characters, and forbidden in XML.
bool is_noncharacter(std::string_view sequence) { return sequence == "\xEF\xBF\xBE" || sequence == "\xEF\xBF\xBF"; }

bool is_control(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead < 0x20 || lead == 0x7F;
  if (is_noncharacter(sequence)) return true;
  return sequence.size() == 2 && lead == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;  // C1
}

/// Blanks of other widths, line separators, soft hyphens, joiners, variants, marks of direction and of byte order.
bool is_invisible(std::string_view sequence) {
  const auto between = [&](std::string_view first, std::string_view last) {
    return sequence >= first && sequence <= last;
  };
  return sequence == "\xC2\xA0" || sequence == "\xC2\xAD" || sequence == "\xEF\xBB\xBF" || sequence == "\xE3\x80\x80" ||
         between("\xE2\x80\x80", "\xE2\x80\x8F") || between("\xE2\x80\xA8", "\xE2\x80\xAF") ||
         between("\xE2\x81\xA0", "\xE2\x81\xAF") || between("\xEF\xB8\x80", "\xEF\xB8\x8F");
}

/// Escapes bad bytes, and every character for which `hides` is true.
template <class Hides>
std::string escape_if(std::string_view bytes, Hides hides) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence(bytes);
    const std::string_view sequence = bytes.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0 || hides(sequence))
      for (const char byte : sequence) append_escaped(text, byte);
    else text += sequence;
    bytes.remove_prefix(sequence.size());
  }
  return text;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string to_utf8(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  return escape_if(bytes, [](std::string_view) { return false; });
}

std::string printable(std::string_view bytes) { return escape_if(bytes, is_control); }

std::string visible(std::string_view bytes) {
  return escape_if(bytes, [](std::string_view c) { return is_control(c) || is_invisible(c); });
}

std::string printable_lines(std::string_view bytes) {
  return escape_if(bytes, [](std::string_view c) { return is_control(c) && c != "\n" && c != "\t"; });
}

namespace {

/// The C library's widths of characters, whatever locale the process has. Of this thread, as long as it lives.
class WidthLocale {
 public:
  WidthLocale() : before_(::uselocale(utf8())) {}
  WidthLocale(const WidthLocale&) = delete;
  WidthLocale& operator=(const WidthLocale&) = delete;
  ~WidthLocale() { ::uselocale(before_); }

  static std::size_t width(std::string_view sequence) {
    if (sequence.size() == 1) return 1;
    std::mbstate_t state{};
    wchar_t character = 0;
    const std::size_t used = std::mbrtowc(&character, sequence.data(), sequence.size(), &state);
    const int width = used == sequence.size() ? ::wcwidth(character) : 1;
    return width < 0 ? 1 : static_cast<std::size_t>(width);
  }

 private:
  static locale_t utf8() {
    static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
  }
  locale_t before_;
};

/// The character, or the bad byte, that a text begins with.
std::string_view first_character(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(1, utf8_sequence(text)));
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  const WidthLocale locale;
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto character = first_character(text);
    columns += WidthLocale::width(character);
    text.remove_prefix(character.size());
  }
  return columns;
}

std::string shorten(std::string_view text, std::size_t columns) {
  if (text.size() <= columns) return std::string(text);  // no character takes more columns than bytes
  if (columns_of(text) <= columns) return std::string(text);
  const WidthLocale locale;
  std::size_t end = 0;
  for (std::size_t shown = 0; end < text.size();) {
    const auto character = first_character(text.substr(end));
    shown += WidthLocale::width(character);
    if (shown >= columns) break;  // the last column is for the dots
    end += character.size();
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string shell_quote(std::string_view word) {
  const auto safe = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("_-./:,+@%^").find(static_cast<char>(c)) != std::string_view::npos;
  };
  const auto safe_after_dash = [&](unsigned char c) { return safe(c) || c == '='; };
  if (!word.empty() && std::all_of(word.begin(), word.end(), safe)) return std::string(word);
  // A word such as -flags=+bitexact cannot be taken for an assignment.
  if (word.starts_with('-') && std::all_of(word.begin(), word.end(), safe_after_dash)) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') quoted += "'\\''";
    else quoted += c;
  }
  return quoted + "'";
}

}  // namespace fatespec::base
