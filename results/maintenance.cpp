// Moving runs from store to store, and removing them.
#include "results/copy.hpp"

#include "results/connection.hpp"
#include "results/run_writer.hpp"
#include "results/store.hpp"

namespace fatespec::results {

base::Result<std::map<std::string, std::string>> Store::revisions(const std::string& run) {
  return limited(*connection_, [&]() -> base::Result<std::map<std::string, std::string>> {
    std::map<std::string, std::string> all;
    const soci::rowset<soci::row> rows =
        (connection_->session.prepare << "SELECT configuration, revision FROM run_revisions WHERE run_id = (SELECT id "
                                         "FROM runs WHERE name = :run)",
         soci::use(run));
    for (const auto& row : rows) all[row.get<std::string>("configuration")] = row.get<std::string>("revision");
    return all;
  });
}

namespace {

void remove_rows(soci::session& session, const std::vector<std::string>& runs) {
  for (const auto& run : runs) {
    for (const char* table : {"failed_attempts", "recordings", "repetitions", "run_revisions", "results"})
      session << "DELETE FROM " << table << " WHERE run_id = (SELECT id FROM runs WHERE name = :run)", soci::use(run);
    session << "DELETE FROM runs WHERE name = :run", soci::use(run);
  }
  session << "DELETE FROM tests WHERE NOT EXISTS (SELECT 1 FROM results WHERE results.test_id = tests.id)";
  session << "DELETE FROM blobs WHERE id IN (SELECT id FROM blobs EXCEPT SELECT detail_blob FROM results "
             "EXCEPT SELECT stdout_blob FROM results EXCEPT SELECT stderr_blob FROM results "
             "EXCEPT SELECT full_stdout_blob FROM results EXCEPT SELECT command_blob FROM results "
             "EXCEPT SELECT stdout_blob FROM failed_attempts EXCEPT SELECT stderr_blob FROM failed_attempts)";
}

}  // namespace

base::Result<void> Store::remove_runs(const std::vector<std::string>& runs) {
  return guarded([&]() -> base::Result<void> {
    soci::session& session = connection_->session;
    connection_->engine.begin_removal(session);
    try {
      remove_rows(session, runs);
      session << "COMMIT";
    } catch (const soci::soci_error&) {
      try {
        session << "ROLLBACK";
      } catch (const soci::soci_error&) {  // the first error is the one to tell
      }
      throw;
    }
    connection_->engine.end_removal(session);
    connection_->engine.reclaim(session);
    return {};
  });
}

base::Result<std::uint64_t> Store::size() {
  return limited(*connection_,
                 [&]() -> base::Result<std::uint64_t> { return connection_->engine.size(connection_->session); });
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
  started.directory = run->directory;
  to.handle(started);
  constexpr std::size_t most_waiting = 1000;
  constexpr std::size_t most_bytes_waiting = std::size_t{32} << 20;
  std::size_t handed = 0;
  std::size_t bytes = 0;
  for (auto& result : *results) {
    auto full = from.full_output(run->id, result.test, result.configuration);
    if (!full) return full.error();
    result.full_output = std::move(*full);
    bytes += result.full_output ? result.full_output->size() : 0;
    to.handle(model::TestFinished{std::make_shared<const model::TestResult>(std::move(result))});
    if (++handed < most_waiting && bytes < most_bytes_waiting) continue;
    if (auto written = to.flush(); !written) return written;
    handed = bytes = 0;
  }
  if (run->finished)
    to.handle(model::RunFinished{run->id, run->counts, *run->finished - run->started, *run->finished,
                                 run->exit_code.value_or(0), run->cut_by});
  return to.flush();
}

}  // namespace fatespec::results
