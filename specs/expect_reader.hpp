// Reads `expect`: what a test must print and how it must end.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "model/suite.hpp"
#include "specs/problem.hpp"
#include "specs/yaml.hpp"

namespace fatespec::specs {

/// The keys of the map at `node` change those of `expect`, which may come from `defaults`.
void read_expect(YamlNode node, model::Expectation& expect, Problems& problems);

/// All keys that it knows.
std::span<const std::string_view> expect_keys();

/// A text with its place.
std::optional<model::PlacedText> read_placed(YamlNode node, Problems& problems);
/// A text that compiles as a regular expression.
std::optional<model::PlacedText> read_regex(YamlNode node, Problems& problems);

}  // namespace fatespec::specs
