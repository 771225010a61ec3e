#include "runner/local/newcomers.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

#include "runner/local/local_process.hpp"

namespace fatespec::runner {

bool Newcomers::take(const std::shared_ptr<LocalProcess>& process) {
  constexpr auto still_writes = std::chrono::milliseconds(10);
  if (patience_ <= base::Duration(0) || !expected_) return false;
  if (std::chrono::steady_clock::now() - last_writing_ < still_writes) return false;
  processes_.push_back(process);
  look_later();
  return true;
}

// A program that fills its pipe waits until the loop reads it.
void Newcomers::learn(base::Duration ran, std::uint64_t output) {
  constexpr std::uint64_t little = std::uint64_t{32} << 10;
  expected_ = ran <= patience_ && output <= little;
}

// What trickles does not fill a pipe while we wait.
void Newcomers::output_read(std::size_t bytes) {
  constexpr std::size_t much = std::size_t{4} << 10;
  if (bytes >= much) last_writing_ = std::chrono::steady_clock::now();
}

// Behind what the loop has to do already, as to judge the test that ended; and behind what it finds to do next: events
// that it sees are queued after what was posted before.
void Newcomers::look_later() {
  if (processes_.empty() || std::exchange(will_look_, true)) return;
  boost::asio::post(loop_, [this] {
    boost::asio::post(loop_, [this] {
      will_look_ = false;
      look();
    });
  });
}

// The end of a test that the loop knows is the loop's to handle: it has a turn, and is waited for no second time, as it
// may be another's child that nobody reaps.
void Newcomers::look() {
  const auto id =
      running_.size() == 1 ? wait_.end_of(processes_.front()->pid(), patience_) : wait_.end_of_any(patience_);
  const auto ended = id ? taken_out(*id) : nullptr;
  const bool is_new_other = id && !ended && other_ != id;
  other_ = ended ? std::nullopt : id;
  if (ended) ended->ended_at_once();
  if (ended || is_new_other) let_go_of_old();
  else let_go(std::exchange(processes_, {}));
  look_later();
}

std::shared_ptr<LocalProcess> Newcomers::taken_out(pid_t id) {
  const auto found = std::find_if(processes_.begin(), processes_.end(), [&](const auto& p) { return p->pid() == id; });
  if (found == processes_.end()) return nullptr;
  auto process = std::move(*found);
  processes_.erase(found);
  return process;
}

void Newcomers::let_go(const std::vector<std::shared_ptr<LocalProcess>>& processes) {
  for (const auto& process : processes) process->listen();
}

// While others end one after the other, one that runs on must not wait for ever until its output is read.
void Newcomers::let_go_of_old() {
  const auto oldest = std::chrono::steady_clock::now() - patience_;
  std::vector<std::shared_ptr<LocalProcess>> old;
  std::erase_if(processes_, [&](const auto& process) {
    const bool is_old = process->running_since() < oldest && !has_ended(process->pid());
    if (is_old) old.push_back(process);
    return is_old;
  });
  let_go(old);
}

}  // namespace fatespec::runner
