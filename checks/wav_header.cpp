#include "checks/wav_header.hpp"

#include <algorithm>
#include <utility>

namespace fatespec::checks {
namespace {

constexpr std::size_t riff_header = 12;  // "RIFF", or "RF64" of a large one (EBU Tech 3306), size, "WAVE"
constexpr std::size_t chunk_header = 8;  // name, size

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8U | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  return value;
}

/// Chunks take an even number of bytes.
std::uint64_t padded(std::uint32_t size) { return std::uint64_t{size} + (size & 1U); }

bool may_be_riff(std::string_view bytes) {
  const auto agrees = [&](std::size_t at, std::string_view word) {
    if (bytes.size() <= at) return true;
    const auto have = bytes.substr(at, word.size());
    return have == word.substr(0, have.size());
  };
  return (agrees(0, "RIFF") || agrees(0, "RF64")) && agrees(8, "WAVE");
}

}  // namespace

std::string_view WavHeaderSkipper::skip(std::string_view bytes) {
  if (state_ == State::samples) {
    held_.clear();
    return bytes;
  }
  held_.append(bytes);
  while (advance()) {
  }
  held_.erase(0, std::exchange(at_, 0));
  return state_ == State::samples ? std::string_view(held_) : std::string_view();
}

// One step over what is held; false if more bytes are needed or the samples begin.
bool WavHeaderSkipper::advance() {
  if (state_ == State::samples) return false;
  if (state_ == State::start) {
    if (!may_be_riff(held_)) {
      state_ = State::samples;
      return false;
    }
    if (held_.size() < riff_header) return false;
    at_ = riff_header;
    state_ = State::chunks;
    return true;
  }
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(to_skip_, held_.size() - at_));
  at_ += skipped;
  to_skip_ -= skipped;
  const std::string_view rest = std::string_view(held_).substr(at_);
  if (to_skip_ > 0 || rest.size() < chunk_header) return false;
  const std::uint32_t size = little_endian(rest.substr(4));
  at_ += chunk_header;
  if (rest.starts_with("data")) {
    state_ = State::samples;
    return false;
  }
  to_skip_ = padded(size);
  return true;
}

std::string_view WavHeaderSkipper::finish() {
  if (state_ != State::start) return {};
  state_ = State::samples;  // shorter than a header: samples after all
  return held_;
}

WavSamples samples_of(Reference& reference) {
  const std::uint64_t size = reference.size();
  const std::string_view riff = reference.read(0, riff_header);
  if (riff.size() < riff_header || !may_be_riff(riff)) return {0, size, false};
  for (std::uint64_t at = riff_header; at + chunk_header <= size;) {
    const std::string_view piece = reference.read(at, Reference::window);
    if (piece.size() < chunk_header) break;
    std::uint64_t inside = 0;
    while (inside + chunk_header <= piece.size()) {
      const std::string_view header = piece.substr(static_cast<std::size_t>(inside), chunk_header);
      inside += chunk_header;
      if (header.starts_with("data")) return {at + inside, size - at - inside, false};
      inside += padded(little_endian(header.substr(4)));
    }
    at += inside;
  }
  return {0, 0, true};
}

}  // namespace fatespec::checks
