#include "results/run_writer.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "results/connection.hpp"

namespace fatespec::results {
namespace {

constexpr auto batch_age = std::chrono::milliseconds(50);

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "unknown";
}

/// A value that may be absent, in the form that SOCI binds.
struct OptionalId {
  long long value = 0;
  soci::indicator present = soci::i_null;
  void set(std::optional<long long> id) {
    value = id.value_or(0);
    present = id ? soci::i_ok : soci::i_null;
  }
};

}  // namespace

/// The prepared statements of a run and what they know of the rows that are there.
class RunWriter::Statements {
 public:
  explicit Statements(soci::session& session)
      : session_(session),
        insert_((session.prepare << "INSERT INTO results VALUES (:run, :test, :target, :verdict, :flaky, :leaky, "
                                    ":attempts, :reason, :detail, "
                                    ":status, :signal, :stdout, :stdout_bytes, :stdout_truncated, :stderr, "
                                    ":stderr_bytes, :stderr_truncated, "
                                    ":full, :wall, :user, :system, :rss, :command, :kept, :started, :tags)",
                 soci::use(run_), soci::use(test_), soci::use(target_), soci::use(verdict_), soci::use(flaky_),
                 soci::use(leaky_), soci::use(attempts_), soci::use(reason_), soci::use(detail_.value, detail_.present),
                 soci::use(status_, status_present_), soci::use(signal_), soci::use(stdout_.value, stdout_.present),
                 soci::use(stdout_bytes_), soci::use(stdout_truncated_), soci::use(stderr_.value, stderr_.present),
                 soci::use(stderr_bytes_), soci::use(stderr_truncated_), soci::use(full_.value, full_.present),
                 soci::use(wall_), soci::use(user_), soci::use(system_), soci::use(rss_),
                 soci::use(command_.value, command_.present), soci::use(kept_), soci::use(started_), soci::use(tags_))),
        look_for_test_((session.prepare << "SELECT id FROM tests WHERE name = :name AND configuration = :configuration",
                        soci::use(test_name_), soci::use(configuration_), soci::into(found_))),
        add_test_(
            (session.prepare << "INSERT INTO tests (id, name, suite, configuration) SELECT COALESCE(MAX(id), 0) + 1, "
                                ":name, :suite, :configuration FROM tests WHERE true ON CONFLICT DO NOTHING",
             soci::use(test_name_), soci::use(suite_), soci::use(configuration_))),
        look_for_blob_(
            (session.prepare << "SELECT id FROM blobs WHERE digest = :digest", soci::use(digest_), soci::into(found_))),
        add_blob_((session.prepare << "INSERT INTO blobs (id, digest, bytes, encoding, content) SELECT "
                                      "COALESCE(MAX(id), 0) + 1, :digest, :bytes, :encoding, :content FROM blobs WHERE "
                                      "true ON CONFLICT DO NOTHING",
                   soci::use(digest_), soci::use(blob_bytes_), soci::use(encoding_), soci::use(content_))) {}

  void write(const model::RunEvent& event) {
    if (const auto* started = std::get_if<model::RunStarted>(&event)) write_started(*started);
    if (const auto* finished = std::get_if<model::TestFinished>(&event)) write_result(*finished->result);
    if (const auto* finished = std::get_if<model::RunFinished>(&event)) write_finished(*finished);
  }

  /// What was learnt within a transaction that failed may not be so.
  void forget() { blobs_.clear(); }

