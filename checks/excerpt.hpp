// Head and tail of a stream of any length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/result.hpp"

namespace fatespec::checks {

/// Keeps the first and the last 32 KiB, or what it is told.
class ExcerptBuilder {
 public:
  static constexpr std::size_t half = std::size_t{32} << 10;

  explicit ExcerptBuilder(std::size_t head = half, std::size_t tail = half) : most_head_(head), most_tail_(tail) {}

  void append(std::string_view bytes);
  std::uint64_t bytes() const { return bytes_; }
  model::Excerpt finish();

 private:
  std::size_t most_head_;
  std::size_t most_tail_;
  std::string head_;
  std::string tail_;
  std::uint64_t bytes_ = 0;
};

}  // namespace fatespec::checks
