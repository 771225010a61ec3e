#include "runner/local/local_process.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "runner/limits.hpp"
#include "runner/local/disk_usage.hpp"
#include "runner/local/hang_stack.hpp"

namespace fatespec::runner {

namespace asio = boost::asio;
using boost::system::error_code;
using model::Ending;

LocalProcess::LocalProcess(LocalMachine& machine, ExecutionRequest request, Done done)
    : machine_(machine),
      request_(std::move(request)),
      done_(std::move(done)),
      tree_(machine.reaper, machine.cgroups.get(), request_.marker, request_.limits.processes),
      timer_(machine.loop) {}

void LocalProcess::start(OutputSink& output, OutputSink& error) {
  if (open_input() && open_streams(output, error) && launch_program()) {
    begin();
    return;
  }
  tree_.not_started();
  phase_ = Phase::over;  // there is nothing that cancel() could end
  asio::post(machine_.loop, [self = shared_from_this()] {
    const auto done = std::move(self->done_);
    done(std::move(self->execution_));
  });
}

void LocalProcess::begin() {
  running_since_ = std::chrono::steady_clock::now();
  tree_.started(pid_);
  machine_.running.insert(this);
  machine_.processors.test_began(processor_);
  if (machine_.guardian != nullptr) machine_.guardian->test_started(pid_, request_.test_directory);
  if (!machine_.disk_used && !request_.test_directory.empty()) machine_.look_at_disk(request_.test_directory);
  disk_used_before_ = machine_.disk_used.value_or(0);
  const bool has_time = !request_.timeout || *request_.timeout > machine_.limits.patience;
  if (!has_time || !machine_.newcomers.take(shared_from_this())) listen();
}

void LocalProcess::ended_at_once() {
  for (auto& stream : streams_) count_output(stream->take_at_once());
  if (!streams_ended()) listen();
  if (phase_ == Phase::running) process_ended();
  else finish_if_over();  // a look at its limits has seen the end before
}

void LocalProcess::listen() {
  if (phase_ == Phase::over) return;
  for (auto& stream : streams_) {
    const auto failed = stream->start(
        shared_from_this(), [this](std::size_t bytes) { output_read(bytes); }, [this] { stream_ended(); });
    if (!failed) continue;
    stream->close();
    exceed("its output cannot be read: " + failed.message(), Ending::unreadable);
  }
  if (!request_.timeout || phase_ != Phase::running || timer_.is_armed()) return;
  arm(*request_.timeout - (std::chrono::steady_clock::now() - started_), &LocalProcess::time_is_up);
}

// Most programs end with their output.
void LocalProcess::stream_ended() {
  if (phase_ == Phase::running && streams_ended()) end_or_watch(machine_.brief_wait.sees_end_of(pid_));
  finish_if_over();
}

void LocalProcess::end_or_watch(bool ended) {
  if (ended) process_ended();
  else if (!exit_ && open_exit()) watch_exit();
}

// Only what outlives its output, or runs for longer than a look, has a descriptor that tells its end: for a short test
// the reactor would learn and forget one for nothing. False if there are too many open files: the next look looks
// again.
bool LocalProcess::open_exit() {
  const auto process = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (process < 0) return false;
  error_code problem;
  exit_.emplace(machine_.loop).assign(process, problem);
  if (!problem) return true;
  exit_.reset();
  ::close(process);
  return false;
}

// The reactor may report what became of another descriptor: it uses its records of closed ones again while events of
// theirs are still in its queue.
void LocalProcess::watch_exit() {
  exit_->async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](error_code code) {
    if (code || self->phase_ != Phase::running) return;
    if (has_ended(self->pid_)) self->process_ended();
    else self->watch_exit();
  });
}

void LocalProcess::output_read(std::size_t bytes) {
  machine_.newcomers.output_read(bytes);
  count_output(bytes);
}

void LocalProcess::count_output(std::size_t bytes) {
  output_bytes_ += bytes;
  if (output_bytes_ > request_.limits.output)
    exceed(fmt::format("wrote more than {} of output", base::format_size(request_.limits.output)));
}

void LocalProcess::look_at_limits(long machine_tasks) {
  const auto self = shared_from_this();
  if (phase_ == Phase::running && !exit_) end_or_watch(has_ended(pid_));
  if (phase_ == Phase::over || merciless_) return;
  if (auto excess = tree_.excess(machine_tasks)) {
    exceed(std::move(*excess));
  } else if (std::chrono::steady_clock::now() >= next_walk_) {
    look_at_directory();
  }
}

void LocalProcess::look_at_directory() {
  if (!directory_too_large()) return;
  const ExecutionLimits& limits = request_.limits;
  const bool is_halved = limits.directory_origin == LimitOrigin::half_of_free_space;
  const bool disk_is_short = is_halved && limits.directory < enough_for_most_tests;
  exceed(fmt::format("{}put more than {} into its directory{}", disk_is_short ? "the disk is nearly full: it " : "",
                     base::format_size(limits.directory), is_halved ? ", half of what the disk had free" : ""),
         disk_is_short ? Ending::short_of_disk : Ending::over_limit);
}

