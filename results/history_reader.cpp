// What the store knows of many runs.
#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "results/connection.hpp"
#include "results/store.hpp"

namespace fatespec::results {
namespace {

/// Results of a test that say something about now: older ones are of another time. The fewest with which four runs
/// after a change are enough to tell it from chance (trend.cpp: 2 / C(24, 4) < 0.001 / 5); each more costs the time to
/// read it.
constexpr int results_looked_at = 24;
/// Of that many tests of a run it is asked which runs have them: others may have had other tests.
constexpr int tests_asked = 4;
constexpr int least_cpu_us =
    static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(least_cpu_of_trends).count());

/// A run's place in time. Numbers alone are the order in which runs came into the store: copied ones and those of other
/// machines come late.
struct Moment {
  long long started_us = 0;
  long long run = 0;  ///< 0: no run, before all others

  auto operator<=>(const Moment&) const = default;
};

Moment moment_of(soci::session& session, const std::string& name) {
  Moment moment;
  session << "SELECT started_us, id FROM runs WHERE name = :name", soci::use(name), soci::into(moment.started_us),
      soci::into(moment.run);
  return session.got_data() ? moment : Moment{};
}

/// The CPU times of one run's tests over the runs before it.
class TrendReader {
 public:
  TrendReader(soci::session& session, const Engine& engine, long long run) : session_(session), engine_(engine) {
    choose_tests(run);
  }

  /// What was measured up to `last_before` counts as before. `runs`: the oldest first.
  void read(const std::vector<Moment>& runs, Moment last_before) {
    last_before_ = last_before;
    // A row of texts a run: row by row, most of the time would go into taking rows apart.
    std::string tests;
    std::string cpu;
    soci::indicator any = soci::i_null;
    long long run = 0;
    soci::statement statement =
        (session_.prepare << "SELECT " << engine_.joined("test_id") << ", " << engine_.joined("user_us + system_us")
                          << " FROM results WHERE run_id = :run AND verdict = 'pass'",
         soci::use(run), soci::into(tests, any), soci::into(cpu, any));
    for (std::size_t i = 0; i < runs.size() && !tests_.empty(); ++i) {
      run = runs[i].run;
      if (statement.execute(true) && any == soci::i_ok) take(numbers(tests), numbers(cpu), runs[i]);
    }
  }

  /// The last runs that have some of the tests, the oldest first; of the same machine, as another is not as fast.
  std::vector<Moment> recent_runs(Moment last) {
    std::set<Moment> runs;
    const std::size_t step = std::max<std::size_t>(1, tests_.size() / tests_asked);
    std::size_t number = 0;
    Moment moment;
    for (const auto& [test, samples] : tests_) {
      if (number++ % step != 0) continue;
      soci::statement earlier =
          (session_.prepare
               << "SELECT runs.started_us, run_id FROM results JOIN runs ON runs.id = run_id "
                  "WHERE test_id = :test AND runs.started_us <= :last AND host = (SELECT host FROM runs WHERE "
                  "id = :this) ORDER BY runs.started_us DESC, run_id DESC LIMIT :most",
           soci::use(test), soci::use(last.started_us), soci::use(last.run), soci::use(results_looked_at),
           soci::into(moment.started_us), soci::into(moment.run));
      for (bool any = earlier.execute(true); any; any = earlier.fetch()) runs.insert(moment);
    }
    return {runs.begin(), runs.end()};
  }

  std::vector<CpuTrend> trends(bool border_given) {
    std::vector<CpuTrend> all;
    for (const auto& [id, test] : tests_) {
      auto trend = border_given ? cpu_trend_since(test.seconds, test.after) : cpu_trend(test.seconds);
      if (!trend) continue;
      session_ << "SELECT name, configuration FROM tests WHERE id = :id", soci::use(id), soci::into(trend->test),
          soci::into(trend->configuration);
      all.push_back(std::move(*trend));
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.test, a.configuration) < std::tie(b.test, b.configuration);
    });
    return all;
  }

 private:
  struct Samples {
    std::vector<double> seconds;  ///< the oldest first
    std::size_t after = 0;        ///< how many of them come after the border
  };

  static std::vector<long long> numbers(std::string_view text) {
    std::vector<long long> all;
    for (const char* at = text.data(); at < text.data() + text.size();) {
      long long number = 0;
      at = std::from_chars(at, text.data() + text.size(), number).ptr + 1;
      all.push_back(number);
    }
    return all;
  }

  void take(const std::vector<long long>& tests, const std::vector<long long>& cpu, const Moment& run) {
    // Of a file that somebody has tampered with the lists may differ in length.
    for (std::size_t i = 0; i < std::min(tests.size(), cpu.size()); ++i) {
      const auto test = tests_.find(tests[i]);
      if (test == tests_.end()) continue;
      Samples& samples = test->second;
      samples.seconds.push_back(static_cast<double>(cpu[i]) / 1e6);
      if (samples.seconds.size() > results_looked_at) samples.seconds.erase(samples.seconds.begin());
      if (run > last_before_) samples.after = std::min(samples.after + 1, samples.seconds.size());
    }
  }

  void choose_tests(long long run) {
    const soci::rowset<long long> ids =
        (session_.prepare << "SELECT test_id FROM results WHERE run_id = :run AND verdict = 'pass' AND user_us + "
                             "system_us >= :least",
         soci::use(run), soci::use(least_cpu_us));
    for (const long long id : ids) tests_.try_emplace(id);
  }

  soci::session& session_;
  const Engine& engine_;
  Moment last_before_;
  std::map<long long, Samples> tests_;
};

