#include "reports/site.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "reports/causes.hpp"
#include "reports/page_files.hpp"
#include "reports/summary.hpp"

namespace fatespec::reports {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t details_in_a_file = 20;
constexpr std::size_t histories_in_a_file = 500;
constexpr std::size_t longest_text = 12 << 10;

char letter_of(model::Verdict verdict) { return results::verdict_letters[static_cast<std::size_t>(verdict)]; }

double milliseconds(base::Duration duration) {
  return std::round(std::chrono::duration<double, std::milli>(duration).count() * 10) / 10;
}

/// "2026-01-01 12:00:00", UTC.
std::string page_time(base::UtcTime time) {
  std::string text = time_text(time);
  text.pop_back();
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

/// Head and tail of what is too long, as text that is safe to show.
std::string clipped(std::string_view text) {
  if (text.size() <= longest_text) return base::to_utf8(text);
  constexpr std::size_t half = longest_text / 2;
  return base::to_utf8(text.substr(0, half)) + fmt::format("\n… {} bytes left out …\n", text.size() - 2 * half) +
         base::to_utf8(text.substr(text.size() - half));
}

/// A script that hands its data to the page: a file on a disk cannot be fetched, but it can be loaded so.
std::string data_script(const std::string& name, const std::string& data) {
  return "fatespecLoad(" + Json(name).dump() + "," + data + ");\n";
}

std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json counts_of(const model::VerdictCounts& counts) {
  Json all = Json::object();
  for (const auto verdict : model::all_verdicts) all[std::string(model::name_of(verdict))] = counts[verdict];
  return all;
}

Json run_facts(const model::Run& run) {
  return {{"id", run.id},
          {"version", run.version},
          {"command", base::to_utf8(run.command)},
          {"started", page_time(run.started)},
          {"finished", run.finished ? Json(page_time(*run.finished)) : Json(nullptr)},
          {"exit", run.exit_code ? Json(*run.exit_code) : Json(nullptr)},
          {"planned", run.planned}};
}

class SiteWriter {
 public:
  SiteWriter(const Site& site, fs::path directory) : site_(site), directory_(std::move(directory)) {
    for (const auto& extra : site.extras) extras_[extra.result] = &extra;
    for (std::size_t i = 0; i < site.results.size(); ++i)
      if (model::is_bad(site.results[i].verdict)) bad_.push_back(i);
  }

  base::Result<void> write() {
    if (auto made = base::make_directories(directory_ / "data"); !made) return made;
    for (const char* name :
         {"site.css", "site_data.js", "site_views.js", "site.js", "uPlot.iife.min.js", "uPlot.min.css"})
      if (const auto text = page_file(name); !text.empty()) put(name, text);
    put("data/run.js", data_script("run", dumped(run_json())));
    put("data/overview.js", data_script("overview", dumped(overview_json())));
    write_details();
    write_histories();
    // Last: without it there is no site.
    put("index.html", page_file("site.html"));
    return result_;
  }

 private:
  void put(const std::string& name, std::string_view text) {
    if (result_) result_ = base::write_file_atomically(directory_ / name, text);
  }

  Json run_json() const {
    Json names = Json::array();
    Json configurations = Json::array();
    Json targets = Json::array();
    std::string verdicts;
    std::string flaky;
    Json wall = Json::array();
    Json cpu = Json::array();
    Json reasons = Json::object();
    std::map<std::string, std::size_t> configuration_numbers;
    for (std::size_t i = 0; i < site_.results.size(); ++i) {
      const auto& result = site_.results[i];
      names.push_back(base::to_utf8(result.test));
      const auto number = configuration_numbers.try_emplace(result.configuration, configuration_numbers.size());
      configurations.push_back(number.first->second);
      verdicts += letter_of(result.verdict);
      flaky += result.flaky ? '1' : '0';
      wall.push_back(milliseconds(result.wall));
      cpu.push_back(milliseconds(result.usage.user + result.usage.system));
      if (!result.reason.empty()) reasons[std::to_string(i)] = base::shorten(base::to_utf8(result.reason), 300);
    }
    Json configuration_names = Json::array();
    std::vector<std::string> ordered(configuration_numbers.size());
    for (const auto& [name, number] : configuration_numbers) ordered[number] = base::to_utf8(name);
    for (auto& name : ordered) configuration_names.push_back(std::move(name));
    return {{"version", 1},
            {"fatespec", base::version},
            {"run", run_facts(site_.run)},
            {"counts", counts_of(site_.run.counts)},
            {"configurations", std::move(configuration_names)},
            {"tests",
             {{"name", std::move(names)},
              {"configuration", std::move(configurations)},
              {"verdict", verdicts},
              {"flaky", flaky},
              {"wall", std::move(wall)},
              {"cpu", std::move(cpu)},
              {"reason", std::move(reasons)}}},
            {"bad", bad_},
            {"details", {{"each", details_in_a_file}}},
            {"histories", {{"each", histories_in_a_file}, {"runs", history_runs()}}},
            {"causes", causes_json()},
            {"trends", trends_json()}};
  }

  Json history_runs() const {
    Json runs = Json::array();
    for (const auto& run : site_.history.runs) runs.push_back({{"id", run.id}, {"started", page_time(run.started)}});
    return runs;
  }

  Json causes_json() const {
    Json all = Json::array();
    for (const auto& cause : causes_of(site_.results)) {
      Json members = Json::array();
      for (const auto* result : cause.results) members.push_back(result - site_.results.data());
      all.push_back({{"text", base::to_utf8(cause.text)},
                     {"common", base::to_utf8(cause.common)},
                     {"tests", std::move(members)}});
    }
    return all;
  }

  Json trends_json() const {
    Json all = Json::array();
    for (const auto& trend : site_.trends)
      all.push_back({{"test", base::to_utf8(trend.test)},
                     {"configuration", base::to_utf8(trend.configuration)},
                     {"before", trend.before},
                     {"after", trend.after},
                     {"change", trend.change()},
                     {"p", trend.p}});
    return all;
  }

  /// Of each configuration, how its tests fared in each run.
  Json overview_json() const {
    std::map<std::string, std::vector<model::VerdictCounts>> counts;
    for (const auto& row : site_.history.tests) {
      auto& runs = counts.try_emplace(row.configuration, site_.history.runs.size()).first->second;
      for (std::size_t i = 0; i < row.verdicts.size(); ++i)
        if (const auto verdict = results::verdict_letters.find(row.verdicts[i]); verdict != std::string_view::npos)
          ++runs[i][model::all_verdicts.at(verdict)];
    }
    Json configurations = Json::array();
    for (const auto& [name, runs] : counts) {
      Json cells = Json::array();
      for (const auto& one : runs) {
        std::uint64_t bad = 0;
        for (const auto verdict : model::all_verdicts) bad += model::is_bad(verdict) ? one[verdict] : 0;
        cells.push_back({one.total(), bad});
      }
      configurations.push_back({{"name", base::to_utf8(name)}, {"runs", std::move(cells)}});
    }
    Json runs = Json::array();
    for (const auto& run : site_.history.runs) runs.push_back(run_facts(run));
    return {{"runs", std::move(runs)}, {"configurations", std::move(configurations)}};
  }

  Json detail_of(std::size_t index) const {
    const auto& result = site_.results[index];
    Json detail = {{"index", index},
                   {"target", base::to_utf8(result.target)},
                   {"reason", clipped(result.reason)},
                   {"detail", clipped(result.detail)},
                   {"stdout", clipped(result.output.text)},
                   {"stdout_bytes", result.output.bytes},
                   {"stderr", clipped(result.error.text)},
                   {"stderr_bytes", result.error.bytes},
                   {"command", clipped(result.command)},
                   {"status", result.status ? Json(*result.status) : Json(nullptr)},
                   {"signal", result.signal},
                   {"attempts", result.attempts},
                   {"rss", result.usage.max_rss_kib},
                   {"kept", base::to_utf8(result.kept_directory)}};
    if (const auto found = extras_.find(index); found != extras_.end()) {
      const SiteExtras& extra = *found->second;
      detail["attribution"] = base::to_utf8(extra.attribution);
      detail["pictures"] = extra.pictures;
      detail["divergence"] = extra.divergence;
      detail["plot"] = extra.plot;
      detail["provenance"] = base::to_utf8(extra.provenance);
    }
    return detail;
  }

  void write_details() {
    for (std::size_t begin = 0; begin < bad_.size(); begin += details_in_a_file) {
      Json details = Json::array();
      for (std::size_t i = begin; i < std::min(bad_.size(), begin + details_in_a_file); ++i)
        details.push_back(detail_of(bad_[i]));
      const std::string name = fmt::format("detail-{}", begin / details_in_a_file);
      put("data/" + name + ".js", data_script(name, dumped(details)));
    }
  }

  /// In the order of the results, so that the page finds them by number.
  void write_histories() {
    std::map<model::TestId, const results::TestRow*> rows;
    for (const auto& row : site_.history.tests) rows[model::id_of(row)] = &row;
    fmt::memory_buffer text;
    for (std::size_t begin = 0; begin < site_.results.size(); begin += histories_in_a_file) {
      text.clear();
      text.push_back('[');
      for (std::size_t i = begin; i < std::min(site_.results.size(), begin + histories_in_a_file); ++i) {
        if (i > begin) text.push_back(',');
        const auto row = rows.find(model::id_of(site_.results[i]));
        if (row == rows.end()) fmt::format_to(std::back_inserter(text), "null");
        else
          fmt::format_to(std::back_inserter(text), "[\"{}\",[{}],[{}]]", row->second->verdicts,
                         fmt::join(row->second->cpu_us, ","), fmt::join(row->second->rss_kib, ","));
      }
      text.push_back(']');
      const std::string name = fmt::format("history-{}", begin / histories_in_a_file);
      put("data/" + name + ".js", data_script(name, fmt::to_string(text)));
    }
  }

  const Site& site_;
  fs::path directory_;
  std::map<std::size_t, const SiteExtras*> extras_;
  std::vector<std::size_t> bad_;
  base::Result<void> result_ = {};
};

}  // namespace

base::Result<void> write_site(const Site& site, const fs::path& directory) {
  return SiteWriter(site, directory).write();
}

}  // namespace fatespec::reports
