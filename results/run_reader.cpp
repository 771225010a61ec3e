// Reading runs and results out of the store.
#include <unordered_map>

#include <fmt/format.h>

#include "base/hex.hpp"
#include "base/text.hpp"
#include "results/connection.hpp"
#include "results/run_name.hpp"
#include "results/store.hpp"

namespace fatespec::results {
namespace {

struct Content {
  std::string content;
  std::string encoding;
  soci::indicator present = soci::i_null;
  std::string decoded() const { return present == soci::i_ok ? decode_content(content, encoding) : ""; }
};

/// Blobs by their ids, each read once.
class BlobReader {
 public:
  explicit BlobReader(soci::session& session)
      : statement_((session.prepare << "SELECT content, encoding FROM blobs WHERE id = :id", soci::into(content_),
                    soci::into(encoding_), soci::use(id_))) {}

  std::string read(soci::row& row, const char* column) {
    if (row.get_indicator(column) != soci::i_ok) return "";
    id_ = row.get<long long>(column);
    return statement_.execute(true) ? decode_content(content_, encoding_) : "";
  }

 private:
  long long id_ = 0;
  std::string content_;
  std::string encoding_;
  soci::statement statement_;
};

model::Run run_from(soci::row& row) {
  model::Run run;
  run.id = row.get<std::string>("name");
  run.version = row.get<std::string>("version");
  run.command = row.get<std::string>("command");
  run.host = row.get<std::string>("host");
  run.directory = row.get<std::string>("directory");
  run.started = utc_of(row.get<long long>("started_us"));
  if (row.get_indicator("finished_us") == soci::i_ok) run.finished = utc_of(row.get<long long>("finished_us"));
  if (row.get_indicator("exit_code") == soci::i_ok) run.exit_code = row.get<int>("exit_code");
  run.cut_by = row.get<std::string>("cut_by");
  run.planned = static_cast<std::uint64_t>(row.get<long long>("planned"));
  return run;
}

std::vector<model::Run> runs_from(soci::rowset<soci::row>& rows) {
  std::vector<model::Run> all;
  for (auto& row : rows) all.push_back(run_from(row));
  return all;
}

void count_verdicts(soci::session& session, model::Run& run) {
  std::string verdict;
  long long number = 0;
  soci::statement statement =
      (session.prepare << "SELECT verdict, COUNT(*) FROM results WHERE run_id = (SELECT id FROM runs WHERE name = "
                          ":name) GROUP BY verdict",
       soci::into(verdict), soci::into(number), soci::use(run.id));
  statement.execute();
  while (statement.fetch())
    if (const auto known = model::verdict_named(verdict)) run.counts[*known] = static_cast<std::uint64_t>(number);
}

/// "97 2 1".
std::vector<int> numbers_of(const std::string& text) {
  std::vector<int> numbers;
  for (const auto word : base::split(text, ' '))
    if (const auto number = base::parse_integer(word)) numbers.push_back(static_cast<int>(*number));
  return numbers;
}

/// Head and tail of an attempt's stream, and how long the whole was.
model::Excerpt excerpt_from(soci::row& row, BlobReader& blobs, const std::string& stream) {
  model::Excerpt excerpt;
  excerpt.text = blobs.read(row, (stream + "_blob").c_str());
  excerpt.bytes = excerpt.text.size();
  const std::string bytes = stream + "_bytes";
  if (row.get_indicator(bytes) == soci::i_ok) excerpt.bytes = static_cast<std::uint64_t>(row.get<long long>(bytes));
  excerpt.truncated = excerpt.bytes > excerpt.text.size();
  return excerpt;
}

model::TestResult result_from(soci::row& row, BlobReader& blobs) {
  model::TestResult result;
  result.test = row.get<std::string>("test");
  result.suite = row.get<std::string>("suite");
  result.configuration = row.get<std::string>("configuration");
  result.target = row.get<std::string>("target");
  result.verdict = verdict_of(row);
  result.flaky = row.get<int>("flaky") != 0;
  result.leaky = row.get<int>("leaky") != 0;
  result.attempts = row.get<int>("attempts");
  result.reason = row.get<std::string>("reason");
  const auto tags = row.get<std::string>("tags");
  for (const auto tag : base::split_lines(tags)) result.tags.emplace_back(tag);
  result.detail = blobs.read(row, "detail_blob");
  if (row.get_indicator("status") == soci::i_ok) result.status = row.get<int>("status");
  result.signal = row.get<std::string>("signal");
  const auto bytes = [&](const char* column) { return static_cast<std::uint64_t>(row.get<long long>(column)); };
  result.output = {blobs.read(row, "stdout_blob"), bytes("stdout_bytes"), row.get<int>("stdout_truncated") != 0};
  result.error = {blobs.read(row, "stderr_blob"), bytes("stderr_bytes"), row.get<int>("stderr_truncated") != 0};
  result.wall = std::chrono::microseconds(row.get<long long>("wall_us"));
  result.usage.user = std::chrono::microseconds(row.get<long long>("user_us"));
  result.usage.system = std::chrono::microseconds(row.get<long long>("system_us"));
  result.usage.max_rss_kib = bytes("max_rss_kib");
  result.command = blobs.read(row, "command_blob");
  result.kept_directory = row.get<std::string>("kept_directory");
  if (row.get_indicator("recording") == soci::i_ok) result.recording = row.get<std::string>("recording");
  if (row.get_indicator("outputs") == soci::i_ok) result.outputs = numbers_of(row.get<std::string>("outputs"));
  result.started = utc_of(row.get<long long>("started_us"));
  return result;
}

/// `by_test`: where the result of each test of the run stands.
void add_failed_attempts(soci::session& session, const std::string& run,
                         const std::unordered_map<long long, std::size_t>& by_test,
                         std::vector<model::TestResult>& results) {
  BlobReader blobs(session);
  soci::rowset<soci::row> rows =
      (session.prepare << "SELECT * FROM failed_attempts WHERE run_id = (SELECT id FROM runs WHERE name = :run) "
                          "ORDER BY test_id, number",
       soci::use(run));
  for (auto& row : rows) {
    const auto found = by_test.find(row.get<long long>("test_id"));
    if (found == by_test.end()) continue;  // its last attempt is under way
    results[found->second].failed_attempts.push_back(
        {row.get<int>("number"), verdict_of(row), row.get<std::string>("reason"), excerpt_from(row, blobs, "stdout"),
         excerpt_from(row, blobs, "stderr"), row.get<std::string>("kept_directory")});
  }
}

constexpr const char* latest_columns =
    "SELECT tests.name AS test, tests.configuration AS configuration, results.verdict AS verdict, "
    "results.wall_us AS wall_us FROM tests ";

std::vector<LatestResult> latest_from(const soci::rowset<soci::row>& rows) {
  std::vector<LatestResult> all;
  for (const auto& row : rows) {
    LatestResult latest{row.get<std::string>("test"), row.get<std::string>("configuration")};
    latest.verdict = verdict_of(row);
    latest.wall = std::chrono::microseconds(row.get<long long>("wall_us"));
    all.push_back(std::move(latest));
  }
  return all;
}

constexpr const char* run_columns =
    "name, version, command, host, directory, started_us, finished_us, exit_code, cut_by, planned";

}  // namespace

base::Result<std::vector<model::Run>> Store::runs(std::size_t most) {
  auto all = recent_runs(most);
  if (!all) return all;
  return limited(*connection_, [&]() -> base::Result<std::vector<model::Run>> {
    for (auto& run : *all) count_verdicts(connection_->session, run);
    return all;
  });
}

base::Result<std::vector<model::Run>> Store::recent_runs(std::size_t most) {
  return limited(*connection_, [&]() -> base::Result<std::vector<model::Run>> {
    const auto limit = static_cast<long long>(most);
    soci::rowset<soci::row> rows =
        (connection_->session.prepare << "SELECT " << run_columns
                                      << " FROM runs ORDER BY started_us DESC, id DESC LIMIT :most",
         soci::use(limit));
    return runs_from(rows);
  });
}

base::Result<std::vector<model::Run>> Store::recent_runs_of(const std::string& host, std::size_t most) {
  return limited(*connection_, [&]() -> base::Result<std::vector<model::Run>> {
    const auto limit = static_cast<long long>(most);
    soci::rowset<soci::row> rows = (connection_->session.prepare << "SELECT " << run_columns
                                                                 << " FROM runs WHERE host = :host ORDER BY started_us "
                                                                    "DESC, id DESC LIMIT :most",
                                    soci::use(host), soci::use(limit));
    return runs_from(rows);
  });
}

base::Result<model::Run> Store::find_run(const std::string& name) {
  return limited(*connection_, [&]() -> base::Result<model::Run> {
    std::vector<model::Run> found;
    if (const auto steps = steps_back(name)) {
      soci::rowset<soci::row> rows =
          (connection_->session.prepare << "SELECT " << run_columns
                                        << " FROM runs ORDER BY started_us DESC, id DESC LIMIT 1 OFFSET :steps",
           soci::use(static_cast<long long>(*steps)));
      for (auto& row : rows) found.push_back(run_from(row));
    } else if (base::is_hex(name)) {
      const std::string pattern = name + "%";
      soci::rowset<soci::row> rows =
          (connection_->session.prepare << "SELECT " << run_columns << " FROM runs WHERE name LIKE :pattern LIMIT 2",
           soci::use(pattern));
      for (auto& row : rows) found.push_back(run_from(row));
    }
    if (found.size() > 1) return base::usage_error(fmt::format("several runs begin with `{}`", name));
    if (found.empty())
      return base::Error{base::ErrorKind::not_found,
                         fmt::format("no run is named `{}`; `fatespec runs` lists them", name)};
    count_verdicts(connection_->session, found[0]);
    return found[0];
  });
}

base::Result<std::vector<model::TestResult>> Store::results(const std::string& run) {
  return limited(
      *connection_, [&]() -> base::Result<std::vector<model::TestResult>> {
        std::vector<model::TestResult> all;
        std::unordered_map<long long, std::size_t> by_test;
        BlobReader blobs(connection_->session);
        soci::rowset<soci::row> rows =
            (connection_->session.prepare
                 << "SELECT tests.name AS test, tests.suite AS suite, tests.configuration AS configuration, "
                    "recordings.path AS recording, repetitions.outputs AS outputs, results.* FROM results JOIN tests "
                    "ON tests.id = results.test_id "
                    "JOIN runs ON runs.id = results.run_id LEFT JOIN recordings ON recordings.run_id = results.run_id "
                    "AND recordings.test_id = results.test_id "
                    "LEFT JOIN repetitions ON repetitions.run_id = results.run_id "
                    "AND repetitions.test_id = results.test_id "
                    "WHERE runs.name = :run ORDER BY results.started_us, tests.name",
             soci::use(run));
        for (auto& row : rows) {
          by_test[row.get<long long>("test_id")] = all.size();
          all.push_back(result_from(row, blobs));
          all.back().index = all.size() - 1;
        }
        add_failed_attempts(connection_->session, run, by_test, all);
        return all;
      });
}

base::Result<std::optional<std::string>> Store::full_output(const std::string& run, const std::string& test,
                                                            const std::string& configuration) {
  return limited(*connection_, [&]() -> base::Result<std::optional<std::string>> {
    Content blob;
    soci::indicator encoding = soci::i_null;
    connection_->session
        << "SELECT blobs.content, blobs.encoding FROM results JOIN tests ON tests.id = results.test_id "
           "JOIN runs ON runs.id = results.run_id JOIN blobs ON blobs.id = results.full_stdout_blob "
           "WHERE runs.name = :run AND tests.name = :test AND tests.configuration = :configuration",
        soci::into(blob.content, blob.present), soci::into(blob.encoding, encoding), soci::use(run), soci::use(test),
        soci::use(configuration);
    if (!connection_->session.got_data()) return std::optional<std::string>();
    return std::optional<std::string>(blob.decoded());
  });
}

/// False where a run was added after a later one: it was copied, or waited for the server.
static bool ids_follow_time(soci::session& session) {
  int late = 0;
  session << "SELECT COUNT(*) FROM (SELECT started_us, MAX(started_us) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED "
             "PRECEDING AND 1 PRECEDING) AS before FROM runs) AS ordered WHERE before > started_us",
      soci::into(late);
  return late == 0;
}

base::Result<std::vector<LatestResult>> Store::latest_results() {
  return limited(*connection_, [&]() -> base::Result<std::vector<LatestResult>> {
    // The first is told by an index; by time all results of the test have to be looked at.
    const char* latest = ids_follow_time(connection_->session)
                             ? "SELECT MAX(r.run_id) FROM results r WHERE r.test_id = tests.id"
                             : "SELECT r.run_id FROM results r JOIN runs ON runs.id = r.run_id WHERE r.test_id = "
                               "tests.id ORDER BY runs.started_us DESC, r.run_id DESC LIMIT 1";
    // CROSS JOIN: SQLite keeps the order of the tables then, and does not read all results to find a few.
    return latest_from(connection_->session.prepare
                       << latest_columns << "CROSS JOIN results WHERE results.test_id = tests.id AND results.run_id = ("
                       << latest << ")");
  });
}

base::Result<std::vector<LatestResult>> Store::verdicts(const std::string& run) {
  return limited(*connection_, [&]() -> base::Result<std::vector<LatestResult>> {
    return latest_from((connection_->session.prepare << latest_columns
                                                     << "JOIN results ON results.test_id = tests.id WHERE "
                                                        "results.run_id = (SELECT id FROM runs WHERE name = :run)",
                        soci::use(run)));
  });
}

}  // namespace fatespec::results
