// How the program of a test is started, or why it cannot be.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/local/local_process.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::runner {

using model::Ending;

bool LocalProcess::refuse(const std::string& what, int code) {
  execution_.ending = Ending::not_started;
  execution_.problem = fmt::format("{}: {}", what, std::strerror(code));
  return false;
}

// A shell would have made a status of it, and a test may expect that one.
bool LocalProcess::refuse_program(std::string what, int status) {
  execution_.ending = Ending::not_started;
  execution_.problem = std::move(what);
  execution_.status = status;
  return false;
}

bool LocalProcess::open_input() {
  if (request_.stdin_file.empty()) return machine_.null.get() >= 0 || refuse("/dev/null", EMFILE);
  const char* input = request_.stdin_file.c_str();
  stdin_.reset(::open(input, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!stdin_ || ::fstat(stdin_.get(), &status) != 0) return refuse(input, errno);
  if (S_ISDIR(status.st_mode)) return refuse(fmt::format("stdin_file {}", input), EISDIR);
  if (S_ISFIFO(status.st_mode)) {  // who would write to it, and when, nobody knows
    execution_.ending = Ending::not_started;
    execution_.problem = fmt::format("stdin_file {}: it is a pipe, not a file", input);
    return false;
  }
  ::fcntl(stdin_.get(), F_SETFL, 0);  // O_NONBLOCK was for a pipe that nobody writes to
  return true;
}

bool LocalProcess::open_streams(OutputSink& output, OutputSink& error) {
  std::size_t i = 0;
  for (OutputSink* sink : {&output, &error}) {
    streams_.at(i) = std::make_unique<OutputPipe>(machine_.loop, *sink);
    if (!streams_.at(i)->open(write_ends_.at(i))) return refuse("pipe", errno);
    ++i;
  }
  return true;
}

bool LocalProcess::launch_program() {
  LaunchRequest launch_request;
  launch_request.environment = request_.environment.get();
  launch_request.directory = request_.directory;
  launch_request.stdin_fd = stdin_ ? stdin_.get() : machine_.null.get();
  launch_request.stdout_fd = write_ends_[0].get();
  launch_request.stderr_fd = write_ends_[1].get();
  launch_request.cgroup_fd = tree_.cgroup_entrance();
  launch_request.here = !machine_.processors.ours_is_busy();
  auto words = specs::simple_words(request_.command);
  if (words && machine_.programs.depends_on_directory(words->front(), *request_.environment)) words.reset();
  started_ = std::chrono::steady_clock::now();
  LaunchResult started{-1, ENOEXEC};
  if (words) {
    const std::string& path = machine_.programs.find((*words)[0], *request_.environment);
    if (path.empty())
      return refuse_program(fmt::format("program `{}` not found on PATH", (*words)[0]), model::status_not_found);
    launch_request.program = path;
    launch_request.words = std::move(*words);
    started = launch(launch_request);
  }
  if (started.error == ENOEXEC) {  // not simple, or a script without an interpreter line: a shell's work
    execution_.via_shell = true;
    launch_request.program = "/bin/sh";
    launch_request.words = {"sh", "-c", request_.command};
    started = launch(launch_request);
  }
  stdin_.reset();
  write_ends_ = {};
  if (started.pid < 0) return refuse_launch(launch_request, started.error);
  pid_ = started.pid;
  processor_ = started.processor;
  return true;
}

/// Of a script, what its first line names; empty of another program, and of one that is not there.
static std::string interpreter_of(const std::filesystem::path& program) {
  constexpr std::size_t longest = 256;
  const auto head = base::read_head(program, longest);
  if (!head || !head->starts_with("#!")) return "";
  const auto line = base::trim(std::string_view(*head).substr(2, head->find('\n') - 2));
  return std::string(line.substr(0, line.find_first_of(" \t")));
}

bool LocalProcess::refuse_launch(const LaunchRequest& launch_request, int code) {
  struct stat directory {};
  if (::stat(request_.directory.c_str(), &directory) == 0 && !S_ISDIR(directory.st_mode))
    return refuse("working directory " + request_.directory, ENOTDIR);
  if (::access(request_.directory.c_str(), X_OK) != 0) return refuse("working directory " + request_.directory, errno);
  if (code == ENOENT) {
    const std::string interpreter = interpreter_of(std::filesystem::path(request_.directory) / launch_request.program);
    const std::string what =
        interpreter.empty() ? "not found" : fmt::format("needs `{}`, which is not there", interpreter);
    return refuse_program(fmt::format("program `{}` {}", launch_request.program, what), model::status_not_found);
  }
  if (code == EACCES)
    return refuse_program(fmt::format("program `{}` is not executable", launch_request.program),
                          model::status_not_executable);
  return refuse(fmt::format("program `{}` cannot be started", launch_request.program), code);
}

}  // namespace fatespec::runner
