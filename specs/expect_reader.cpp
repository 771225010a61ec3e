#include "specs/expect_reader.hpp"

#include <array>

#include <fmt/format.h>

#include "base/pattern.hpp"
#include "base/signals.hpp"
#include "base/text.hpp"
#include "specs/map_reader.hpp"

namespace fatespec::specs {
namespace {

void read_status(YamlNode node, model::ExpectedStatus& status, Problems& problems) {
  const auto text = read_text(node, problems);
  if (!text) return;
  using Kind = model::ExpectedStatus::Kind;
  if (*text == "nonzero") {
    status = {Kind::nonzero, 0};
  } else if (const auto number = base::parse_integer(*text); number && *number >= 0 && *number <= 255) {
    status = {Kind::exactly, static_cast<int>(*number)};
  } else if (const auto signal = base::signal_named(*text)) {
    status = {Kind::signal, *signal};
  } else {
    add_problem(problems, node,
                fmt::format("`{}` is no status: a number from 0 to 255, `nonzero` or a signal such as SIGSEGV{}", *text,
                            base::did_you_mean(*text, base::signal_names())));
  }
}

void read_size(YamlNode node, base::Boxed<model::SizeBounds>& size, Problems& problems) {
  model::SizeBounds bounds;
  const auto read = [&](std::optional<std::uint64_t>& bound) {
    return [&](YamlNode value) { bound = read_bytes(value, problems); };
  };
  MapReader::read(node, "`size`", {{"min", read(bounds.min)}, {"max", read(bounds.max)}}, problems);
  if (bounds.min && bounds.max && *bounds.min > *bounds.max) add_problem(problems, node, "`min` is larger than `max`");
  size = bounds;
}

/// The two ways to give a reference exclude each other; the test's own takes the place of one from `defaults`.
void take_reference(YamlNode expect, const base::Boxed<model::PlacedText>& text,
                    const base::Boxed<model::PlacedText>& file, std::string_view key, Problems& problems,
                    base::Boxed<model::PlacedText>& known_text, base::Boxed<model::PlacedText>& known_file) {
  if (text && file) add_problem(problems, expect, fmt::format("`{0}` and `{0}_file` exclude each other", key));
  if (!text && !file) return;
  known_text = text;
  known_file = file;
}

}  // namespace

std::optional<model::PlacedText> read_placed(YamlNode node, Problems& problems) {
  auto text = read_text(node, problems);
  if (!text) return std::nullopt;
  return model::PlacedText{std::move(*text), node.origin()};
}

std::optional<model::PlacedText> read_regex(YamlNode node, Problems& problems) {
  auto text = read_placed(node, problems);
  if (!text) return std::nullopt;
  const auto compiled = base::Pattern::compile(text->text);
  if (compiled) return text;
  add_problem(problems, node, fmt::format("not a regular expression: {}", compiled.error().message));
  return std::nullopt;
}

std::span<const std::string_view> expect_keys() {
  static constexpr std::array<std::string_view, 8> keys = {"status",      "stdout",         "stdout_file",    "stderr",
                                                           "stderr_file", "stdout_matches", "stderr_matches", "size"};
  return keys;
}

void read_expect(YamlNode node, model::Expectation& expect, Problems& problems) {
  expect.origin = node.origin();
  model::Expectation own;
  const auto placed = [&](base::Boxed<model::PlacedText>& field) {
    return [&](YamlNode v) { field = read_placed(v, problems); };
  };
  MapReader::read(node, "`expect`",
                  {{"status", [&](YamlNode v) { read_status(v, expect.status, problems); }},
                   {"stdout", placed(own.output)},
                   {"stdout_file", placed(own.output_file)},
                   {"stderr", placed(own.error)},
                   {"stderr_file", placed(own.error_file)},
                   {"stdout_matches", [&](YamlNode v) { expect.output_matches = read_regex(v, problems); }},
                   {"stderr_matches", [&](YamlNode v) { expect.error_matches = read_regex(v, problems); }},
                   {"size", [&](YamlNode v) { read_size(v, expect.size, problems); }}},
                  problems);
  take_reference(node, own.output, own.output_file, "stdout", problems, expect.output, expect.output_file);
  take_reference(node, own.error, own.error_file, "stderr", problems, expect.error, expect.error_file);
}

}  // namespace fatespec::specs
