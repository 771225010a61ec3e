#include "results/run_rows.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "base/digest.hpp"

namespace fatespec::results {
namespace {

std::string digest_of(std::string_view bytes) { return base::digest_hex(base::DigestAlgorithm::sha256, bytes); }

TestKey key_of(const model::TestResult& result) {
  return {storable(result.test), storable(result.suite), storable(result.configuration)};
}

/// Calls `take(bytes)` with all that a result keeps as blobs.
template <class Take>
void for_each_content(const model::TestResult& result, Take take) {
  const auto take_unless_empty = [&](const std::string& bytes) {
    if (!bytes.empty()) take(bytes);
  };
  take_unless_empty(result.detail);
  take_unless_empty(result.output.text);
  take_unless_empty(result.error.text);
  if (result.full_output) take(*result.full_output);  // an empty one is an answer too
  take_unless_empty(result.command);
  for (const auto& attempt : result.failed_attempts) {
    take_unless_empty(attempt.output.text);
    take_unless_empty(attempt.error.text);
  }
}

std::size_t bytes_of(const model::RunEvent& event) {
  const auto* finished = std::get_if<model::TestFinished>(&event);
  std::size_t bytes = 0;
  if (finished != nullptr)
    for_each_content(*finished->result, [&](std::string_view content) { bytes += content.size(); });
  return bytes;
}

/// What one transaction takes: a bound on its memory, on how long it holds what others may want, and on the statement
/// that a server gets with all contents in it.
std::size_t size_of_transaction(std::span<const model::RunEvent> events) {
  constexpr std::size_t most = 1000;
  constexpr std::size_t most_bytes = std::size_t{32} << 20;
  std::size_t bytes = 0;
  std::size_t number = 0;
  while (number < std::min(events.size(), most) && bytes < most_bytes) bytes += bytes_of(events[number++]);
  return number;
}

}  // namespace

RunRows::RunRows(Store& store)
    : session_(store.connection().session), engine_(store.connection().engine), inserter_(engine_.inserter(session_)) {}

base::Result<void> RunRows::write(std::span<const model::RunEvent> events) {
  while (!events.empty()) {
    const auto now = events.first(size_of_transaction(events));
    events = events.subspan(now.size());
    if (auto written = write_transaction(now); !written) return written;
  }
  return {};
}

base::Result<void> RunRows::write_transaction(std::span<const model::RunEvent> events) {
  return guarded([&]() -> base::Result<void> {
    engine_.begin_writing(session_);
    try {
      write_all(events);
      session_ << "COMMIT";
    } catch (...) {    // rethrown: only the transaction is ended here
      blobs_.clear();  // what was learnt within it may not be so
      try {
        session_ << "ROLLBACK";
      } catch (const soci::soci_error&) {  // the first error is the one to tell
      }
      throw;
    }
    return {};
  });
}

base::Result<void> RunRows::attach(const std::string& run) {
  return guarded([&]() -> base::Result<void> {
    find_run(run);
    return {};
  });
}

void RunRows::write_all(std::span<const model::RunEvent> events) {
  std::vector<const model::TestResult*> results;
  const auto write_waiting = [&] {
    if (!results.empty()) write_results(results);
    results.clear();
  };
  for (const auto& event : events) {
    if (const auto* finished = std::get_if<model::TestFinished>(&event)) results.push_back(finished->result.get());
    if (const auto* started = std::get_if<model::RunStarted>(&event)) write_started(*started);
    if (const auto* finished = std::get_if<model::RunFinished>(&event)) {
      write_waiting();
      write_finished(*finished);
    }
  }
  write_waiting();
}

void RunRows::find_run(const std::string& name) {
  session_ << "SELECT id FROM runs WHERE name = :name", soci::use(name), soci::into(run_);
}

void RunRows::write_started(const model::RunStarted& event) {
  const std::string host = storable(event.host.empty() ? this_host() : event.host);
  const std::string command = storable(event.command);
  const std::string version = storable(event.version, version_width);
  const auto started = static_cast<long long>(microseconds(event.time));
  const auto planned = static_cast<long long>(event.tests);
  if (event.resumed) {
    session_
        << "UPDATE runs SET finished_us = NULL, exit_code = NULL, cut_by = '', planned = :planned WHERE name = :name",
        soci::use(planned), soci::use(event.run);
    find_run(event.run);
    forget_other_revisions(event);
    return;
  }
  const bool is_ours = event.host.empty();
  std::error_code removed;  // it may be gone by now
  const std::string here = is_ours ? std::filesystem::current_path(removed).string() : event.directory;
  const std::string directory = storable(here);
  session_ << "INSERT INTO runs (id, name, version, command, host, directory, started_us, planned) VALUES ("
           << engine_.next_id("runs")
           << ", :name, :version, :command, :host, :directory, :started, :planned) ON CONFLICT DO NOTHING",
      soci::use(event.run), soci::use(version), soci::use(command), soci::use(host), soci::use(directory),
      soci::use(started), soci::use(planned);
  find_run(event.run);
  for (const auto& [configuration, revision] : event.revisions)
    session_ << "INSERT INTO run_revisions (run_id, configuration, revision) VALUES (:run, :configuration, :revision) "
                "ON CONFLICT DO NOTHING",
        soci::use(run_), soci::use(configuration), soci::use(revision);
}

// A run that went on over another commit tested none of them.
void RunRows::forget_other_revisions(const model::RunStarted& event) {
  for (const auto& [configuration, revision] : event.revisions)
    session_ << "DELETE FROM run_revisions WHERE run_id = :run AND configuration = :configuration AND revision <> "
                ":revision",
        soci::use(run_), soci::use(configuration), soci::use(revision);
}

void RunRows::write_finished(const model::RunFinished& event) {
  const auto finished = static_cast<long long>(microseconds(event.time));
  const std::string cut_by = storable(event.interrupted_by);
  session_ << "UPDATE runs SET finished_us = :finished, exit_code = :code, cut_by = :cut WHERE id = :id",
      soci::use(finished), soci::use(event.exit_code), soci::use(cut_by), soci::use(run_);
}

void RunRows::write_results(std::span<const model::TestResult* const> results) {
  const auto tests = test_ids(results);
  const ContentIds ids = store_contents(results);
  std::vector<ResultRow> rows;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const model::TestResult& result = *results[i];
    rows.push_back({&result, tests[i], ids.of(result.detail), ids.of(result.output.text), ids.of(result.error.text),
                    result.full_output ? ids.of(*result.full_output) : std::nullopt, ids.of(result.command)});
  }
  inserter_->results(run_, rows);
  for (std::size_t i = 0; i < results.size(); ++i) write_further(*results[i], tests[i], ids);
}

