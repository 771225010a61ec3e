// What the store knows of many runs.
#include <map>

#include "results/connection.hpp"
#include "results/store.hpp"

namespace fatespec::results {
namespace {

/// Runs that say something about now: older ones are of another time.
constexpr int runs_looked_at = 40;
constexpr int least_cpu_us =
    static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(least_cpu_of_trends).count());

/// 0 if there is none of that name.
long long number_of_run(soci::session& session, const std::string& name) {
  long long number = 0;
  session << "SELECT id FROM runs WHERE name = :name", soci::use(name), soci::into(number);
  return session.got_data() ? number : 0;
}

}  // namespace

base::Result<std::vector<ResultSummary>> Store::summaries(const std::string& run) {
  return guarded([&]() -> base::Result<std::vector<ResultSummary>> {
    std::vector<ResultSummary> all;
    soci::rowset<soci::row> rows =
        (connection_->session.prepare
             << "SELECT tests.name AS test, tests.configuration AS configuration, verdict, reason, stdout_blob, "
                "stdout_bytes, user_us, system_us, max_rss_kib FROM results JOIN tests ON tests.id = results.test_id "
                "WHERE run_id = (SELECT id FROM runs WHERE name = :run)",
         soci::use(run));
    for (auto& row : rows) {
      ResultSummary summary{row.get<std::string>("test"), row.get<std::string>("configuration"), verdict_of(row)};
      summary.reason = row.get<std::string>("reason");
      if (row.get_indicator("stdout_blob") == soci::i_ok) summary.stdout_blob = row.get<long long>("stdout_blob");
      summary.stdout_bytes = static_cast<std::uint64_t>(row.get<long long>("stdout_bytes"));
      summary.cpu = std::chrono::microseconds(row.get<long long>("user_us") + row.get<long long>("system_us"));
      summary.max_rss_kib = static_cast<std::uint64_t>(row.get<long long>("max_rss_kib"));
      all.push_back(std::move(summary));
    }
    return all;
  });
}

base::Result<std::vector<HistoryEntry>> Store::history(const std::string& test, std::size_t most) {
  return guarded(
      [&]() -> base::Result<std::vector<HistoryEntry>> {
        std::vector<HistoryEntry> all;
        const auto limit = static_cast<long long>(most);
        soci::rowset<soci::row> rows =
            (connection_->session.prepare
                 << "SELECT runs.name AS run, runs.started_us AS started_us, tests.configuration AS configuration, "
                    "verdict, flaky, reason, wall_us, user_us, system_us, max_rss_kib, "
                    "COALESCE(run_revisions.revision, '') AS revision FROM results "
                    "JOIN tests ON tests.id = results.test_id JOIN runs ON runs.id = results.run_id "
                    "LEFT JOIN run_revisions ON run_revisions.run_id = results.run_id "
                    "AND run_revisions.configuration = tests.configuration "
                    "WHERE tests.name = :test ORDER BY results.run_id DESC, tests.configuration LIMIT :most",
             soci::use(test), soci::use(limit));
        for (auto& row : rows) {
          HistoryEntry entry;
          entry.run = row.get<std::string>("run");
          entry.started = utc_of(row.get<long long>("started_us"));
          entry.configuration = row.get<std::string>("configuration");
          entry.verdict = verdict_of(row);
          entry.flaky = row.get<int>("flaky") != 0;
          entry.reason = row.get<std::string>("reason");
          entry.wall = std::chrono::microseconds(row.get<long long>("wall_us"));
          entry.cpu = std::chrono::microseconds(row.get<long long>("user_us") + row.get<long long>("system_us"));
          entry.max_rss_kib = static_cast<std::uint64_t>(row.get<long long>("max_rss_kib"));
          entry.revision = row.get<std::string>("revision");
          all.push_back(std::move(entry));
        }
        return all;
      });
}

base::Result<std::vector<std::string>> Store::kept_directories(const std::string& test,
                                                               const std::string& configuration) {
  return guarded([&]() -> base::Result<std::vector<std::string>> {
    std::vector<std::string> all;
    const soci::rowset<std::string> rows =
        (connection_->session.prepare << "SELECT kept_directory FROM results JOIN tests ON tests.id = results.test_id "
                                         "WHERE tests.name = :test AND tests.configuration = :configuration AND "
                                         "verdict = 'pass' AND kept_directory <> '' ORDER BY run_id DESC",
         soci::use(test), soci::use(configuration));
    for (const auto& directory : rows) all.push_back(directory);
    return all;
  });
}

base::Result<std::vector<CpuTrend>> Store::cpu_trends(const std::string& run, const std::string& border) {
  return guarded(
      [&]() -> base::Result<std::vector<CpuTrend>> {
        const long long last_before = number_of_run(connection_->session, border);
        soci::rowset<soci::row> rows =
            (connection_->session.prepare
                 << "SELECT tests.name AS test, tests.configuration AS configuration, run_id, user_us, system_us FROM "
                    "results JOIN tests ON tests.id = results.test_id "
                    "WHERE verdict = 'pass' AND run_id <= (SELECT id FROM runs WHERE name = :run) "
                    "AND run_id > (SELECT id FROM runs WHERE name = :run2) - :most AND test_id IN (SELECT test_id "
                    "FROM results r WHERE r.run_id = (SELECT id FROM runs WHERE name = :run3) AND r.verdict = 'pass' "
                    "AND r.user_us + r.system_us >= :least) ORDER BY test_id, run_id",
             soci::use(run), soci::use(run), soci::use(runs_looked_at), soci::use(run), soci::use(least_cpu_us));
        struct Samples {
          std::vector<double> before;
          std::vector<double> after;
        };
        std::map<std::pair<std::string, std::string>, Samples> samples;
        for (auto& row : rows) {
          auto& test = samples[{row.get<std::string>("test"), row.get<std::string>("configuration")}];
          const double seconds =
              static_cast<double>(row.get<long long>("user_us") + row.get<long long>("system_us")) / 1e6;
          (row.get<long long>("run_id") <= last_before ? test.before : test.after).push_back(seconds);
        }
        std::vector<CpuTrend> trends;
        for (const auto& [key, test] : samples) {
          auto trend = border.empty() ? cpu_trend(test.after) : cpu_trend(test.before, test.after);
          if (!trend) continue;
          trend->test = key.first;
          trend->configuration = key.second;
          trends.push_back(std::move(*trend));
        }
        return trends;
      });
}

}  // namespace fatespec::results