 private:
  void write_started(const model::RunStarted& event) {
    const std::string host = event.host.empty() ? host_name() : event.host;
    const auto started = static_cast<long long>(microseconds(event.time));
    const auto planned = static_cast<long long>(event.tests);
    if (event.resumed) {
      session_ << "UPDATE runs SET finished_us = NULL, exit_code = NULL WHERE name = :name", soci::use(event.run);
      session_ << "SELECT id FROM runs WHERE name = :name", soci::use(event.run), soci::into(run_);
      return;
    }
    session_ << "INSERT INTO runs (id, name, version, command, host, started_us, planned) "
                "SELECT COALESCE(MAX(id), 0) + 1, :name, :version, :command, :host, :started, :planned FROM runs",
        soci::use(event.run), soci::use(event.version), soci::use(event.command), soci::use(host), soci::use(started),
        soci::use(planned);
    session_ << "SELECT id FROM runs WHERE name = :name", soci::use(event.run), soci::into(run_);
    for (const auto& [configuration, revision] : event.revisions)
      session_
          << "INSERT INTO run_revisions (run_id, configuration, revision) VALUES (:run, :configuration, :revision)",
          soci::use(run_), soci::use(configuration), soci::use(revision);
  }

  void write_finished(const model::RunFinished& event) {
    const auto finished = static_cast<long long>(microseconds(event.time));
    session_ << "UPDATE runs SET finished_us = :finished, exit_code = :code WHERE id = :id", soci::use(finished),
        soci::use(event.exit_code), soci::use(run_);
  }

  void write_result(const model::TestResult& result) {
    test_ = test_id(result);
    target_ = result.target;
    verdict_ = model::name_of(result.verdict);
    flaky_ = result.flaky ? 1 : 0;
    leaky_ = result.leaky ? 1 : 0;
    attempts_ = result.attempts;
    reason_ = base::printable(result.reason);
    detail_.set(blob_id(result.detail));
    status_ = result.status.value_or(0);
    status_present_ = result.status ? soci::i_ok : soci::i_null;
    signal_ = result.signal;
    stdout_.set(blob_id(result.output.text));
    stdout_bytes_ = static_cast<long long>(result.output.bytes);
    stdout_truncated_ = result.output.truncated ? 1 : 0;
    stderr_.set(blob_id(result.error.text));
    stderr_bytes_ = static_cast<long long>(result.error.bytes);
    stderr_truncated_ = result.error.truncated ? 1 : 0;
    full_.set(result.full_output ? blob_id(*result.full_output, true) : std::nullopt);
    wall_ = microseconds(result.wall);
    user_ = microseconds(result.usage.user);
    system_ = microseconds(result.usage.system);
    rss_ = static_cast<long long>(result.usage.max_rss_kib);
    command_.set(blob_id(result.command));
    kept_ = result.kept_directory;
    started_ = microseconds(result.started);
    tags_ = fmt::format("{}", fmt::join(result.tags, "\n"));
    insert_.execute(true);
    for (const auto& attempt : result.failed_attempts) write_attempt(attempt);
    if (!result.recording.empty())
      session_ << "INSERT INTO recordings VALUES (:run, :test, :path)", soci::use(run_), soci::use(test_),
          soci::use(result.recording);
  }

  void write_attempt(const model::FailedAttempt& attempt) {
    OptionalId output;
    OptionalId error;
    output.set(blob_id(attempt.output.text));
    error.set(blob_id(attempt.error.text));
    const std::string verdict(model::name_of(attempt.verdict));
    const std::string reason = base::printable(attempt.reason);
    session_ << "INSERT INTO failed_attempts VALUES (:run, :test, :number, :verdict, :reason, :stdout, :stderr)",
        soci::use(run_), soci::use(test_), soci::use(attempt.number), soci::use(verdict), soci::use(reason),
        soci::use(output.value, output.present), soci::use(error.value, error.present);
  }

  // Another runner may add the same row at the same time: the insert then does nothing, and the look finds its row.
  long long test_id(const model::TestResult& result) {
    test_name_ = result.test;
    suite_ = result.suite;
    configuration_ = result.configuration;
    if (!look_for_test_.execute(true)) {
      add_test_.execute(true);
      look_for_test_.execute(true);
    }
    return found_;
  }

