#include "specs/yaml.hpp"

#include <algorithm>
#include <istream>
#include <stdexcept>
#include <streambuf>
#include <unordered_map>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "specs/scalar_text.hpp"

namespace fatespec::specs {
namespace {

/// Thrown out of yaml-cpp's parser at what is not taken, as more than a limit; caught in YamlDocument::parse.
struct Refused {
  YAML::Mark mark;
  std::string message;
};

/// Reads a string in place: std::istringstream would copy a large file.
class StringBuffer : public std::streambuf {
 public:
  explicit StringBuffer(const std::string& text) {
    char* begin = const_cast<char*>(text.data());  // never written to: there is no overflow()
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(YamlDocument& document, const YamlLimits& limits) : document_(document), limits_(limits) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  // A value that is missing has the mark of what comes next; a reader looks for it at its key.
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto& record = document_.records_[add(YamlKind::null, mark, anchor)];
    if (open_.empty() || !open_.back().last_is_value) return;
    const auto& key = document_.records_[open_.back().last_key];
    if (record.line == key.line) return;
    record.line = key.line;
    record.column = key.column;
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    const std::uint32_t index = add(YamlKind::alias, mark, 0);
    if (found != anchors_.end()) document_.records_[index].target = found->second;
    else document_.records_[index].kind = YamlKind::null;
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (value.find('\0') != std::string::npos)
      throw Refused{mark, "a NUL byte, which no command, name or path can hold"};
    const std::uint32_t index = add(YamlKind::scalar, mark, anchor);
    document_.records_[index].value = value;
    document_.records_[index].plain = tag == "?";
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(add(YamlKind::sequence, mark, anchor), mark);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(add(YamlKind::map, mark, anchor), mark);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct Open {
    std::uint32_t index;
    std::uint32_t last_child = 0;
    std::uint32_t last_key = 0;  ///< of a map
    bool last_is_value = false;
  };

  std::uint32_t add(YamlKind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (document_.records_.size() > limits_.nodes)
      throw Refused{mark, fmt::format("more than {} nodes", limits_.nodes)};
    const auto index = static_cast<std::uint32_t>(document_.records_.size());
    auto& record = document_.records_.emplace_back();
    record.kind = kind;
    record.line = mark.line + 1;
    record.column = mark.column + 1;
    if (anchor != 0) anchors_[anchor] = index;
    link(index);
    return index;
  }

  void link(std::uint32_t index) {
    if (open_.empty()) {
      document_.root_ = index;
      return;
    }
    Open& parent = open_.back();
    if (parent.last_child == 0) document_.records_[parent.index].first_child = index;
    else document_.records_[parent.last_child].next = index;
    parent.last_child = index;
    if (document_.records_[parent.index].kind != YamlKind::map) return;
    parent.last_is_value = parent.last_key != 0 && !parent.last_is_value;
    if (!parent.last_is_value) parent.last_key = index;
  }

  void open(std::uint32_t index, const YAML::Mark& mark) {
    if (open_.size() >= limits_.depth)
      throw Refused{mark, fmt::format("nested more than {} levels deep", limits_.depth)};
    open_.push_back({index});
  }

  YamlDocument& document_;
  const YamlLimits& limits_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, std::uint32_t> anchors_;
};

namespace {

bool within_limits(const SourceText& source, const YamlLimits& limits, Problems& problems) {
  const std::size_t nul = source.text().find('\0');
  if (nul != std::string::npos) {
    problems.add(source, source.origin_of(nul), "a NUL byte: this is no text file");
    return false;
  }
  for (int line = 1; line <= source.line_count(); ++line) {
    const std::size_t end = line < source.line_count() ? source.line_offset(line + 1) : source.text().size();
    if (end - source.line_offset(line) <= limits.line_bytes) continue;
    problems.add({{source.file(), line, 1},
                  fmt::format("a line of {}; the limit is {}", base::format_size(end - source.line_offset(line)),
                              base::format_size(limits.line_bytes)),
                  "",
                  1});
    return false;
  }
  return true;
}

base::Origin origin_of(const SourceText& source, const YAML::Mark& mark) {
  if (mark.is_null()) return {source.file(), 0, 0};
  return {source.file(), std::min(mark.line + 1, source.line_count()), mark.column + 1};
}

/// What to do where yaml-cpp only says what its scanner wanted.
const char* advice_on(std::string_view message) {
  if (message.starts_with("unknown escape character"))
    return " (in double quotes a backslash begins an escape; in single quotes it is itself)";
  if (message.starts_with("illegal map value")) return " (a text with `: ` in it needs quotes)";
  if (message.starts_with("end of sequence not found") || message.starts_with("end of map not found"))
    return " (is this line indented as those that it belongs to?)";
  return "";
}

// The commonest cause is a spec string without quotes.
std::string explain(const SourceText& source, const YAML::Mark& mark, const std::string& message) {
  const std::string_view line = source.line(mark.line + 1);
  const auto brace = line.find(": {");
  if (brace != std::string_view::npos && brace + 3 < line.size() && line.find('}', brace) != std::string_view::npos &&
      line.find("spec") < brace)
    return "not YAML: " + message + " (a spec that starts with `{` needs quotes around it)";
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos)
    return "not YAML: " + message + " (YAML is indented by spaces; this line begins with a tab)";
  return "not YAML: " + message + advice_on(message);
}

}  // namespace

std::unique_ptr<YamlDocument> YamlDocument::parse(std::string file, std::string text, Problems& problems,
                                                  const YamlLimits& limits) {
  std::unique_ptr<YamlDocument> document(new YamlDocument(SourceText(std::move(file), std::move(text))));
  const SourceText& source = document->source();
  if (!within_limits(source, limits, problems)) return nullptr;
  try {
    StringBuffer buffer(source.text());
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    TreeBuilder builder(*document, limits);
    if (!parser.HandleNextDocument(builder)) {
      problems.add({{source.file(), 1, 1}, "the file is empty", "", 1});
      return nullptr;
    }
    YamlDocument rest(SourceText(source.file(), ""));
    TreeBuilder ignored(rest, limits);
    if (parser.HandleNextDocument(ignored)) {
      const auto& second = rest.records_[rest.root_];
      problems.add(source, {source.file(), second.line, second.column}, "a second YAML document; only one is allowed");
      return nullptr;
    }
  } catch (const Refused& passed) {
    problems.add(source, origin_of(source, passed.mark), passed.message);
    return nullptr;
  } catch (const YAML::Exception& error) {
    problems.add(source, origin_of(source, error.mark), explain(source, error.mark, error.msg));
    return nullptr;
  } catch (const std::exception& error) {
    problems.add({{source.file(), 0, 0}, std::string("not YAML: ") + error.what(), "", 1});
    return nullptr;
  }
  return document;
}

std::unique_ptr<YamlDocument> YamlDocument::load(const std::string& file, Problems& problems,
                                                 const YamlLimits& limits) {
  auto text = base::read_file(file, limits.file_bytes);
  if (!text) {
    std::string message = text.error().message;
    if (message.starts_with(file + ": ")) message.erase(0, file.size() + 2);
    problems.add({{file, 0, 0}, message, "", 1});
    return nullptr;
  }
  return parse(file, std::move(*text), problems, limits);
}

const YamlRecord& YamlNode::record() const { return document_->records_[index_]; }

const YamlRecord& YamlNode::content() const {
  const YamlRecord& own = record();
  return own.kind == YamlKind::alias ? document_->records_[own.target] : own;
}

bool YamlNode::is_alias() const { return record().kind == YamlKind::alias; }

base::Origin YamlNode::origin() const { return {document_->source().file(), record().line, record().column}; }

std::vector<YamlNode> YamlNode::elements() const {
  std::vector<YamlNode> nodes;
  for (std::uint32_t i = content().first_child; i != 0; i = document_->records_[i].next)
    nodes.emplace_back(document_, i);
  return nodes;
}

std::vector<std::pair<YamlNode, YamlNode>> YamlNode::entries() const {
  std::vector<std::pair<YamlNode, YamlNode>> pairs;
  for (std::uint32_t key = content().first_child; key != 0;) {
    const std::uint32_t value = document_->records_[key].next;
    if (value == 0) break;
    pairs.emplace_back(YamlNode(document_, key), YamlNode(document_, value));
    key = document_->records_[value].next;
  }
  return pairs;
}

base::Origin YamlNode::origin_of(std::size_t offset) const {
  const YamlRecord& scalar = content();
  return place_in_scalar(document_->source(), {document_->source().file(), scalar.line, scalar.column}, scalar.value,
                         offset);
}

}  // namespace fatespec::specs
