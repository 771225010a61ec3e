#include "cli/references/reference_change.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/file_digest.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "checks/frame_comparison.hpp"
#include "checks/frame_report.hpp"
#include "cli/common/tool_output.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

/// The finding of a comparison in few words, so that many findings are one class.
std::string class_of_frames(const checks::FrameReport& before, const checks::FrameReport& now) {
  const auto difference = checks::compare_frame_reports(before, now);
  if (!difference) return "blanks only";
  const std::string same_size = difference->same_sizes ? ", same size" : "";
  using checks::FrameChange;
  switch (difference->change) {
    case FrameChange::missing: return "frames missing";
    case FrameChange::too_many: return "frames too many";
    case FrameChange::swapped: return "frames swapped";
    case FrameChange::all: return "all frames" + same_size;
    case FrameChange::one: return "1 frame" + same_size;
    case FrameChange::some: return "some frames" + same_size;
    case FrameChange::sizes: return "sizes only";
    case FrameChange::timestamps: return "timestamps only";
    case FrameChange::header: return "header only";
  }
  return "";
}

/// As long as those that specs can ask for, from MD5 to SHA-512.
bool is_digest(std::string_view text) {
  const auto word = base::trim(text);
  constexpr std::array<std::size_t, 6> lengths = {32, 40, 56, 64, 96, 128};
  return base::is_hex(word) && std::find(lengths.begin(), lengths.end(), word.size()) != lengths.end();
}

std::string without_blanks(std::string_view text) {
  std::string rest;
  std::copy_if(text.begin(), text.end(), std::back_inserter(rest),
               [](char c) { return std::string_view(" \t\r\n").find(c) == std::string_view::npos; });
  return rest;
}

std::string who() {
  const std::string name(base::trim(tool_output("git config user.name")));
  const std::string address(base::trim(tool_output("git config user.email")));
  if (!name.empty()) return address.empty() ? name : fmt::format("{} <{}>", name, address);
  const passwd* user = ::getpwuid(::geteuid());
  return user == nullptr ? "unknown" : user->pw_name;
}

struct Binary {
  std::string sha256;
  std::string version;
  fs::file_time_type written;
};

Binary binary_at(const std::string& path) {
  Binary binary;
  std::error_code ignored;
  binary.written = fs::last_write_time(path, ignored);
  if (auto digest = base::digest_of_file(base::DigestAlgorithm::sha256, path)) binary.sha256 = std::move(*digest);
  const std::string said = tool_output("exec " + base::shell_quote(path) + " -version", std::chrono::seconds(10));
  const auto lines = base::split_lines(said);
  if (!lines.empty()) binary.version = base::printable(lines.front());
  return binary;
}

}  // namespace

std::string class_of_change(const std::optional<std::string>& old_text, const std::string& new_text) {
  if (!old_text) return "new";
  const auto before = checks::read_frame_report(*old_text);
  const auto now = checks::read_frame_report(new_text);
  if (before && now) return class_of_frames(*before, *now);
  if (without_blanks(*old_text) == without_blanks(new_text)) return "blanks only";
  return is_digest(*old_text) && is_digest(new_text) ? "digest" : "text";
}

reports::ProvenanceRecord facts_of_review() {
  reports::ProvenanceRecord record;
  record.who = who();
  record.when = base::iso8601(std::chrono::system_clock::now());
  record.revision = base::trim(tool_output("git describe --always --dirty --abbrev=40"));
  if (record.revision.empty()) record.revision = "none";
  return record;
}

void add_binary(const model::PlannedTest& test, const model::Run& run, reports::ProvenanceRecord& record) {
  const auto path = test.variables->find("FFMPEG_PATH");
  // Other variables may hold it: `$DECODE` may be `$FFMPEG_PATH -v error`.
  if (path == test.variables->end() || record.command.find(path->second) == std::string::npos) return;
  static std::map<std::string, Binary> known;
  auto found = known.find(path->second);
  if (found == known.end()) found = known.emplace(path->second, binary_at(path->second)).first;
  record.binary = path->second;
  record.binary_sha256 = found->second.sha256;
  record.binary_version = found->second.version;
  record.binary_is_newer = std::chrono::file_clock::to_sys(found->second.written) > run.started;
}

}  // namespace fatespec::cli