// A directory that grows makes the file system grow, unless others give as much back. So it is looked into
// when the file system has grown, and now and then all the same; and in the end if somebody has set the limit.
bool LocalProcess::directory_too_large() {
  constexpr auto between_walks = std::chrono::milliseconds(500);
  constexpr auto longest_trust = std::chrono::seconds(5);
  constexpr int share_of_walks = 20;
  const std::uint64_t most = request_.limits.directory;
  if (most == UINT64_MAX || request_.test_directory.empty()) return false;
  machine_.look_at_disk(request_.test_directory);
  const std::uint64_t used = machine_.disk_used.value_or(0);
  const bool grown = used > disk_used_before_ && used - disk_used_before_ > most;
  const auto now = std::chrono::steady_clock::now();
  const bool is_last_look = phase_ == Phase::exited && request_.limits.directory_origin == LimitOrigin::chosen;
  if (!grown && !is_last_look && now - std::max(last_walk_, started_) < longest_trust) return false;
  last_walk_ = now;
  // Before the others: what is deleted meanwhile must not count twice.
  const std::uint64_t deleted = deleted_size(tree_.recent_ids(), request_.test_directory);
  const bool too_large = deleted > most || tree_size(request_.test_directory, most - deleted) > most - deleted;
  // Everything else waits for a walk: what takes long, of a million files, is taken rarely.
  const auto took = std::chrono::steady_clock::now() - now;
  next_walk_ = now + std::max<base::Duration>(between_walks, share_of_walks * took);
  return too_large;
}

// What uses the time between a request to end and its end for that is ended at once, for the first reason.
void LocalProcess::exceed(std::string what, Ending ending) {
  if (phase_ == Phase::over || merciless_) return;
  if (!ended_by_us()) {
    execution_.ending = ending;
    execution_.problem = std::move(what);
  }
  tree_.freeze_and_kill();
  end_tree(true);
}

// Also what has ended by itself unseen: the signal that interrupts us may have gone to the tests as well.
void LocalProcess::cancel(bool now) {
  if (phase_ == Phase::over) return;
  if (!ended_by_us()) {
    execution_.ending = Ending::cancelled;
    execution_.problem = "interrupted";
  }
  end_tree(now);
}

// Processes that were stopped already, by themselves or by a debugger, are not ours to wake.
void LocalProcess::suspend() {
  if (phase_ == Phase::over) return;
  suspended_at_ = std::chrono::steady_clock::now();
  timer_.pause();
  for (const auto& process : tree_.living())
    if (!process.is_stopped() && ::kill(process.pid, SIGSTOP) == 0) suspended_.push_back(process.pid);
}

void LocalProcess::resume() {
  if (phase_ == Phase::over) return;
  started_ += std::chrono::steady_clock::now() - suspended_at_;
  for (const pid_t pid : std::exchange(suspended_, {})) ::kill(pid, SIGCONT);
  timer_.go_on();
}

bool LocalProcess::streams_ended() const { return streams_[0]->ended() && streams_[1]->ended(); }

void LocalProcess::process_ended() {
  phase_ = Phase::exited;
  output_at_exit_ = output_bytes_;
  exit_.reset();
  execution_.wall = std::chrono::steady_clock::now() - started_;
  machine_.newcomers.learn(std::chrono::steady_clock::now() - running_since_, output_bytes_);
  if (auto refusal = tree_.refusal()) exceed(std::move(*refusal));
  // What ends sooner than it would be looked at once cannot have filled a disk; a limit that somebody set may be small.
  const bool is_quick = execution_.wall <= machine_.limits.look;
  if (!ended_by_us() && (!is_quick || request_.limits.directory_origin == LimitOrigin::chosen)) look_at_directory();
  finish_if_over();
  // What was asked to end has its time of grace; kill_tree() ends that.
  if (phase_ != Phase::over && !ended_by_us()) arm(machine_.limits.leak, &LocalProcess::output_stays_open);
}

// Descendants that were sent a SIGTERM may clean up until the time of grace is over; they are looked for now and then.
bool LocalProcess::tree_is_alive() {
  if (!tree_.has_survivors()) return false;
  if (!poll_) poll_.emplace(machine_.loop);
  poll_->expires_after(std::chrono::milliseconds(10));
  poll_->async_wait([self = shared_from_this()](error_code code) {
    if (!code) self->finish_if_over();
  });
  return true;
}

void LocalProcess::finish_if_over() {
  if (phase_ != Phase::exited || !streams_ended()) return;
  if (ended_by_us() && !merciless_ && tree_is_alive()) return;
  enter_over();
  // The leader is still a zombie, so its process group cannot be anyone else's yet.
  ::kill(-pid_, SIGKILL);
  reap();
  end_orphans();
}

