// How people name runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace fatespec::results {

/// The number N of `latest~N`, 0 for `latest`; nothing for another name.
inline std::optional<std::int64_t> steps_back(std::string_view name) {
  constexpr std::string_view latest = "latest";
  if (name == latest) return 0;
  if (!name.starts_with(latest) || name.substr(latest.size(), 1) != "~") return std::nullopt;
  const auto steps = base::parse_integer(name.substr(latest.size() + 1));
  return steps && *steps >= 0 ? steps : std::nullopt;
}

}  // namespace fatespec::results
