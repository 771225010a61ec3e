#include "results/run_writer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/short_slices.hpp"
#include "base/text.hpp"
#include "results/deadline.hpp"
#include "results/location.hpp"
#include "results/run_rows.hpp"

namespace fatespec::results {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto batch_age = 50ms;
/// For which the engine waits for another process, before it is looked whether that is still wanted.
constexpr auto lock_slice = 500ms;
/// A server that does not answer for so long is away.
constexpr auto longest_write = 10s;
constexpr auto first_pause = 1s;
constexpr auto longest_pause = 30s;

std::uint64_t results_in(const std::vector<model::RunEvent>& batch) {
  return static_cast<std::uint64_t>(std::count_if(batch.begin(), batch.end(), [](const auto& event) {
    return std::holds_alternative<model::TestFinished>(event);
  }));
}

}  // namespace

/// The run's file while the server is away. On the writer's thread, but for file().
class RunWriter::Spooling {
 public:
  Spooling(SpoolOptions options, const Say& say)
      : options_(std::move(options)), say_(say), spool_(options_.directory, options_.location) {}

  void remember(const model::RunStarted& started) {
    started_ = started;
    started_->resumed = false;  // the file does not have the run yet
  }
  const std::string& run() const { return started_->run; }
  bool active() const { return store_ != nullptr; }

  base::Result<void> begin(const base::Error& why) {
    const std::string& run = started_->run;
    if (auto locked = lock(run); !locked) return locked;
    auto store = Store::open(spool_.file_of(run));
    if (!store) return store.error();
    store_ = std::move(*store);
    rows_ = std::make_unique<RunRows>(*store_);
    say_(fmt::format("the results server is away ({}); results wait in {}",
                     without_secrets(why.message, options_.location), spool_.file_of(run)));
    pause_ = first_pause;
    next_try_ = Clock::now() + pause_;
    const model::RunEvent started = *started_;
    auto written = rows_->write({&started, 1});
    if (!written) {  // nothing may go into a file that does not know the run
      rows_.reset();
      store_.reset();
    }
    return written;
  }

  base::Result<void> write(const Batch& batch) {
    const auto not_a_start = [](const auto& event) { return !std::holds_alternative<model::RunStarted>(event); };
    Batch rest;
    std::copy_if(batch.begin(), batch.end(), std::back_inserter(rest), not_a_start);
    return rest.empty() ? base::Result<void>() : rows_->write(rest);
  }

  /// The server's store, with all that had waited, if it is back and a try is due. `at_once`: it always is.
  std::unique_ptr<Store> try_to_return(bool at_once) {
    if (!at_once && Clock::now() < next_try_) return nullptr;
    // The connection first: once they are sent, the file is gone in which results would go on to wait.
    auto store = Store::open(options_.location);
    const auto sent = store ? spool_.send(started_->run) : base::Result<std::uint64_t>(store.error());
    if (!sent) {
      pause_ = std::min<Clock::duration>(pause_ * 2, longest_pause);
      next_try_ = Clock::now() + pause_;
      return nullptr;
    }
    rows_.reset();
    store_.reset();
    lock_.reset();
    say_(fmt::format("the results server is back: {} results sent", *sent));
    return std::move(*store);
  }

  /// Somebody may just be sending what the run has left before.
  base::Result<void> lock(const std::string& run) {
    for (const auto end = Clock::now() + longest_pause; Clock::now() < end; std::this_thread::sleep_for(50ms)) {
      auto lock = spool_.lock(run);
      if (!lock) return lock.error();
      lock_ = std::move(*lock);
      if (lock_) return {};
    }
    return base::Error{base::ErrorKind::io, spool_.file_of(run) + ": another process has held it for 30 s"};
  }

  std::string file() const { return active() ? spool_.file_of(started_->run) : ""; }

 private:
  SpoolOptions options_;
  const Say& say_;
  Spool spool_;
  std::optional<model::RunStarted> started_;
  base::FileDescriptor lock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<RunRows> rows_;
  Clock::duration pause_ = first_pause;
  Clock::time_point next_try_;
};

RunWriter::RunWriter(std::unique_ptr<Store> store, Failed failed, Say say)
    : store_(std::move(store)), failed_(std::move(failed)), say_(std::move(say)) {
  begin();
}

RunWriter::RunWriter(std::unique_ptr<Store> store, Failed failed, Say say, SpoolOptions spool)
    : store_(std::move(store)),
      failed_(std::move(failed)),
      say_(std::move(say)),
      spooling_(std::make_unique<Spooling>(std::move(spool), say_)) {
  begin();
}

void RunWriter::begin() {
  if (store_) store_->wait_for_locks(lock_slice);
  if (store_) rows_ = std::make_unique<RunRows>(*store_);
  thread_ = std::thread([this] { write_until_closed(); });
}