// It may be we who are late: then nothing of the test is alive. What hides from the look has as long as five looks.
void LocalProcess::output_stays_open() {
  constexpr int most_looks = 5;
  const bool alive = tree_.has_survivors();
  if (!alive && is_held_back()) {
    arm(machine_.limits.leak, &LocalProcess::output_stays_open);
    return;
  }
  if (++leak_looks_ >= most_looks) {
    output_leaked();
    return;
  }
  if (alive) {  // what it has written by now is still read
    execution_.leaky = true;
    tree_.signal(SIGKILL);
  }
  arm(machine_.limits.leak, &LocalProcess::output_stays_open);
}

// Checks that are busy keep the pipe from being read, but no longer than it takes to read what fits into a pipe: what
// writes more than that after the end of the test is alive, though it hides.
bool LocalProcess::is_held_back() const {
  constexpr std::uint64_t largest_pipe = std::uint64_t{1} << 20;
  const bool waits = streams_[0]->is_held_back() || streams_[1]->is_held_back();
  return waits && output_bytes_ - output_at_exit_ <= streams_.size() * largest_pipe;
}

void LocalProcess::output_leaked() {
  execution_.leaky = !ended_by_us();  // what we have ended may take a moment to die
  tree_.signal(SIGKILL);
  for (auto& stream : streams_) stream->close();
  finish_if_over();
}

void LocalProcess::reap() {
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
  if (!ended_by_us()) execution_.ending = WIFSIGNALED(status) ? Ending::signalled : Ending::exited;
}

// Until none is left; what cannot be killed within a few seconds hangs in the kernel, and is told.
void LocalProcess::end_orphans() {
  constexpr int most_sweeps = 200;
  constexpr int quick_sweeps = 20;
  const std::size_t left = tree_.kill_survivors();
  if (left > 0 && ++sweeps_ < most_sweeps) {
    arm(std::chrono::milliseconds(sweeps_ < quick_sweeps ? 1 : 20), &LocalProcess::end_orphans);
    return;
  }
  if (left > 0) execution_.problem = fmt::format("{} processes of the test cannot be killed", left);
  conclude(left > 0);
}

void LocalProcess::conclude(bool survivors) {
  const model::Usage orphans = tree_.ended(survivors);
  execution_.usage.user += orphans.user;
  execution_.usage.system += orphans.system;
  execution_.usage.max_rss_kib = std::max(execution_.usage.max_rss_kib, orphans.max_rss_kib);
  if (machine_.guardian != nullptr) machine_.guardian->test_ended(pid_);
  auto done = std::move(done_);
  done(std::move(execution_));
}

void LocalProcess::time_is_up() {
  if (ended_by_us()) return;
  execution_.ending = Ending::timed_out;
  execution_.problem = fmt::format("no end after {}", base::format_duration(*request_.timeout));
  take_stack();
}

// Where it hangs is worth some seconds; what has come by then is kept, and the test is ended in any case.
void LocalProcess::take_stack() {
  if (!request_.stack_if_it_hangs) {
    end_tree(false);
    return;
  }
  const auto processes = tree_.living();
  // A shell that waits for what is stopped waits for ever, too.
  const auto leaves = leaves_of(processes);
  if (!leaves.empty() && std::all_of(leaves.begin(), leaves.end(), [](const auto& p) { return p.is_stopped(); }))
    execution_.problem += ": it is stopped, and nobody would continue it";
  hang_stack(machine_, processes, [self = shared_from_this()](std::string stack) {
    self->execution_.stack = std::move(stack);
    const bool is_being_ended = self->timer_.is_armed();  // somebody lost patience meanwhile
    if (self->phase_ != Phase::over && !is_being_ended) self->end_tree(false);
  });
}

// First a request to end, then an end.
void LocalProcess::end_tree(bool now) {
  const int signal = now ? SIGKILL : SIGTERM;
  merciless_ = merciless_ || now;
  tree_.signal(signal);
  arm(now ? std::chrono::milliseconds(100) : machine_.limits.grace, &LocalProcess::kill_tree);
  if (phase_ == Phase::exited) finish_if_over();
}

void LocalProcess::kill_tree() {
  constexpr int most_kills = 100;  // ten seconds
  if (phase_ == Phase::over) return;
  if (phase_ == Phase::exited && merciless_) output_leaked();  // a pipe that outlives the tree belongs to somebody else
  else if (++kills_ > most_kills) give_up();
  else end_tree(true);
}

// Not even a SIGKILL ends what hangs in the kernel, as on a disk that does not answer: it is told, and left there.
void LocalProcess::give_up() {
  enter_over();
  exit_.reset();
  for (auto& stream : streams_) stream->close();
  execution_.wall = std::chrono::steady_clock::now() - started_;
  execution_.problem += "; it hangs in the kernel and cannot be killed";
  conclude(true);
}

void LocalProcess::enter_over() {
  phase_ = Phase::over;
  timer_.disarm();
  poll_.reset();
  machine_.running.erase(this);
  machine_.processors.test_ended(processor_);
}

void LocalProcess::arm(base::Duration after, void (LocalProcess::*step)()) {
  timer_.arm(shared_from_this(), after, [this, step] { (this->*step)(); });
}

}  // namespace fatespec::runner
