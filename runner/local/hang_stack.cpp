#include "runner/local/hang_stack.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "runner/executor.hpp"
#include "runner/local/local_process.hpp"

namespace fatespec::runner {
namespace {

constexpr std::size_t most_processes = 3;
constexpr std::size_t most_bytes = std::size_t{48} << 10;
constexpr std::string_view heading = "stack of ";

/// Keeps the beginning of what is written.
class HeadSink final : public OutputSink {
 public:
  std::span<char> space() override { return buffer_; }
  void commit(std::size_t bytes) override {
    text.append(buffer_.data(), std::min(bytes, most_bytes - std::min(most_bytes, text.size())));
  }
  void when_space(std::function<void()>) override {}
  std::string text;

 private:
  std::array<char, 4096> buffer_{};
};

struct Streams {
  HeadSink out;
  HeadSink err;
};

// auto-load off: a program under test must not bring scripts that the debugger runs. No download of symbols either.
std::string gdb_command(const std::string& gdb, const std::vector<ProcessEntry>& processes) {
  std::string command;
  for (const auto& process : processes)
    command += fmt::format(
        "echo {}; {} -nx -nh -batch -iex 'set auto-load off' -iex 'set debuginfod enabled off' -p {} "
        "-ex 'thread apply all backtrace 40' 2>/dev/null; ",
        base::shell_quote(fmt::format("{}{} (process {})", heading, program_name(process.pid), process.pid)),
        base::shell_quote(gdb), process.pid);
  return command;
}

std::vector<std::string> environment_of_gdb(const std::string& marker) {
  std::vector<std::string> environment = {"LC_ALL=C", "DEBUGINFOD_URLS=", marker};
  for (const char* name : {"PATH", "HOME"})
    if (const char* value = std::getenv(name)) environment.push_back(fmt::format("{}={}", name, value));
  return environment;
}

}  // namespace

std::string stack_lines(std::string_view gdb_output) {
  std::string text;
  std::string pending;  // a heading is worth nothing without a frame
  for (const auto line : base::split_lines(gdb_output)) {
    const bool frame = line.starts_with("#") || line.starts_with("    ");
    if (line.starts_with(heading)) {
      pending = std::string(line) + "\n";
    } else if (line.starts_with("Thread ")) {
      pending += std::string(line) + "\n";
    } else if (frame) {
      text += std::exchange(pending, "") + std::string(line) + "\n";
    }
  }
  return text;
}

namespace {

using Time = std::chrono::steady_clock::time_point;

void take_stack(LocalMachine& machine, const std::vector<ProcessEntry>& tree, Time end,
                std::function<void(std::string)> done) {
  auto processes = leaves_of(tree);
  processes.resize(std::min(processes.size(), most_processes));
  // A shell's loop has a leaf that is gone before anybody can look: then it is the loop that hangs.
  std::vector<ProcessEntry> parents;
  for (const auto& process : tree)
    if (std::none_of(processes.begin(), processes.end(), [&](const auto& leaf) { return leaf.pid == process.pid; }))
      parents.push_back(process);
  const std::string marker = fmt::format("FATESPEC_DEBUGS={}", processes.empty() ? 0 : processes.front().pid);
  auto environment = std::make_shared<const std::vector<std::string>>(environment_of_gdb(marker));
  const std::string& gdb = machine.programs.find("gdb", *environment);
  if (gdb.empty() || processes.empty()) {
    boost::asio::post(machine.loop, [done = std::move(done)] { done(""); });
    return;
  }
  ExecutionRequest request;
  request.command = gdb_command(gdb, processes);
  request.environment = environment;
  request.directory = "/";
  request.marker = marker;
  request.timeout = end - std::chrono::steady_clock::now();
  auto streams = std::make_shared<Streams>();
  auto debugger = std::make_shared<LocalProcess>(
      machine, std::move(request),
      [&machine, streams, parents = std::move(parents), end, done = std::move(done)](const model::Execution&) mutable {
        std::string text = stack_lines(streams->out.text);
        const bool again = text.empty() && !parents.empty() && std::chrono::steady_clock::now() < end;
        if (again) take_stack(machine, parents, end, std::move(done));
        else done(std::move(text));
      });
  debugger->start(streams->out, streams->err);
}

}  // namespace

void hang_stack(LocalMachine& machine, const std::vector<ProcessEntry>& tree, std::function<void(std::string)> done) {
  take_stack(machine, tree, std::chrono::steady_clock::now() + machine.limits.stack, std::move(done));
}

}  // namespace fatespec::runner
