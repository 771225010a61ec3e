#include "cli/causes/bare_sound.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/file.hpp"
#include "base/text.hpp"
#include "checks/reference.hpp"
#include "checks/wav_header.hpp"
#include "specs/spec_arguments.hpp"

namespace fatespec::cli {
namespace {

constexpr int most_channels = 64;
constexpr int highest_rate = 10'000'000;

/// What ffmpeg was told last by an option with a number; `otherwise` if nothing, or nothing of use.
int number_of(const std::string& line, std::string_view option, int most, int otherwise) {
  const auto at = line.rfind(option);
  if (at == std::string::npos) return otherwise;
  const auto begin = at + option.size();
  const auto number = base::parse_integer(line.substr(begin, line.find(' ', begin) - begin));
  return number && *number > 0 && *number <= most ? static_cast<int>(*number) : otherwise;
}

}  // namespace

BareSound bare_sound_of(const std::string& line) {
  const BareSound unknown;
  return {number_of(line, " -ac ", most_channels, unknown.channels),
          number_of(line, " -ar ", highest_rate, unknown.rate)};
}

SampleComparison sample_comparison(const model::SpecString& spec) {
  using model::SpecType;
  if (spec.type == SpecType::one_off)
    if (const auto own = specs::one_off_arguments(spec)) return {own->format, own->format, own->tolerance, 0};
  if (spec.type == SpecType::rms)
    if (const auto own = specs::rms_arguments(spec)) return {own->reference_format, own->format, 0, 0};
  if (spec.type == SpecType::stddev)
    if (const auto own = specs::stddev_arguments(spec)) return {own->format, own->format, 0, own->shift};
  return {};
}

base::Result<std::string> without_first(const std::string& file, std::uint64_t bytes,
                                        const std::filesystem::path& copy) {
  const auto reference = checks::Reference::open(file);
  if (!reference) return reference.error();
  const auto samples = checks::samples_of(**reference);
  auto made = base::FileReplacement::begin(copy);
  if (!made) return made.error();
  const std::uint64_t end = samples.start + samples.size;
  for (std::uint64_t at = samples.start + std::min(bytes, samples.size); at < end;) {
    const auto piece = (*reference)->read(at, std::min<std::uint64_t>(checks::Reference::window, end - at));
    if (piece.empty()) break;
    if (auto written = made->write(piece); !written) return written.error();
    at += piece.size();
  }
  if (auto kept = made->commit(); !kept) return kept.error();
  return copy.string();
}

bool is_wave(const std::string& file) {
  const auto text = base::read_head(file, 4);
  return text && (*text == "RIFF" || *text == "RF64");
}

// The chunk `fmt ` comes first but for small ones.
std::optional<BareSound> sound_of_wave(const std::string& file) {
  constexpr std::size_t enough = 4096;
  const auto head = base::read_head(file, enough);
  if (!head || !is_wave(file)) return std::nullopt;
  const auto at = head->find("fmt ");
  constexpr std::size_t length = 16;
  if (at == std::string::npos || at + length > head->size()) return std::nullopt;
  const auto number = [&](std::size_t offset, int bytes) {
    std::uint32_t value = 0;
    for (int i = bytes; i-- > 0;)
      value = value << 8U | static_cast<unsigned char>((*head)[at + offset + static_cast<std::size_t>(i)]);
    return value;
  };
  const auto channels = number(10, 2);
  const auto rate = number(12, 4);
  if (channels == 0 || channels > most_channels || rate == 0 || rate > highest_rate) return std::nullopt;
  return BareSound{static_cast<int>(channels), static_cast<int>(rate)};
}

}  // namespace fatespec::cli
