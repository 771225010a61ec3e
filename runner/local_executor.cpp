#include "runner/local_executor.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/text.hpp"
#include "runner/launcher.hpp"
#include "runner/variables.hpp"
#include "specs/shell.hpp"

namespace fatespec::runner {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

struct Pipe {
  base::FileDescriptor read;
  base::FileDescriptor write;
};

// Only our end is non-blocking: O_NONBLOCK belongs to the open file, and programs do not expect it of their stdout.
bool make_pipe(Pipe& pipe) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  pipe.read.reset(ends[0]);
  pipe.write.reset(ends[1]);
  return ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

std::string_view value_of(const std::vector<std::string>& environment, std::string_view name) {
  for (const auto& entry : environment)
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return std::string_view(entry).substr(name.size() + 1);
  return {};
}

}  // namespace

/// One process from its start until nothing of its tree is left.
class LocalExecutor::Process final : public RunningExecution, public std::enable_shared_from_this<Process> {
 public:
  Process(LocalExecutor& owner, ExecutionRequest request, std::function<void(model::Execution)> done)
      : owner_(owner),
        request_(std::move(request)),
        done_(std::move(done)),
        exit_(owner.loop_),
        timer_(owner.loop_),
        poll_(owner.loop_) {}

  void start(OutputSink& output, OutputSink& error) {
    if (!open_streams(output, error) || !launch_program()) {
      asio::post(owner_.loop_, [self = shared_from_this()] { self->done_(std::move(self->execution_)); });
      return;
    }
    started_ = std::chrono::steady_clock::now();
    owner_.reaper_.test_started(pid_);
    watch_exit();
    for (auto& stream : streams_) read(*stream);
    if (request_.timeout) arm(*request_.timeout, &Process::time_is_up);
  }

  void cancel(bool now) override {
    if (over_) return;
    if (execution_.ending != model::Ending::timed_out) execution_.ending = model::Ending::cancelled;
    execution_.problem = "interrupted";
    end_tree(now);
  }

 private:
  struct Stream {
    Stream(asio::io_context& loop, OutputSink& to) : descriptor(loop), sink(to) {}
    asio::posix::stream_descriptor descriptor;
    OutputSink& sink;
    bool ended = false;
  };

  bool refuse(const std::string& what, int code) {
    execution_.ending = model::Ending::not_started;
    execution_.problem = fmt::format("{}: {}", what, std::strerror(code));
    return false;
  }

  // A shell would have made a status of it, and a test may expect that one.
  bool refuse_program(std::string what, int status) {
    execution_.ending = model::Ending::not_started;
    execution_.problem = std::move(what);
    execution_.status = status;
    return false;
  }

