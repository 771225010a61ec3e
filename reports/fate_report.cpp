#include "reports/fate_report.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "reports/packed.hpp"

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

/// FATE's names have no folders and no `fate-`.
std::string test_name(const model::TestResult& result) {
  std::string name;
  for (const char c : result.test) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
    name += plain ? c : '-';
  }
  return name.starts_with("fate-") ? name.substr(5) : name;
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

struct Freer {
  void operator()(archive* it) const { archive_free(it); }
  void operator()(archive_entry* it) const { archive_entry_free(it); }
};

bool add(archive* tar, const char* name, const std::string& text) {
  const std::unique_ptr<archive_entry, Freer> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name);
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.size()));
  archive_entry_set_mtime(entry.get(), std::time(nullptr), 0);
  return archive_write_header(tar, entry.get()) == ARCHIVE_OK && archive_write_data(tar, text.data(), text.size()) >= 0;
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
    return base::Error{base::ErrorKind::usage,
                       "FATE's report needs a slot: --slot NAME, of letters, digits, `_`, `.` and `-`"};
  const bool good =
      std::all_of(results.begin(), results.end(), [](const auto& r) { return !model::is_bad(r.verdict); });
  const auto started = std::chrono::time_point_cast<std::chrono::seconds>(run.started);
  std::string text =
      fmt::format("fate:1:{:%Y%m%d%H%M%S}:{}:{}:{}:{}:{}\n", fmt::gmtime(std::chrono::system_clock::to_time_t(started)),
                  slot.name, field(slot.revision.empty() ? "unknown" : slot.revision),
                  good ? "0:success" : "1:error testing", field(slot.branch), field(slot.comment));
  text += config_line(slot) + "\n";
  for (const auto& result : results) {
    if (result.verdict == Verdict::skip) continue;
    const bool bad = model::is_bad(result.verdict);
    const std::string& said = result.detail.empty() ? result.reason : result.detail;
    text += fmt::format("{}:{}:{}:{}\n", test_name(result), status_of(result), bad ? base64(said) : "",
                        bad ? base64(result.error.text) : "");
  }
  return text;
}

base::Result<std::string> fate_archive(const std::string& report, const std::vector<model::TestResult>& results) {
  std::string packed;
  const std::unique_ptr<archive, Freer> tar(archive_write_new());
  archive_write_add_filter_gzip(tar.get());
  archive_write_set_format_ustar(tar.get());
  archive_write_open(
      tar.get(), &packed, nullptr,
      [](archive*, void* to, const void* data, std::size_t size) -> la_ssize_t {
        static_cast<std::string*>(to)->append(static_cast<const char*>(data), size);
        return static_cast<la_ssize_t>(size);
      },
      nullptr);
  // The server counts warnings in compile.log: there must be one.
  const bool well = add(tar.get(), "report", report) && add(tar.get(), "configure.log", "") &&
                    add(tar.get(), "compile.log", "") && add(tar.get(), "test.log", log_of(results)) &&
                    archive_write_close(tar.get()) == ARCHIVE_OK;
  if (!well) return base::Error{base::ErrorKind::io, archive_error_string(tar.get())};
  return packed;
}

}  // namespace fatespec::reports