RunWriter::~RunWriter() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void RunWriter::handle(const model::RunEvent& event) {
  const bool is_kept = std::holds_alternative<model::RunStarted>(event) ||
                       std::holds_alternative<model::TestFinished>(event) ||
                       std::holds_alternative<model::RunFinished>(event);
  if (!is_kept) return;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (error_) {
      lost_results_ += std::holds_alternative<model::TestFinished>(event) ? 1 : 0;
      return;
    }
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

bool RunWriter::try_flush() {
  const std::lock_guard lock(mutex_);
  if ((waiting_.empty() && !writing_) || error_) return true;
  urgent_ = true;
  changed_.notify_all();
  return false;
}

std::uint64_t RunWriter::lost_results() const {
  const std::lock_guard lock(mutex_);
  return lost_results_;
}

std::string RunWriter::waiting_file() const {
  const std::lock_guard lock(mutex_);
  return spooling_ ? spooling_->file() : "";
}

void RunWriter::write_until_closed() {
  base::ask_for_short_slices();  // a test that begins is not to wait until a batch is written
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    // More may come: one transaction for all of it costs little more than one for the first.
    changed_.wait_for(lock, batch_age, [this] { return closed_ || urgent_; });
    Batch batch;
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

void RunWriter::write_batch(const Batch& batch) {
  const std::uint64_t safe_before = safe_results_;
  const auto written = write_as_much_as_fits(batch);
  if (written) return;
  failed_(written.error());  // first: who sees that nothing is left to write must know why
  {
    const std::lock_guard lock(mutex_);
    error_ = written.error();
    lost_results_ = results_in(batch) - (safe_results_ - safe_before) + results_in(waiting_);
    waiting_.clear();
  }
  safe_results_ = UINT64_MAX;
}

/// Another process writes, or removes much, and takes its time.
base::Result<void> RunWriter::write_patiently(const Batch& batch) {
  constexpr auto patience = std::chrono::minutes(10);
  constexpr auto pause = 100ms;  // the engine waits, too, but not in every case
  const auto began = std::chrono::steady_clock::now();
  auto written = write_somewhere(batch);
  bool told = false;
  while (!written && written.error().kind == base::ErrorKind::busy && !hurried_ &&
         std::chrono::steady_clock::now() - began < patience) {
    if (!std::exchange(told, true)) say_("another process holds the results file: results wait for it");
    std::this_thread::sleep_for(pause);
    written = write_somewhere(batch);
  }
  return written;
}

// On a disk that is full, a part of it may still fit.
base::Result<void> RunWriter::write_as_much_as_fits(const Batch& batch) {
  auto written = write_patiently(batch);
  if (written) {
    has_begun_ = true;
    safe_results_ += results_in(batch);
    return written;
  }
  if (batch.size() < 2 || written.error().kind != base::ErrorKind::no_space) return written;
  const auto middle = batch.begin() + std::ssize(batch) / 2;
  if (auto first = write_as_much_as_fits({batch.begin(), middle}); !first) return first;
  return write_as_much_as_fits({middle, batch.end()});
}

base::Result<void> RunWriter::write_somewhere(const Batch& batch) {
  if (!spooling_) return write_to_store(batch);
  for (const auto& event : batch)
    if (const auto* started = std::get_if<model::RunStarted>(&event)) spooling_->remember(*started);
  if (!spooling_->active()) {
    auto written = write_to_store(batch);
    if (written) return written;
    rows_.reset();
    store_.reset();
    if (auto begun = spooling_->begin(written.error()); !begun) return begun;
  }
  // First of all it is safe. Then it may be sent.
  if (auto kept = spooling_->write(batch); !kept) return kept;
  const bool is_last = !batch.empty() && std::holds_alternative<model::RunFinished>(batch.back());
  store_ = spooling_->try_to_return(is_last);
  if (!store_) return {};
  rows_ = std::make_unique<RunRows>(*store_);
  if (go_on_at_server()) return {};
  rows_.reset();  // away again: what comes next is spooled anew
  store_.reset();
  return {};
}

/// The claim on the run went with the connection that was lost.
bool RunWriter::go_on_at_server() {
  const std::string& run = spooling_->run();
  const auto claimed = store_->claim_run(run);
  if (!claimed) return false;
  if (!*claimed) unclaimed_since_ = std::chrono::steady_clock::now();
  Store::Connection& connection = store_->connection();
  const LimitedCall limit(connection, longest_write);
  return rows_->attach(run).has_value();
}

/// The server may not have noticed yet that our own connection of before is no more.
void RunWriter::claim_again() {
  constexpr auto patience = std::chrono::minutes(2);
  if (!unclaimed_since_) return;
  const std::string& run = spooling_->run();
  const auto claimed = store_->claim_run(run);
  const bool is_ours = claimed && *claimed;
  if (!is_ours && std::chrono::steady_clock::now() - *unclaimed_since_ < patience) return;
  unclaimed_since_.reset();
  if (!is_ours) say_(fmt::format("run {} was taken up by another process meanwhile", run));
}

base::Result<void> RunWriter::write_to_store(const Batch& batch) {
  if (!store_) return base::Error{base::ErrorKind::io, "it did not answer when the run began"};
  claim_again();
  Store::Connection& connection = store_->connection();
  const LimitedCall limit(connection, longest_write);
  return rows_->write(batch);
}

}  // namespace fatespec::results
