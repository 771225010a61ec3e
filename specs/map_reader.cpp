#include "specs/map_reader.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "specs/shell.hpp"

namespace fatespec::specs {

void add_problem(Problems& problems, YamlNode node, std::string message) {
  const int width =
      node.is_scalar() && !node.is_alias() ? static_cast<int>(std::min<std::size_t>(node.value().size(), 200)) : 1;
  problems.add(node.document().source(), node.origin(), std::move(message), width);
}

namespace {

using Entries = std::vector<std::pair<YamlNode, YamlNode>>;

/// The entries of one map with those of the maps that it merges; the first of a name counts.
class EntryCollector {
 public:
  explicit EntryCollector(Problems& problems) : problems_(problems) {}

  void collect(YamlNode map) {
    std::vector<YamlNode> merges;
    std::set<std::string_view> own;
    for (const auto& [key, value] : map.entries()) {
      if (!key.is_scalar()) add_problem(problems_, key, "a key must be a plain text");
      else if (key.value() == "<<" && key.is_plain()) merges.push_back(value);
      else if (!own.insert(key.value()).second)
        add_problem(problems_, key, fmt::format("the key `{}` is repeated", key.value()));
      else if (names_.insert(key.value()).second) entries_.emplace_back(key, value);
    }
    for (const auto& source : merges) merge(source);
  }
  Entries take() { return std::move(entries_); }

 private:
  // Aliases within aliases make a few lines into any number of merges.
  void merge(YamlNode source) {
    constexpr int most_merges = 1000;
    if (++merges_ > most_merges) {
      if (merges_ == most_merges + 1)
        add_problem(problems_, source, fmt::format("more than {} maps are merged (`<<`) into one", most_merges));
    } else if (source.is_map()) {
      collect(source);
    } else if (source.is_sequence()) {
      for (const auto& element : source.elements())
        if (merges_ <= most_merges) merge(element);
    } else {
      add_problem(problems_, source, "a merge key (`<<`) needs a map");
    }
  }

  Problems& problems_;
  Entries entries_;
  std::set<std::string_view> names_;
  int merges_ = 0;
};

}  // namespace

std::vector<std::pair<YamlNode, YamlNode>> map_entries(YamlNode map, Problems& problems) {
  EntryCollector collector(problems);
  collector.collect(map);
  return collector.take();
}

std::optional<std::string> read_text(YamlNode node, Problems& problems) {
  if (node.is_scalar()) return node.value();
  add_problem(problems, node, node.is_null() ? "a text is missing here" : "a text is needed here, not a list or map");
  return std::nullopt;
}

std::optional<bool> boolean_of(YamlNode node) {
  const std::string word = node.is_scalar() ? base::lower(node.value()) : "";
  if (word == "true" || word == "yes" || word == "on") return true;
  if (word == "false" || word == "no" || word == "off") return false;
  return std::nullopt;
}

std::optional<bool> read_boolean(YamlNode node, Problems& problems) {
  if (const auto value = boolean_of(node)) return value;
  add_problem(problems, node, "`true` or `false` is needed here");
  return std::nullopt;
}

std::optional<std::uint64_t> read_bytes(YamlNode node, Problems& problems, std::string_view or_else) {
  const auto bytes = node.is_scalar() ? base::parse_size(node.value()) : std::nullopt;
  if (!bytes)
    add_problem(problems, node, fmt::format("an amount of bytes is needed here, such as 4096, 512M or 2G{}", or_else));
  return bytes;
}

std::optional<std::int64_t> read_integer(YamlNode node, std::int64_t at_least, Problems& problems) {
  const auto value = node.is_scalar() ? base::parse_integer(node.value()) : std::nullopt;
  if (value && *value >= at_least) return value;
  add_problem(problems, node, fmt::format("a whole number of {} or more is needed here", at_least));
  return std::nullopt;
}

std::vector<std::string> read_texts(YamlNode node, Problems& problems, std::size_t most) {
  if (!node.is_sequence()) {
    auto single = read_text(node, problems);
    return single ? std::vector<std::string>{*single} : std::vector<std::string>{};
  }
  std::vector<std::string> texts;
  // An alias repeats a long list in every test.
  if (node.elements().size() > most) {
    add_problem(problems, node, fmt::format("a list of {} entries; {} are the most", node.elements().size(), most));
    return texts;
  }
  for (const auto& element : node.elements())
    if (auto text = read_text(element, problems)) texts.push_back(std::move(*text));
  return texts;
}

model::Variables read_variables(YamlNode node, Problems& problems, model::Places* places) {
  model::Variables variables;
  if (node.is_null()) return variables;
  if (!node.is_map()) {
    add_problem(problems, node, "a map of names and values is needed here");
    return variables;
  }
  for (const auto& [key, value] : map_entries(node, problems)) {
    const std::string& name = key.value();
    if (const auto wrong = variable_name_error(name); !wrong.empty()) {
      add_problem(problems, key, wrong);
      continue;
    }
    auto text = value.is_null() ? std::optional<std::string>("") : read_text(value, problems);
    if (text) variables[name] = std::move(*text);
    if (places != nullptr) (*places)[name] = key.origin();
  }
  return variables;
}

std::optional<std::optional<base::Duration>> read_duration(YamlNode node, Problems& problems) {
  if (node.is_scalar() && node.value() == "none") return std::optional<base::Duration>();
  const auto value = node.is_scalar() ? base::parse_duration(node.value()) : std::nullopt;
  if (value && value->count() > 0) return std::optional<base::Duration>(*value);
  add_problem(problems, node, "a duration is needed here, such as 30s, 500ms, 2m or none");
  return std::nullopt;
}

namespace {

std::string advice_for(const std::string& unknown, const std::vector<MapReader::Key>& keys) {
  std::vector<std::string> names;
  for (const auto& key : keys) {
    if (std::find(key.within.begin(), key.within.end(), unknown) != key.within.end())
      return fmt::format("; it stands in `{}`", key.name);
    names.emplace_back(key.name);
  }
  return base::did_you_mean(unknown, names);
}

}  // namespace

void MapReader::read(YamlNode map, std::string_view what, const std::vector<Key>& keys, Problems& problems) {
  if (!map.is_map()) {
    add_problem(problems, map, fmt::format("{} must be a map of keys and values", what));
    return;
  }
  for (const auto& [key, value] : map_entries(map, problems)) {
    const std::string& name = key.value();
    const auto known = std::find_if(keys.begin(), keys.end(), [&name](const Key& k) { return k.name == name; });
    if (known != keys.end()) {
      known->read(value);
      continue;
    }
    add_problem(problems, key, fmt::format("unknown key `{}` in {}{}", name, what, advice_for(name, keys)));
  }
}

}  // namespace fatespec::specs
