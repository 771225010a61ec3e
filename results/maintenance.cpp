// Moving runs from store to store, and removing them.
#include "results/copy.hpp"

#include <chrono>
#include <thread>

#include "results/connection.hpp"
#include "results/run_rows.hpp"
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

/// A transaction that removes; undone if it is not committed.
class Removal {
 public:
  Removal(const Engine& engine, soci::session& session) : engine_(engine), session_(session) {}
  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;
  ~Removal() {
    if (!committed_) try_to([this] { session_ << "ROLLBACK"; });
    try_to([this] { engine_.end_removal(session_); });
  }
  void begin() { engine_.begin_removal(session_); }
  void commit() {
    session_ << "COMMIT";
    committed_ = true;
  }

 private:
  template <class Step>
  static void try_to(Step step) {
    try {
      step();
    } catch (const soci::soci_error&) {  // the first error is the one to tell
    }
  }

  const Engine& engine_;
  soci::session& session_;
  bool committed_ = false;
};

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
    Removal removal(connection_->engine, connection_->session);
    removal.begin();
    remove_rows(connection_->session, runs);
    removal.commit();
    return {};
  });
}

base::Result<void> Store::reclaim() {
  return guarded([&]() -> base::Result<void> {
    connection_->engine.reclaim(connection_->session);
    return {};
  });
}

base::Result<std::uint64_t> Store::size() {
  return limited(*connection_,
                 [&]() -> base::Result<std::uint64_t> { return connection_->engine.size(connection_->session); });
}

namespace {

/// Writes what it is handed to a store, many rows at a time.
class Copy {
 public:
  explicit Copy(Store& to) : to_(to), rows_(to) {}

  base::Result<void> add(model::RunEvent event, std::size_t bytes) {
    constexpr std::size_t most_waiting = 1000;
    constexpr std::size_t most_bytes_waiting = std::size_t{32} << 20;
    waiting_.push_back(std::move(event));
    bytes_ += bytes;
    const bool is_enough = waiting_.size() >= most_waiting || bytes_ >= most_bytes_waiting;
    return is_enough ? flush() : base::Result<void>();
  }

  /// Another process may hold the file, as one that shrinks it, and take its time.
  base::Result<void> flush() {
    constexpr auto patience = std::chrono::minutes(10);
    constexpr auto pause = std::chrono::milliseconds(100);  // the engine waits, too, but not in every case
    const auto end = std::chrono::steady_clock::now() + patience;
    auto written = write();
    while (!written && written.error().kind == base::ErrorKind::busy && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(pause);
      written = write();
    }
    waiting_.clear();
    bytes_ = 0;
    return written;
  }

 private:
  base::Result<void> write() {
    const LimitedCall limit(to_.connection(), longest_answer);
    return rows_.write(waiting_);
  }

  Store& to_;
  RunRows rows_;
  std::vector<model::RunEvent> waiting_;
  std::size_t bytes_ = 0;
};

}  // namespace

base::Result<void> copy_run(Store& from, const std::string& name, Store& to) {
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
  Copy copy(to);
  if (auto added = copy.add(std::move(started), 0); !added) return added;
  for (auto& result : *results) {
    auto full = from.full_output(run->id, result.test, result.configuration);
    if (!full) return full.error();
    result.full_output = std::move(*full);
    const std::size_t bytes = result.full_output ? result.full_output->size() : 0;
    const model::TestFinished finished{std::make_shared<const model::TestResult>(std::move(result))};
    if (auto added = copy.add(finished, bytes); !added) return added;
  }
  if (run->finished) {
    const model::RunFinished finished{
        run->id, run->counts, *run->finished - run->started, *run->finished, run->exit_code.value_or(0), run->cut_by};
    if (auto added = copy.add(finished, 0); !added) return added;
  }
  return copy.flush();
}

}  // namespace fatespec::results
