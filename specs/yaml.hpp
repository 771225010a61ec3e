// YAML text as a tree that remembers where everything stood. Only this file's implementation knows yaml-cpp.
//
// The tree is built from yaml-cpp's events and not from its node API: that is faster for large files, it gives aliases
// their own place, and it lets the limits below act before memory is spent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "specs/problem.hpp"

namespace fatespec::specs {

struct YamlLimits {
  std::size_t file_bytes = std::size_t{256} << 20;
  std::size_t line_bytes = std::size_t{1} << 20;
  std::size_t nodes = 30'000'000;
  std::size_t depth = 64;
};

enum class YamlKind : std::uint8_t { null, scalar, sequence, map, alias };

struct YamlRecord {
  YamlKind kind = YamlKind::null;
  bool plain = false;  ///< a scalar without quotes
  int line = 0;
  int column = 0;
  std::uint32_t first_child = 0;  ///< 0: none. Of a map: key, value, key, value …
  std::uint32_t next = 0;         ///< next sibling; 0: none
  std::uint32_t target = 0;       ///< what an alias stands for
  std::string value;
};

class YamlDocument;

/// A node of a document; a small handle. An alias shows what it stands for, with the alias' own place.
class YamlNode {
 public:
  YamlNode() = default;
  YamlNode(const YamlDocument* document, std::uint32_t index) : document_(document), index_(index) {}

  explicit operator bool() const { return document_ != nullptr; }
  YamlKind kind() const { return content().kind; }
  bool is_map() const { return kind() == YamlKind::map; }
  bool is_sequence() const { return kind() == YamlKind::sequence; }
  bool is_scalar() const { return kind() == YamlKind::scalar; }
  bool is_null() const { return kind() == YamlKind::null; }
  bool is_alias() const;
  bool is_plain() const { return content().plain; }
  const std::string& value() const { return content().value; }
  base::Origin origin() const;
  /// Place of a byte of a scalar's value in the file, as near as its style allows.
  base::Origin origin_of(std::size_t offset) const;
  /// Elements of a sequence.
  std::vector<YamlNode> elements() const;
  /// Keys and values of a map, in the file's order.
  std::vector<std::pair<YamlNode, YamlNode>> entries() const;
  const YamlDocument& document() const { return *document_; }

 private:
  const YamlRecord& record() const;
  const YamlRecord& content() const;
  const YamlDocument* document_ = nullptr;
  std::uint32_t index_ = 0;
};

/// A file with one YAML document.
class YamlDocument {
 public:
  /// Nothing, with the reasons in `problems`, if the text is no YAML or passes a limit.
  static std::unique_ptr<YamlDocument> parse(std::string file, std::string text, Problems& problems,
                                             const YamlLimits& limits = {});
  static std::unique_ptr<YamlDocument> load(const std::string& file, Problems& problems, const YamlLimits& limits = {});

  YamlNode root() const { return {this, root_}; }
  const SourceText& source() const { return source_; }

 private:
  friend class YamlNode;
  friend class TreeBuilder;
  explicit YamlDocument(SourceText source) : source_(std::move(source)) {}
  SourceText source_;
  std::vector<YamlRecord> records_ = std::vector<YamlRecord>(1);  // index 0 means none
  std::uint32_t root_ = 0;
};

}  // namespace fatespec::specs
