// Reads the values of a YAML map with a fixed set of keys, collecting problems on the way.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/suite.hpp"
#include "specs/problem.hpp"
#include "specs/yaml.hpp"

namespace fatespec::specs {

/// The problem `message` at a node, with the node's text underlined.
void add_problem(Problems& problems, YamlNode node, std::string message);

/// Entries of a map with merge keys (`<<`) followed: own keys win over merged ones. Repeated keys are problems.
std::vector<std::pair<YamlNode, YamlNode>> map_entries(YamlNode map, Problems& problems);

/// What `true`, `yes`, `on`, `false`, `no` or `off` says; nothing of another node.
std::optional<bool> boolean_of(YamlNode node);

// Each of these gives nothing and adds a problem if the node is not of its kind.
std::optional<std::string> read_text(YamlNode node, Problems& problems);
std::optional<bool> read_boolean(YamlNode node, Problems& problems);
/// An amount of bytes: 4096, 64k, 2G. `or_else`: what else the message says is possible.
std::optional<std::uint64_t> read_bytes(YamlNode node, Problems& problems, std::string_view or_else = "");
std::optional<std::int64_t> read_integer(YamlNode node, std::int64_t at_least, Problems& problems);
/// A list of scalars; a single scalar is a list of one.
std::vector<std::string> read_texts(YamlNode node, Problems& problems, std::size_t most = 1000);
/// A map of names to scalars. Names must be what a shell takes for one.
model::Variables read_variables(YamlNode node, Problems& problems, model::Places* places = nullptr);
/// A duration; the inner optional is empty for `none`.
std::optional<std::optional<base::Duration>> read_duration(YamlNode node, Problems& problems);

class MapReader {
 public:
  using Handler = std::function<void(YamlNode value)>;
  struct Key {
    std::string_view name;
    Handler read;
    std::span<const std::string_view> within = {};  ///< keys of its value, for who writes one of them beside it
  };

  /// Calls the handler of every key that is there; any other key is a problem, told with where it
  /// belongs or the nearest known one.
  static void read(YamlNode map, std::string_view what, const std::vector<Key>& keys, Problems& problems);
};

}  // namespace fatespec::specs
