#include "reports/fate_report.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/tar_writer.hpp"
#include "base/text.hpp"

namespace fatespec::reports {
namespace {

using model::Verdict;

bool is_good(Verdict verdict) { return verdict == Verdict::pass || verdict == Verdict::xfail; }

/// The server splits lines at colons.
std::string field(std::string_view text) {
  std::string out;
  for (const char c : base::printable(text)) {
    if (c == '%') out += "%25";
    else if (c == ':') out += "%3a";
    else out += c;
  }
  return out;
}

std::string status_of(const model::TestResult& result) {
  if (is_good(result.verdict)) return "0";
  if (result.signal.starts_with("SIG")) return result.signal.substr(3);
  // A test that failed by its output alone has FATE's status 1.
  return result.status && *result.status != 0 ? fmt::format("{}", *result.status) : "1";
}

/// FATE's names have no folders and no `fate-`. The server knows a test by its name, so those that would be the same
/// have a digest of their whole name behind them.
std::map<std::string, std::string> names_of(const std::vector<model::TestResult>& results) {
  std::map<std::string, std::string> names;
  std::map<std::string, int> users;
  for (const auto& result : results) {
    std::string& name = names[result.test];
    if (!name.empty()) continue;
    for (const char c : result.test) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
      name += plain ? c : '-';
    }
    if (name.starts_with("fate-")) name.erase(0, 5);
    ++users[name];
  }
  constexpr std::size_t enough = 8;
  for (auto& [test, name] : names)
    if (users[name] > 1) name += "-" + base::digest_hex(base::DigestAlgorithm::md5, test).substr(0, enough);
  return names;
}

std::string config_line(const FateSlot& slot) {
  if (!slot.config.empty()) return std::string(base::trim(slot.config));
  utsname system{};
  ::uname(&system);
  const std::string machine = system.machine;
  const std::string architecture = machine == "x86_64" || machine == "i686" ? "x86" : machine;
  return fmt::format("config:{}:{}:generic:{}:unknown:", field(architecture), field(machine),
                     base::lower(field(system.sysname)));
}

bool is_slot_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
  });
}

std::string log_of(const std::vector<model::TestResult>& results) {
  std::string log;
  for (const auto& result : results) {
    log += fmt::format("{:7} {}\n", model::name_of(result.verdict), base::printable(result.test));
    if (!result.reason.empty()) log += fmt::format("        {}\n", base::printable(result.reason));
  }
  return log;
}

}  // namespace

base::Result<std::string> fate_report(const FateSlot& slot, const model::Run& run,
                                      const std::vector<model::TestResult>& results) {
  if (!is_slot_name(slot.name))
    return base::usage_error("FATE's report needs a slot: --slot NAME, of letters, digits, `_`, `.` and `-`");
  const bool good =
      std::all_of(results.begin(), results.end(), [](const auto& r) { return !model::is_bad(r.verdict); });
  const auto started = std::chrono::time_point_cast<std::chrono::seconds>(run.started);
  std::string text =
      fmt::format("fate:1:{:%Y%m%d%H%M%S}:{}:{}:{}:{}:{}\n", fmt::gmtime(std::chrono::system_clock::to_time_t(started)),
                  slot.name, field(slot.revision.empty() ? "unknown" : slot.revision),
                  good ? "0:success" : "1:error testing", field(slot.branch), field(slot.comment));
  text += config_line(slot) + "\n";
  const auto names = names_of(results);
  for (const auto& result : results) {
    if (result.verdict == Verdict::skip) continue;
    const bool bad = model::is_bad(result.verdict);
    const std::string& said = result.detail.empty() ? result.reason : result.detail;
    text += fmt::format("{}:{}:{}:{}\n", names.at(result.test), status_of(result), bad ? base::base64(said) : "",
                        bad ? base::base64(result.error.text) : "");
  }
  return text;
}

base::Result<std::string> fate_archive(const std::string& report, const std::vector<model::TestResult>& results) {
  std::string packed;
  base::TarWriter tar([&](std::string_view bytes) -> base::Result<void> {
    packed += bytes;
    return {};
  });
  // The server counts warnings in compile.log: there must be one.
  const std::pair<const char*, std::string> files[] = {
      {"report", report}, {"configure.log", ""}, {"compile.log", ""}, {"test.log", log_of(results)}};
  for (const auto& [name, text] : files)
    if (auto added = tar.add_text(name, text); !added) return added.error();
  if (auto finished = tar.finish(); !finished) return finished.error();
  return packed;
}

}  // namespace fatespec::reports
