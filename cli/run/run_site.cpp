#include "cli/run/run_site.hpp"

#include <algorithm>
#include <map>

#include "base/file.hpp"
#include "cli/common/decisions.hpp"
#include "reports/plot_page.hpp"
#include "reports/site.hpp"
#include "runner/groups/attribution.hpp"
#include "runner/plan/command_line.hpp"
#include "sessions/recording.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_runs = 51;   // this one and fifty before it
constexpr std::size_t most_plots = 20;  // of players' recordings: each is a page of its own size

/// What the failing combinations of each matrix have in common, by test and configuration.
std::map<model::TestId, std::string> attributions(const model::Run& run,
                                                  const std::vector<model::TestResult>& results) {
  std::map<model::TestId, std::string> all;
  for (auto& found : runner::attributions_of(run, results)) all[model::id_of(found)] = std::move(found.text);
  return all;
}

class SiteExtrasMaker {
 public:
  SiteExtrasMaker(const model::Project& project, const fs::path& site) : project_(project.directory), site_(site) {}

  reports::SiteExtras make(const model::TestResult& result) {
    reports::SiteExtras extra;
    add_divergence(result, extra);
    add_plot(result, extra);
    return extra;
  }

 private:
  /// Pages of an earlier run say nothing of this one.
  static bool is_of(const model::TestResult& result, const fs::path& page) {
    std::error_code code;
    const auto written = fs::last_write_time(page, code);
    return !code && std::chrono::file_clock::to_sys(written) >= result.started;
  }

  void add_divergence(const model::TestResult& result, reports::SiteExtras& extra) const {
    const std::string name = runner::file_name_of(result.configuration, result.test);
    const fs::path from = project_ / ".fatespec/diverge" / name;
    if (!is_of(result, from / "index.html")) return;
    std::error_code code;
    fs::create_directories(site_ / "diverge", code);
    (void)base::remove_tree(site_ / "diverge" / name);  // of an earlier report
    fs::copy(from, site_ / "diverge" / name, fs::copy_options::recursive | fs::copy_options::overwrite_existing, code);
    if (code) return;
    extra.divergence = "diverge/" + name + "/index.html";
    for (fs::recursive_directory_iterator entry(from, code), end; !code && entry != end; entry.increment(code))
      if (entry->path().extension() == ".png")
        extra.pictures.push_back("diverge/" + name + "/" + entry->path().lexically_relative(from).string());
    // Expected, actual, difference.
    constexpr std::string_view order = "ead";
    std::sort(extra.pictures.begin(), extra.pictures.end(), [&](const std::string& a, const std::string& b) {
      const fs::path first = a;
      const fs::path second = b;
      return std::pair(first.parent_path(), order.find(first.filename().string().front())) <
             std::pair(second.parent_path(), order.find(second.filename().string().front()));
    });
  }

  void add_plot(const model::TestResult& result, reports::SiteExtras& extra) {
    if (result.recording.empty() || !reports::can_plot() || plots_ == most_plots) return;
    const auto recording = sessions::Recording::open(result.recording);
    if (!recording || !base::make_directories(site_ / "plots")) return;
    const std::string file = "plots/" + runner::file_name_of(result.configuration, result.test) + ".html";
    auto replacement = base::FileReplacement::begin(site_ / file);
    if (!replacement) return;
    base::Result<void> written = {};
    reports::write_plot_page(result.test, {{result.configuration, &*recording}}, nullptr, [&](std::string_view text) {
      if (written) written = replacement->write(text);
    });
    if (!written || !replacement->commit()) return;
    ++plots_;
    extra.plot = file;
  }

  fs::path project_;
  const fs::path& site_;
  std::size_t plots_ = 0;
};

}  // namespace

base::Result<void> write_run_site(results::Store& store, const model::Run& run,
                                  const std::vector<model::TestResult>& results, const model::Project& project,
                                  const fs::path& directory) {
  if (auto made = base::make_directories(directory); !made) return made;
  const auto matrix = store.matrix(run.id, most_runs);
  if (!matrix) return matrix.error();
  const auto trends = store.cpu_trends(run.id);
  if (!trends) return trends.error();
  const auto common = attributions(run, results);
  SiteExtrasMaker maker(project, directory);
  const auto decisions = decisions_of(project);
  if (!decisions) return decisions.error();
  std::map<model::TestId, std::string> decided;  // the latest of each test and configuration
  for (const auto& record : *decisions) decided[model::id_of(record)] = reports::provenance_text(record);
  std::vector<reports::SiteExtras> extras;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!model::is_bad(results[i].verdict)) continue;
    auto extra = maker.make(results[i]);
    extra.result = i;
    const auto found = common.find({model::parse_full_name(results[i].test).declared, results[i].configuration});
    if (found != common.end()) extra.attribution = found->second;
    if (const auto decision = decided.find(model::id_of(results[i])); decision != decided.end())
      extra.provenance = decision->second;
    extras.push_back(std::move(extra));
  }
  return reports::write_site({run, results, *matrix, *trends, extras}, directory);
}

}  // namespace fatespec::cli