void RunRows::write_further(const model::TestResult& result, long long test, const ContentIds& ids) {
  for (const auto& attempt : result.failed_attempts) {
    OptionalId output;
    OptionalId error;
    output.set(ids.of(attempt.output.text));
    error.set(ids.of(attempt.error.text));
    const std::string verdict(model::name_of(attempt.verdict));
    const std::string reason = storable(base::printable(attempt.reason));
    const std::string kept = storable(attempt.kept_directory);
    const auto output_bytes = static_cast<long long>(attempt.output.bytes);
    const auto error_bytes = static_cast<long long>(attempt.error.bytes);
    session_ << "INSERT INTO failed_attempts (run_id, test_id, number, verdict, reason, stdout_blob, stderr_blob, "
                "stdout_bytes, stderr_bytes, kept_directory) VALUES (:run, :test, :number, :verdict, :reason, :stdout, "
                ":stderr, :stdout_bytes, :stderr_bytes, :kept) ON CONFLICT DO NOTHING",
        soci::use(run_), soci::use(test), soci::use(attempt.number), soci::use(verdict), soci::use(reason),
        soci::use(output.value, output.present), soci::use(error.value, error.present), soci::use(output_bytes),
        soci::use(error_bytes), soci::use(kept);
  }
  if (!result.outputs.empty()) {
    const std::string outputs = fmt::format("{}", fmt::join(result.outputs, " "));
    session_ << "INSERT INTO repetitions VALUES (:run, :test, :outputs) ON CONFLICT DO NOTHING", soci::use(run_),
        soci::use(test), soci::use(outputs);
  }
  if (result.recording.empty()) return;
  const std::string recording = storable(result.recording);
  session_ << "INSERT INTO recordings VALUES (:run, :test, :path) ON CONFLICT DO NOTHING", soci::use(run_),
      soci::use(test), soci::use(recording);
}

// A transaction adds its tests at once and then its blobs at once, each in the order of their keys: two writers that
// did so in different orders could wait for each other.
std::vector<long long> RunRows::test_ids(std::span<const model::TestResult* const> results) {
  std::vector<TestKey> keys;
  for (const auto* result : results) keys.push_back(key_of(*result));
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
  std::vector<TestKey> sorted;
  std::vector<std::size_t> place_in_sorted(keys.size());
  for (const std::size_t i : order) {
    if (sorted.empty() || sorted.back() != keys[i]) sorted.push_back(std::move(keys[i]));
    place_in_sorted[i] = sorted.size() - 1;
  }
  const auto found = inserter_->tests(sorted);
  std::vector<long long> all;
  for (const std::size_t place : place_in_sorted) all.push_back(found[place]);
  return all;
}

RunRows::ContentIds RunRows::store_contents(std::span<const model::TestResult* const> results) {
  constexpr std::size_t most_remembered = 20'000;
  if (blobs_.size() > most_remembered) blobs_.clear();
  std::unordered_map<std::string_view, std::vector<const std::string*>> by_content;  // much of it is often the same
  for (const auto* result : results)
    for_each_content(*result, [&](const std::string& bytes) { by_content[bytes].push_back(&bytes); });
  std::map<std::string, std::vector<const std::string*>> by_digest;
  for (auto& [bytes, contents] : by_content) by_digest[digest_of(bytes)] = std::move(contents);
  std::vector<Blob> missing;
  for (const auto& [digest, contents] : by_digest) {
    if (blobs_.contains(digest)) continue;
    Blob& blob = missing.emplace_back();
    blob.digest = digest;
    blob.bytes = static_cast<long long>(contents.front()->size());
    blob.content = encode_content(*contents.front(), blob.encoding);
  }
  const auto added = missing.empty() ? std::vector<long long>() : inserter_->blobs(missing);
  for (std::size_t i = 0; i < missing.size(); ++i) blobs_[missing[i].digest] = added[i];
  ContentIds ids;
  for (const auto& [digest, contents] : by_digest)
    for (const auto* bytes : contents) ids.add(*bytes, blobs_.at(digest));
  return ids;
}

}  // namespace fatespec::results
