// What executions need of their board: the orders that it gives for them.
#include "remote/board_services.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "remote/board.hpp"
#include "remote/elf_machine.hpp"
#include "remote/file_command.hpp"

namespace fatespec::remote {

namespace asio = boost::asio;

using runner::StationState;

std::shared_ptr<runner::RunningExecution> Board::execute(runner::ExecutionRequest request, runner::OutputSink& output,
                                                         runner::OutputSink& error,
                                                         std::function<void(model::Execution)> done) {
  auto execution = std::make_shared<RemoteExecution>(static_cast<BoardServices&>(*this), std::move(request), output,
                                                     error, std::move(done));
  // What a test left in a directory of an earlier connection is gone.
  const std::string& directory = execution->test_directory();
  const bool is_stale = !directory.empty() && !directory.starts_with(settings_.root + "/");
  if (state_ == StationState::ready && !is_stale) {
    executions_.add(execution);
    executions_.dispatch(workers_);
  } else {
    executions_.lose(execution);
  }
  return execution;
}

std::optional<runner::FileCommand> Board::file_command(const std::string& path,
                                                       std::optional<base::DigestAlgorithm> digest) const {
  return file_command_for(target_, tools_.programs, path, digest);
}

std::string Board::input_of(const std::string& path) const {
  const auto found = std::find(options_.inputs.begin(), options_.inputs.end(), path);
  return fmt::format("{}/input.{}", settings_.root, found - options_.inputs.begin());
}

void Board::end_tree(long leader, const std::string& directory, const char* signal, bool measured) {
  if (!control_) return;
  control_->ask(fmt::format("end_tree {} {} {} {}", leader, base::shell_quote(directory), signal,
                            measured ? "measured" : "plain"));
}

void Board::look_for_survivors(long leader, const std::string& directory, std::function<void(bool)> done) {
  if (!control_) return;
  control_->ask(fmt::format("is_alive {} {}", leader, base::shell_quote(directory)),
                of_this_connection([done = std::move(done)](int status, const std::string&) { done(status == 0); }));
}

// The supervisor removes it beside its other work and does not say when it is done, so it is asked. `gone` is called
// when the last of those who wait has given up: also where an answer will never come.
void Board::drop(const std::string& directory, std::function<void()> gone) {
  if (control_) control_->ask("drop " + base::shell_quote(directory));
  if (!gone) return;
  wait_until_gone(
      directory, std::chrono::steady_clock::now() + std::chrono::minutes(1),
      std::shared_ptr<void>(nullptr, [&loop = loop_, gone = std::move(gone)](void*) { asio::post(loop, gone); }));
}

void Board::wait_until_gone(const std::string& directory, base::SteadyTime until, std::shared_ptr<void> told) {
  if (!control_ || std::chrono::steady_clock::now() > until) return;
  const auto look_again =
      of_this_connection([this, directory, until, told] { wait_until_gone(directory, until, told); });
  control_->ask("is_gone " + base::shell_quote(directory), [this, look_again](int status, const std::string&) {
    constexpr auto interval = std::chrono::milliseconds(20);
    if (status == 0) return;
    const auto timer = std::make_shared<asio::steady_timer>(loop_, interval);
    timer->async_wait([timer, look_again](boost::system::error_code) { look_again(); });
  });
}

// Compares the ELF headers of the program and of the board's shell.
void Board::look_at_machine(const std::string& program, std::function<void(std::string)> done) {
  const auto known = machines_.find(program);
  if (known != machines_.end() || !control_ || !target_.exec.empty()) {
    done(known == machines_.end() ? "" : known->second);
    return;
  }
  control_->ask(fmt::format("machines_of {} /bin/sh", base::shell_quote(program)),
                of_this_connection([this, program, done = std::move(done)](int, const std::string& text) {
                  const std::string problem = machine_mismatch(text);
                  machines_[program] = problem;
                  done(problem);
                }));
}

void Board::give_up_connection(const std::string& why) {
  asio::post(loop_, of_this_connection([this, why] { lose(why); }));
}

}  // namespace fatespec::remote