  bool open_streams(OutputSink& output, OutputSink& error) {
    const char* input = request_.stdin_file.empty() ? "/dev/null" : request_.stdin_file.c_str();
    stdin_.reset(::open(input, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!stdin_ || ::fstat(stdin_.get(), &status) != 0) return refuse(input, errno);
    if (S_ISFIFO(status.st_mode) || S_ISDIR(status.st_mode))
      return refuse(fmt::format("stdin_file {}", input), S_ISDIR(status.st_mode) ? EISDIR : ESPIPE);
    ::fcntl(stdin_.get(), F_SETFL, 0);  // O_NONBLOCK was for a pipe that nobody writes to
    std::size_t i = 0;
    for (OutputSink* sink : {&output, &error}) {
      Pipe pipe;
      if (!make_pipe(pipe)) return refuse("pipe", errno);
      streams_.at(i) = std::make_unique<Stream>(owner_.loop_, *sink);
      streams_.at(i)->descriptor.assign(pipe.read.release());
      write_ends_.at(i++) = std::move(pipe.write);
    }
    return true;
  }

  bool launch_program() {
    LaunchRequest launch_request;
    launch_request.environment = request_.environment.get();
    launch_request.directory = request_.directory;
    launch_request.stdin_fd = stdin_.get();
    launch_request.stdout_fd = write_ends_[0].get();
    launch_request.stderr_fd = write_ends_[1].get();
    auto words = specs::simple_words(request_.command);
    LaunchResult started{-1, ENOEXEC};
    if (words) {
      const std::string& path = owner_.find_program((*words)[0], *request_.environment);
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
    return true;
  }

  bool refuse_launch(const LaunchRequest& launch_request, int code) {
    if (::access(request_.directory.c_str(), X_OK) != 0)
      return refuse("working directory " + request_.directory, errno);
    if (code == ENOENT)
      return refuse_program(fmt::format("program `{}` not found", launch_request.program), model::status_not_found);
    if (code == EACCES)
      return refuse_program(fmt::format("program `{}` is not executable", launch_request.program),
                            model::status_not_executable);
    return refuse(fmt::format("program `{}` cannot be started", launch_request.program), code);
  }

  void watch_exit() {
    exit_.assign(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    exit_.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](error_code code) {
      if (!code) self->process_ended();
    });
  }

  // Reads all there is before it goes back to the loop: fewer turns of the loop where a test writes much.
  void read(Stream& stream) {
    for (;;) {
      const std::span<char> space = stream.sink.space();
      if (space.empty()) {
        stream.sink.when_space([self = shared_from_this(), &stream] { self->read(stream); });
        return;
      }
      if (stream.ended) return;
      const ssize_t got = ::read(stream.descriptor.native_handle(), space.data(), space.size());
      if (got > 0) {
        stream.sink.commit(static_cast<std::size_t>(got));
        continue;
      }
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) break;
      stream.ended = true;
      stream.descriptor.close();
      finish_if_over();
      return;
    }
    stream.descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                 [self = shared_from_this(), &stream](error_code code) {
                                   if (!code) self->read(stream);
                                 });
  }

  bool streams_ended() const { return streams_[0]->ended && streams_[1]->ended; }

  void process_ended() {
    exited_ = true;
    exit_.close();
    execution_.wall = std::chrono::steady_clock::now() - started_;
    finish_if_over();
    // What was asked to end has its time of grace; kill_tree() ends that.
    if (!over_ && !ended_by_us()) arm(owner_.limits_.leak, &Process::output_leaked);
  }

  // Descendants that were sent a SIGTERM may clean up until the time of grace is over; they are looked for now and
  // then.
  bool tree_is_alive() {
    if (owner_.reaper_.signal_orphans(pid_, request_.marker, 0).left == 0) return false;
    poll_.expires_after(std::chrono::milliseconds(10));
    poll_.async_wait([self = shared_from_this()](error_code code) {
      if (!code) self->finish_if_over();
    });
    return true;
  }

  bool ended_by_us() const {
    return execution_.ending == model::Ending::timed_out || execution_.ending == model::Ending::cancelled;
  }

  void finish_if_over() {
    if (!exited_ || over_ || !streams_ended()) return;
    if (ended_by_us() && !merciless_ && tree_is_alive()) return;
    over_ = true;
    disarm();
    // The leader is still a zombie, so its process group cannot be anyone else's yet.
    ::kill(-pid_, SIGKILL);
    reap();
    end_orphans();
  }

  void output_leaked() {
    execution_.leaky = true;
    ::kill(-pid_, SIGKILL);
    owner_.reaper_.signal_orphans(pid_, request_.marker, SIGKILL);
    for (auto& stream : streams_) {
      stream->ended = true;
      stream->descriptor.close();
    }
    finish_if_over();
  }

  void reap() {
    int status = 0;
    rusage usage{};
    pid_t reaped = 0;
    while ((reaped = ::wait4(pid_, &status, 0, &usage)) < 0 && errno == EINTR) {
    }
    if (reaped != pid_) {
      refuse("the status of the test was lost", errno);
      return;
    }
    add_usage(execution_.usage, usage);
    if (WIFSIGNALED(status)) execution_.signal = WTERMSIG(status);
    if (WIFEXITED(status)) execution_.status = WEXITSTATUS(status);
    if (!ended_by_us()) execution_.ending = WIFSIGNALED(status) ? model::Ending::signalled : model::Ending::exited;
  }

  // Until none is left; what cannot be killed within a few seconds hangs in the kernel, and is told.
  void end_orphans() {
    const OrphanReaper::Swept swept = owner_.reaper_.signal_orphans(pid_, request_.marker, SIGKILL);
    execution_.usage.user += swept.usage.user;
    execution_.usage.system += swept.usage.system;
    execution_.usage.max_rss_kib = std::max(execution_.usage.max_rss_kib, swept.usage.max_rss_kib);
    const std::size_t left = swept.left;
    if (left > 0 && ++sweeps_ < 200) {
      arm(std::chrono::milliseconds(sweeps_ < 20 ? 1 : 20), &Process::end_orphans);
      return;
    }
    if (left > 0) execution_.problem = fmt::format("{} processes of the test cannot be killed", left);
    owner_.reaper_.test_ended(pid_);
    auto done = std::move(done_);
    done(std::move(execution_));
  }

  void time_is_up() {
    execution_.ending = model::Ending::timed_out;
    execution_.problem = fmt::format("no end after {}", base::format_duration(*request_.timeout));
    end_tree(false);
  }

  // First a request to end, then an end.
  void end_tree(bool now) {
    const int signal = now ? SIGKILL : SIGTERM;
    merciless_ = merciless_ || now;
    ::kill(-pid_, signal);
    ::kill(-pid_, SIGCONT);  // a stopped process would not see a SIGTERM
    owner_.reaper_.signal_orphans(pid_, request_.marker, signal);
    arm(now ? std::chrono::milliseconds(100) : owner_.limits_.grace, &Process::kill_tree);
    if (exited_) finish_if_over();
  }

  void kill_tree() {
    if (over_) return;
    if (exited_ && merciless_) output_leaked();  // a pipe that outlives the tree belongs to somebody else
    else end_tree(true);
  }

  // A handler that was queued before its timer was cancelled is called all the same: the number tells that it is stale.
  void arm(base::Duration after, void (Process::*then)()) {
    timer_.expires_after(after);
    timer_.async_wait([self = shared_from_this(), then, number = ++armed_](error_code code) {
      if (!code && number == self->armed_) (self.get()->*then)();
    });
  }

  void disarm() {
    ++armed_;
    timer_.cancel();
    poll_.cancel();
  }

  LocalExecutor& owner_;
  ExecutionRequest request_;
  std::function<void(model::Execution)> done_;
  base::FileDescriptor stdin_;
  std::array<base::FileDescriptor, 2> write_ends_;
  std::array<std::unique_ptr<Stream>, 2> streams_;
  asio::posix::stream_descriptor exit_;  ///< a pidfd
  asio::steady_timer timer_;
  asio::steady_timer poll_;
  unsigned armed_ = 0;      ///< how often the timer was armed or disarmed
  bool merciless_ = false;  ///< SIGKILL was sent
  pid_t pid_ = -1;
  base::SteadyTime started_;
  bool exited_ = false;
  bool over_ = false;
  int sweeps_ = 0;
  model::Execution execution_;
};

LocalExecutor::LocalExecutor(asio::io_context& loop, LocalLimits limits) : loop_(loop), limits_(limits) {}

LocalExecutor::~LocalExecutor() { reaper_.signal_all(SIGKILL); }

std::shared_ptr<RunningExecution> LocalExecutor::execute(ExecutionRequest request, OutputSink& output,
                                                         OutputSink& error,
                                                         std::function<void(model::Execution)> done) {
  auto process = std::make_shared<Process>(*this, std::move(request), std::move(done));
  process->start(output, error);
  return process;
}

const std::string& LocalExecutor::find_program(const std::string& name, const std::vector<std::string>& environment) {
  const std::string path(value_of(environment, "PATH"));
  auto& found = programs_[{path, name}];
  if (!found.empty()) return found;
  if (name.find('/') != std::string::npos) return found = name;
  return found = find_on_path(name, path);
}

}  // namespace fatespec::runner
