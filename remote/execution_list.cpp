#include "remote/execution_list.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::remote {

void ExecutionList::dispatch(const std::vector<std::unique_ptr<Worker>>& workers) {
  for (const auto& worker : workers) {
    while (!waiting_.empty() && waiting_.front()->over()) waiting_.pop_front();
    if (waiting_.empty()) return;
    if (!worker || !worker->idle()) continue;
    auto execution = std::move(waiting_.front());
    waiting_.pop_front();
    std::erase_if(running_, [](const auto& weak) { return weak.expired() || weak.lock()->over(); });
    running_.push_back(execution);
    worker->start(std::move(execution));
  }
}

void ExecutionList::lose(std::shared_ptr<RemoteExecution> execution) {
  execution->lose();
  lost_.push_back(std::move(execution));
  if (meaning_) settle(false, meaning_->why);
}

void ExecutionList::lose_all() {
  meaning_.reset();
  for (const auto& weak : std::exchange(running_, {}))
    if (auto execution = weak.lock(); execution && !execution->over()) lose(std::move(execution));
  for (auto& execution : std::exchange(waiting_, {})) lose(std::move(execution));
}

void ExecutionList::settle(bool took_down, const std::string& why) {
  const Meaning meaning{took_down, why};  // `why` may be the old meaning's
  meaning_ = meaning;
  for (const auto& execution : std::exchange(lost_, {})) execution->conclude_loss(meaning.took_down, meaning.why);
}

std::string ExecutionList::at_work() const {
  std::string text;
  for (const auto& weak : running_)
    if (const auto execution = weak.lock(); execution && !execution->over())
      text += fmt::format(" {} {}", execution->leader(), base::shell_quote(execution->carried_directory()));
  return text;
}

}  // namespace fatespec::remote