/// What a test printed, where that is one line.
class LineReader {
 public:
  explicit LineReader(soci::session& session)
      : statement_((session.prepare << "SELECT blobs.content, blobs.encoding FROM results JOIN tests ON tests.id = "
                                       "results.test_id JOIN blobs ON blobs.id = results.stdout_blob WHERE run_id = "
                                       "(SELECT id FROM runs WHERE name = :run) AND tests.name = :test AND "
                                       "tests.configuration = :configuration",
                    soci::into(content_), soci::into(encoding_), soci::use(run_), soci::use(test_),
                    soci::use(configuration_))) {}

  std::optional<std::string> read(const std::string& run, const Change& change) {
    run_ = run;
    test_ = change.test;
    configuration_ = change.configuration;
    if (!statement_.execute(true)) return "";
    std::string text = decode_content(content_, encoding_);
    if (!text.empty() && text.back() == '\n') text.pop_back();
    if (text.find('\n') != std::string::npos) return std::nullopt;
    return text;
  }

 private:
  std::string run_, test_, configuration_;
  std::string content_, encoding_;
  soci::statement statement_;
};

}  // namespace

base::Result<std::vector<ResultSummary>> Store::summaries(const std::string& run) {
  return limited(
      *connection_, [&]() -> base::Result<std::vector<ResultSummary>> {
        std::vector<ResultSummary> all;
        soci::rowset<soci::row> rows =
            (connection_->session.prepare
                 << "SELECT tests.name AS test, tests.configuration AS configuration, verdict, reason, stdout_blob, "
                    "full_stdout_blob, stdout_bytes, user_us, system_us, max_rss_kib FROM results JOIN tests ON "
                    "tests.id = results.test_id "
                    "WHERE run_id = (SELECT id FROM runs WHERE name = :run)",
             soci::use(run));
        for (auto& row : rows) {
          ResultSummary summary{row.get<std::string>("test"), row.get<std::string>("configuration"), verdict_of(row)};
          summary.reason = row.get<std::string>("reason");
          if (row.get_indicator("stdout_blob") == soci::i_ok) summary.stdout_blob = row.get<long long>("stdout_blob");
          if (row.get_indicator("full_stdout_blob") == soci::i_ok)
            summary.full_blob = row.get<long long>("full_stdout_blob");
          summary.stdout_bytes = static_cast<std::uint64_t>(row.get<long long>("stdout_bytes"));
          summary.cpu = std::chrono::microseconds(row.get<long long>("user_us") + row.get<long long>("system_us"));
          summary.max_rss_kib = static_cast<std::uint64_t>(row.get<long long>("max_rss_kib"));
          all.push_back(std::move(summary));
        }
        return all;
      });
}

base::Result<void> Store::add_lines(std::vector<Change>& changes, const std::string& before, const std::string& after) {
  return limited(*connection_, [&]() -> base::Result<void> {
    LineReader lines(connection_->session);
    for (auto& change : changes) {
      if (change.kind != ChangeKind::output || change.before->stdout_bytes > most_of_a_line ||
          change.after->stdout_bytes > most_of_a_line)
        continue;
      const auto old_line = lines.read(before, change);
      const auto new_line = lines.read(after, change);
      if (!old_line || !new_line) continue;
      change.line_before = *old_line;
      change.line_after = *new_line;
    }
    return {};
  });
}

base::Result<std::vector<HistoryEntry>> Store::history(const std::string& test, std::size_t most) {
  return limited(
      *connection_, [&]() -> base::Result<std::vector<HistoryEntry>> {
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
                    "WHERE tests.name = :test ORDER BY runs.started_us DESC, results.run_id DESC, tests.configuration "
                    "LIMIT :most",
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
  return limited(*connection_, [&]() -> base::Result<std::vector<std::string>> {
    std::vector<std::string> all;
    const soci::rowset<std::string> rows =
        (connection_->session.prepare << "SELECT kept_directory FROM results JOIN tests ON tests.id = results.test_id "
                                         "JOIN runs ON runs.id = results.run_id "
                                         "WHERE tests.name = :test AND tests.configuration = :configuration AND "
                                         "verdict = 'pass' AND kept_directory <> '' ORDER BY runs.started_us DESC",
         soci::use(test), soci::use(configuration));
    for (const auto& directory : rows) all.push_back(directory);
    return all;
  });
}

base::Result<std::vector<CpuTrend>> Store::cpu_trends(const std::string& run, const std::string& border) {
  return limited(*connection_, [&]() -> base::Result<std::vector<CpuTrend>> {
    soci::session& session = connection_->session;
    const Moment last = moment_of(session, run);
    const Moment last_before = moment_of(session, border);
    TrendReader reader(session, connection_->engine, last.run);
    const auto runs = reader.recent_runs(last);
    if (borders_to_try(runs.size()).empty())
      return std::vector<CpuTrend>();  // too few for any trend, whatever they hold
    reader.read(runs, last_before);
    return reader.trends(!border.empty());
  });
}

}  // namespace fatespec::results
