// Moving runs from store to store, and removing them.
#include "results/copy.hpp"

#include "results/connection.hpp"
#include "results/run_writer.hpp"
#include "results/store.hpp"

namespace fatespec::results {

base::Result<std::map<std::string, std::string>> Store::revisions(const std::string& run) {
  return guarded([&]() -> base::Result<std::map<std::string, std::string>> {
    std::map<std::string, std::string> all;
    const soci::rowset<soci::row> rows =
        (connection_->session.prepare << "SELECT configuration, revision FROM run_revisions WHERE run_id = (SELECT id "
                                         "FROM runs WHERE name = :run)",
         soci::use(run));
    for (const auto& row : rows) all[row.get<std::string>("configuration")] = row.get<std::string>("revision");
    return all;
  });
}

base::Result<void> Store::remove_runs(const std::vector<std::string>& runs) {
  return guarded([&]() -> base::Result<void> {
    soci::session& session = connection_->session;
    {
      soci::transaction transaction(session);
      for (const auto& run : runs) {
        for (const char* table : {"failed_attempts", "recordings", "run_revisions", "results"})
          session << "DELETE FROM " << table << " WHERE run_id = (SELECT id FROM runs WHERE name = :run)",
              soci::use(run);
        session << "DELETE FROM runs WHERE name = :run", soci::use(run);
      }
      session << "DELETE FROM tests WHERE NOT EXISTS (SELECT 1 FROM results WHERE results.test_id = tests.id)";
      session << "DELETE FROM blobs WHERE id NOT IN (SELECT detail_blob FROM results WHERE detail_blob IS NOT NULL "
                 "UNION SELECT stdout_blob FROM results WHERE stdout_blob IS NOT NULL "
                 "UNION SELECT stderr_blob FROM results WHERE stderr_blob IS NOT NULL "
                 "UNION SELECT full_stdout_blob FROM results WHERE full_stdout_blob IS NOT NULL "
                 "UNION SELECT command_blob FROM results WHERE command_blob IS NOT NULL "
                 "UNION SELECT stdout_blob FROM failed_attempts WHERE stdout_blob IS NOT NULL "
                 "UNION SELECT stderr_blob FROM failed_attempts WHERE stderr_blob IS NOT NULL)";
      transaction.commit();
    }
    session << "VACUUM";
    return {};
  });
}

base::Result<std::uint64_t> Store::size() {
  return guarded([&]() -> base::Result<std::uint64_t> {
    long long pages = 0;
    long long bytes = 0;
    connection_->session << "PRAGMA page_count", soci::into(pages);
    connection_->session << "PRAGMA page_size", soci::into(bytes);
    return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(bytes);
  });
}

base::Result<void> copy_run(Store& from, const std::string& name, RunWriter& to) {
  const auto run = from.find_run(name);
  if (!run) return run.error();
  const auto revisions = from.revisions(run->id);
  if (!revisions) return revisions.error();
  auto results = from.results(run->id);
  if (!results) return results.error();
  model::RunStarted started{run->id, run->version, run->command, run->planned, run->started};
  started.revisions = *revisions;
  started.host = run->host;
  to.handle(started);
  for (auto& result : *results) {
    auto full = from.full_output(run->id, result.test, result.configuration);
    if (!full) return full.error();
    result.full_output = std::move(*full);
    auto attempts = from.failed_attempts(run->id, result.test, result.configuration);
    if (!attempts) return attempts.error();
    result.failed_attempts = std::move(*attempts);
    to.handle(model::TestFinished{std::make_shared<const model::TestResult>(std::move(result))});
  }
  if (run->finished)
    to.handle(model::RunFinished{run->id, run->counts, *run->finished - run->started, *run->finished,
                                 run->exit_code.value_or(0), ""});
  return to.flush();
}

}  // namespace fatespec::results
