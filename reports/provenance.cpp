#include "reports/provenance.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"

namespace fatespec::reports {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Record = ProvenanceRecord;

constexpr std::uint64_t largest_file = std::uint64_t{64} << 20;

constexpr std::array<std::pair<const char*, std::string Record::*>, 16> fields = {{
    {"test", &Record::test},
    {"configuration", &Record::configuration},
    {"reference", &Record::reference},
    {"decision", &Record::decision},
    {"change", &Record::change},
    {"reason", &Record::reason},
    {"who", &Record::who},
    {"when", &Record::when},
    {"run", &Record::run},
    {"revision", &Record::revision},
    {"command", &Record::command},
    {"binary", &Record::binary},
    {"binary_sha256", &Record::binary_sha256},
    {"binary_version", &Record::binary_version},
    {"old_sha256", &Record::old_sha256},
    {"new_sha256", &Record::new_sha256},
}};

Record record_of(const Json& object) {
  Record record;
  for (const auto& [name, field] : fields)
    if (const auto found = object.find(name); found != object.end() && found->is_string())
      record.*field = found->get<std::string>();
  const auto newer = object.find("binary_is_newer");
  record.binary_is_newer = newer != object.end() && newer->is_boolean() && newer->get<bool>();
  return record;
}

}  // namespace

fs::path provenance_file(const fs::path& spec_file) {
  return spec_file.parent_path() / (spec_file.stem().string() + ".provenance.jsonl");
}

base::Result<void> add_provenance(const fs::path& file, const std::vector<Record>& records) {
  std::string text;
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    auto old_text = base::read_file(file, largest_file);
    if (!old_text) return old_text.error();
    text = std::move(*old_text);
    if (!text.empty() && text.back() != '\n') text += '\n';
  }
  for (const auto& record : records) text += provenance_json(record) + "\n";
  return base::write_file_atomically(file, text);
}

base::Result<std::vector<Record>> read_provenance(const fs::path& file) {
  std::vector<Record> records;
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return records;
  const auto text = base::read_file(file, largest_file);
  if (!text) return text.error();
  for (const auto line : base::split_lines(*text)) {
    const Json object = Json::parse(line, nullptr, false);
    if (object.is_object()) records.push_back(record_of(object));
  }
  return records;
}

std::string provenance_text(const Record& given) {
  // A value of several lines could look like another decision.
  Record record = given;
  for (const auto& [name, field] : fields) std::replace((record.*field).begin(), (record.*field).end(), '\n', ' ');
  std::string text = fmt::format("{} {} by {}: {}\n", record.decision, record.when, record.who, record.change);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:10} {}\n", name, value);
  };
  add("reason", record.reason);
  add("reference", fmt::format("{} ({} -> {})", record.reference,
                               record.old_sha256.empty() ? "none" : record.old_sha256.substr(0, 12),
                               record.new_sha256.substr(0, 12)));
  add("run", fmt::format("{}, configuration {}", record.run, record.configuration));
  add("revision", record.revision);
  add("command", record.command);
  if (!record.binary.empty())
    add("binary", fmt::format("{}, SHA-256 {}{}", record.binary, record.binary_sha256.substr(0, 12),
                              record.binary_is_newer ? ", changed since the run" : ""));
  add("version", record.binary_version);
  return text;
}

std::string provenance_json(const Record& record) {
  Json object = {{"version", 1}};
  for (const auto& [name, field] : fields) object[name] = base::to_utf8(record.*field);
  object["binary_is_newer"] = record.binary_is_newer;
  return object.dump();
}

}  // namespace fatespec::reports