  std::optional<long long> blob_id(const std::string& bytes, bool even_empty = false) {
    if (bytes.empty() && !even_empty) return std::nullopt;
    digest_ = base::digest_hex(base::DigestAlgorithm::sha256, bytes);
    if (const auto known = blobs_.find(digest_); known != blobs_.end()) return known->second;
    if (!look_for_blob_.execute(true)) {
      content_ = encode_content(bytes, encoding_);
      blob_bytes_ = static_cast<long long>(bytes.size());
      add_blob_.execute(true);
      look_for_blob_.execute(true);
    }
    constexpr std::size_t most_remembered = 10'000;
    if (blobs_.size() > most_remembered) blobs_.clear();
    return blobs_[digest_] = found_;
  }

  soci::session& session_;
  std::unordered_map<std::string, long long> blobs_;
  // The values that the prepared statement is bound to.
  long long run_ = 0, test_ = 0;
  std::string target_, verdict_, reason_, signal_, kept_, tags_;
  int flaky_ = 0, leaky_ = 0, attempts_ = 0, status_ = 0, stdout_truncated_ = 0, stderr_truncated_ = 0;
  soci::indicator status_present_ = soci::i_null;
  OptionalId detail_, stdout_, stderr_, full_, command_;
  long long stdout_bytes_ = 0, stderr_bytes_ = 0, wall_ = 0, user_ = 0, system_ = 0, rss_ = 0, started_ = 0;
  std::string test_name_, suite_, configuration_, digest_, encoding_, content_;
  long long blob_bytes_ = 0, found_ = 0;
  soci::statement insert_;
  soci::statement look_for_test_;
  soci::statement add_test_;
  soci::statement look_for_blob_;
  soci::statement add_blob_;
};

RunWriter::RunWriter(std::unique_ptr<Store> store, std::function<void(const base::Error&)> failed)
    : store_(std::move(store)),
      failed_(std::move(failed)),
      statements_(std::make_unique<Statements>(store_->connection().session)),
      thread_([this] { write_until_closed(); }) {}

RunWriter::~RunWriter() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void RunWriter::handle(const model::RunEvent& event) {
  if (std::holds_alternative<model::TestStarted>(event) || std::holds_alternative<model::TestLost>(event)) return;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (error_) return;
    wake = waiting_.empty() || !std::holds_alternative<model::TestFinished>(event);
    waiting_.push_back(event);
    if (!std::holds_alternative<model::TestFinished>(event)) urgent_ = true;
  }
  if (wake) changed_.notify_all();
}

base::Result<void> RunWriter::flush() {
  std::unique_lock lock(mutex_);
  urgent_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return (waiting_.empty() && !writing_) || error_; });
  if (error_) return *error_;
  return {};
}

void RunWriter::write_until_closed() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    // More may come: one transaction for all of it costs little more than one for the first.
    changed_.wait_for(lock, batch_age, [this] { return closed_ || urgent_; });
    std::deque<model::RunEvent> batch;
    batch.swap(waiting_);
    writing_ = true;
    urgent_ = false;
    lock.unlock();
    write_batch(batch);
    lock.lock();
    writing_ = false;
    changed_.notify_all();
    if (error_) return;
  }
}

void RunWriter::write_batch(std::deque<model::RunEvent>& batch) {
  const auto written = guarded([&]() -> base::Result<void> {
    soci::session& session = store_->connection().session;
    session << "BEGIN IMMEDIATE";
    try {
      for (const auto& event : batch) statements_->write(event);
      session << "COMMIT";
    } catch (...) {  // rethrown: only the transaction is ended here
      statements_->forget();
      try {
        session << "ROLLBACK";
      } catch (const soci::soci_error&) {  // the first error is the one to tell
      }
      throw;
    }
    return {};
  });
  if (written) {
    safe_results_ += static_cast<std::uint64_t>(std::count_if(batch.begin(), batch.end(), [](const auto& event) {
      return std::holds_alternative<model::TestFinished>(event);
    }));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    error_ = written.error();
  }
  safe_results_ = UINT64_MAX;
  failed_(written.error());
}

}  // namespace fatespec::results
