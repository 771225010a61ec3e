#include "remote/worker.hpp"

#include <utility>

#include <fmt/format.h>

namespace fatespec::remote {

Worker::Worker(SshLink& link, const SupervisorSettings& settings, int number, Handlers handlers)
    : token_(settings.token), handlers_(std::move(handlers)), greeting_(settings.token) {
  channel_ = link.run(
      supervisor_command(),
      {.data = [this](Stream stream, const std::string& bytes) { data(stream, bytes); },
       .drained = {},
       .closed =
           [this](int status, const std::string& problem) {
             const auto ended = handlers_.ended;
             ended(problem.empty() && ready_ ? fmt::format("a supervisor ended with status {}", status) : problem,
                   ready_);
           }});
  channel_->write(worker_script(settings, number));
}

void Worker::start(std::shared_ptr<RemoteExecution> execution) {
  execution_ = std::move(execution);
  channel_->write(execution_->start(
      token_, [this](Stream stream, std::size_t bytes) { channel_->consumed(stream, bytes); },
      [this] {
        execution_ = nullptr;
        handlers_.ready();
      }));
}

void Worker::data(Stream stream, const std::string& bytes) {
  if (execution_) {
    const auto execution = execution_;  // it may release itself
    execution->feed(stream, bytes);
    return;
  }
  channel_->consumed(stream, bytes.size());
  if (ready_ || stream != Stream::output) return;
  greeting_.feed(
      bytes, [](std::string_view) {},
      [this](const std::string& text) {
        if (!text.starts_with("hello")) return;
        ready_ = true;
        handlers_.ready();
      });
}

}  // namespace fatespec::remote
