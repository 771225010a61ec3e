#include "runner/local/newcomers.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

#include "runner/local/local_process.hpp"

namespace fatespec::runner {

bool Newcomers::take(const std::shared_ptr<LocalProcess>& process, std::size_t running) {
  if (!expected_ || running != processes_.size() + 1) return false;
  processes_.push_back(process);
  look_later();
  return true;
}

// Behind what the loop has to do already: the test that ended is judged, signals and timers have their turn.
void Newcomers::look_later() {
  if (processes_.empty() || std::exchange(will_look_, true)) return;
  boost::asio::post(loop_, [this] {
    will_look_ = false;
    look();
  });
}

void Newcomers::look() {
  const auto ended = wait_for_one();
  if (ended) let_go_of_old();
  else
    for (const auto& process : std::exchange(processes_, {})) process->listen();
  look_later();
  if (ended) ended->ended_at_once();
}

std::shared_ptr<LocalProcess> Newcomers::wait_for_one() {
  ids_.clear();
  for (const auto& process : processes_) ids_.push_back(process->pid());
  const auto id = wait_.first_end_of(ids_, patience_);
  if (!id) return nullptr;
  const auto found = std::find_if(processes_.begin(), processes_.end(), [&](const auto& p) { return p->pid() == *id; });
  auto process = std::move(*found);
  processes_.erase(found);
  return process;
}

// While others end one after the other, one that runs on must not wait for ever until its output is read.
void Newcomers::let_go_of_old() {
  const auto oldest = std::chrono::steady_clock::now() - patience_;
  std::vector<std::shared_ptr<LocalProcess>> old;
  std::erase_if(processes_, [&](const auto& process) {
    const bool is_old = process->started() < oldest && !has_ended(process->pid());
    if (is_old) old.push_back(process);
    return is_old;
  });
  for (const auto& process : old) process->listen();
}

}  // namespace fatespec::runner
