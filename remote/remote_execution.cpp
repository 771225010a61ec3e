#include "remote/remote_execution.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "remote/worker_order.hpp"
#include "runner/plan/command_line.hpp"

namespace fatespec::remote {
namespace {

using model::Ending;

constexpr int longest_start = 4;  // times the patience: a loaded board takes its time
constexpr int highest_signal = 64;

/// What a shell says of a program that it cannot run, or misreads.
bool may_be_of_another_machine(int status) {
  return status == 2 || status == model::status_not_executable || status == model::status_not_found;
}

/// Of a text that a test may have written; nothing if it is no time.
std::optional<base::Duration> time_of(std::string_view text) {
  constexpr double longest = 100 * 365 * 86400.0;
  const double seconds = base::parse_number(text).value_or(-1);
  if (!(seconds >= 0 && seconds <= longest)) return std::nullopt;
  return std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
}

base::Duration seconds_of(std::string_view text) { return time_of(text).value_or(base::Duration(0)); }

}  // namespace

RemoteExecution::RemoteExecution(BoardServices& board, runner::ExecutionRequest request, runner::OutputSink& output,
                                 runner::OutputSink& error, Done done)
    : board_(board), request_(std::move(request)), done_(std::move(done)), timer_(board.loop()) {
  channels_[0].sink = &output;
  channels_[1].sink = &error;
  if (board_.exec_prefix().empty() || request_.prefix == runner::PrefixScope::nothing)
    if (auto words = runner::direct_words(request_.command)) words_ = std::move(*words);
}

std::string RemoteExecution::start(const std::string& token, Consumed consumed, std::function<void()> released) {
  consumed_ = std::move(consumed);
  released_ = std::move(released);
  for (auto& channel : channels_) channel.parser.emplace(token);
  // A file system of the board's that hangs keeps the worker from beginning.
  arm(longest_start * board_.times().patience, &RemoteExecution::does_not_end);
  return worker_order(board_, request_, words_);
}

// ---- What the channel says.

void RemoteExecution::feed(Stream stream, const std::string& bytes) {
  if (over() || lost_) return;
  const auto self = shared_from_this();
  Channel& channel = channels_.at(static_cast<std::size_t>(stream));
  channel.owed += bytes.size();
  channel.parser->feed(
      bytes, [&](std::string_view some) { take_bytes(stream, some); },
      [&](const std::string& text) {
        if (channel.items.empty()) take_message(stream, text);
        else channel.items.push_back({text, true});
      });
  if (channel.items.empty()) acknowledge(stream);
}

void RemoteExecution::take_bytes(Stream stream, std::string_view bytes) {
  bytes_ += bytes.size();
  if (bytes_ > request_.limits.output && !merciless_) too_much_output();
  Channel& channel = channels_.at(static_cast<std::size_t>(stream));
  if (channel.items.empty()) bytes = put(channel, bytes);
  if (bytes.empty()) return;
  channel.items.push_back({std::string(bytes), false});
  pump(stream);
}

/// Gives the sink what it has space for and returns the rest.
std::string_view RemoteExecution::put(Channel& channel, std::string_view bytes) {
  while (!bytes.empty() && !channel.waiting) {
    const auto space = channel.sink->space();
    if (space.empty()) break;
    const std::size_t some = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), some);
    channel.sink->commit(some);
    bytes.remove_prefix(some);
  }
  return bytes;
}

/// False if the sink has not enough space for the first item now.
bool RemoteExecution::put_item(Channel& channel) {
  const std::string& bytes = channel.items.front().text;
  const std::string_view rest = put(channel, std::string_view(bytes).substr(channel.at));
  channel.at = bytes.size() - rest.size();
  return rest.empty();
}

void RemoteExecution::pump_when_there_is_space(Stream stream) {
  Channel& channel = channels_.at(static_cast<std::size_t>(stream));
  channel.waiting = true;
  channel.sink->when_space([self = shared_from_this(), stream] {
    self->channels_.at(static_cast<std::size_t>(stream)).waiting = false;
    if (!self->over()) self->pump(stream);
  });
}

void RemoteExecution::pump(Stream stream) {
  Channel& channel = channels_.at(static_cast<std::size_t>(stream));
  while (!channel.items.empty() && !channel.waiting) {
    if (!channel.items.front().is_message && !put_item(channel)) return pump_when_there_is_space(stream);
    const Item done = std::move(channel.items.front());
    channel.items.pop_front();
    channel.at = 0;
    if (done.is_message) take_message(stream, done.text);
  }
  if (channel.items.empty()) acknowledge(stream);
}

void RemoteExecution::acknowledge(Stream stream) {
  Channel& channel = channels_.at(static_cast<std::size_t>(stream));
  const std::size_t owed = std::exchange(channel.owed, 0);
  if (owed > 0 && consumed_) consumed_(stream, owed);
}

void RemoteExecution::take_message(Stream stream, const std::string& text) {
  if (lost_) return;
  const auto space = text.find(' ');
  const std::string kind = text.substr(0, space);
  const std::string rest = space == std::string::npos ? "" : text.substr(space + 1);
  if (stream == Stream::error && kind == "start") started(rest);
  else if (stream == Stream::error && kind == "exit") command_ended(rest);
  else if (stream == Stream::output && kind == "refuse") refused(rest);
  else if (stream == Stream::output && kind == "end") measured(rest);
  else if (kind != "end") return;
  if (kind != "end" && kind != "refuse") return;
  channels_.at(static_cast<std::size_t>(stream)).ended = true;
  if (channels_[0].ended && channels_[1].ended) both_ended();
}

// ---- From the start to the end.

void RemoteExecution::started(std::string_view text) {
  const auto space = std::min(text.find(' '), text.size());
  // 0 and 1 would mean every process of the board.
  const auto leader = base::parse_integer(text.substr(0, space));
  if (!leader || *leader <= 1) {
    board_.give_up_connection("it is not told which process a test is");
    return;
  }
  leader_ = static_cast<long>(*leader);
  if (space < text.size()) began_there_ = time_of(text.substr(space + 1));
  started_ = std::chrono::steady_clock::now();
  timer_.disarm();
  if (ended_by_us()) end_tree(merciless_);
  else if (request_.timeout) arm(*request_.timeout, &RemoteExecution::time_is_up);
}

// Our clock counts how long the line takes; that of the board, to 10 ms, does not. It may be slower than ours, but not
// by much: what it acquits has ended long before.
void RemoteExecution::command_ended(std::string_view uptime) {
  constexpr auto resolution = std::chrono::milliseconds(10);
  constexpr auto least_slack = std::chrono::milliseconds(100);
  constexpr int share_of_slack = 500;
  execution_.wall = std::chrono::steady_clock::now() - started_;
  const auto ended_there = time_of(uptime);
  if (began_there_ && ended_there && *ended_there >= *began_there_) {
    const base::Duration at_most = *ended_there - *began_there_ + resolution;
    execution_.wall = std::min(execution_.wall, at_most);
    if (execution_.ending == Ending::timed_out) {
      const auto slack = std::max<base::Duration>(least_slack, *request_.timeout / share_of_slack);
      if (at_most + slack < *request_.timeout) acquit();
    }
  }
  has_obeyed_ = ended_by_us();
  if (!ended_by_us()) arm(board_.times().leak, &RemoteExecution::output_stays_open);
}

/// It had ended in time, and the line kept that from us: our signals came too late to do anything.
void RemoteExecution::acquit() {
  execution_.ending = model::Execution().ending;
  execution_.problem.clear();
  merciless_ = false;
}

void RemoteExecution::refused(const std::string& why) {
  board_.left_empty(request_.test_directory);  // nothing was started in it
  execution_.ending = Ending::not_started;
  const std::string program = words_.empty() ? "" : words_[0];
  if (why == "unknown" || why == "missing") {
    execution_.problem = fmt::format("program `{}` not found{}", program, why == "unknown" ? " on PATH" : "");
    execution_.status = model::status_not_found;
  } else if (why == "forbidden") {
    execution_.problem = fmt::format("program `{}` is not executable", program);
    execution_.status = model::status_not_executable;
  } else {
    execution_.problem = "cannot be used on the board: " + why;
  }
}

/// "STATUS EMPTY FREE_KIB …": then what the measuring program wrote.
void RemoteExecution::measured(const std::string& text) {
  std::vector<std::string> words;
  for (const auto word : base::split(text, ' ')) words.emplace_back(word);
  words.resize(std::max<std::size_t>(words.size(), 3));
  const int status = static_cast<int>(base::parse_integer(words[0]).value_or(-1));
  if (words[1] == "1") board_.left_empty(request_.test_directory);
  if (const auto free = base::parse_integer(words[2])) execution_.free_disk = static_cast<std::uint64_t>(*free) << 10;
  words.erase(words.begin(), words.begin() + 3);
  if (!ended_by_us()) execution_.ending = Ending::exited;
  execution_.status = status;
  execution_.via_shell = words_.empty();
  read_usage(words);
  // Of a command that took its measuring program with it, and of one that had none, the shell's word counts.
  const bool untold = words.empty() && (is_measured() || !execution_.via_shell);
  if (untold && status > model::status_signal_base && status <= model::status_signal_base + highest_signal)
    execution_.signal = status - model::status_signal_base;
  if (execution_.signal != 0 && execution_.ending == Ending::exited) execution_.ending = Ending::signalled;
  if (execution_.ending == Ending::signalled) execution_.status = 0;
}

/// "[Command terminated by signal 11] 0.01 0.00 9120": seconds of the user, of the system, and KiB.
void RemoteExecution::read_usage(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == "signal") execution_.signal = static_cast<int>(base::parse_integer(words[i + 1]).value_or(0));
  if (words.size() < 3) return;
  const auto* last = &words[words.size() - 3];
  execution_.usage.user = seconds_of(last[0]);
  execution_.usage.system = seconds_of(last[1]);
  execution_.usage.max_rss_kib = static_cast<std::uint64_t>(base::parse_integer(last[2]).value_or(0));
}

void RemoteExecution::both_ended() {
  timer_.disarm();
  for (const auto stream : {Stream::output, Stream::error}) acknowledge(stream);
  const auto self = shared_from_this();
  if (released_) std::exchange(released_, nullptr)();
  const bool look =
      execution_.ending == Ending::exited && !words_.empty() && may_be_of_another_machine(execution_.status);
  if (!look) {
    conclude();
    return;
  }
  board_.look_at_machine(words_[0], [self](const std::string& problem) {
    if (!problem.empty()) {
      self->execution_.ending = Ending::not_started;
      self->execution_.problem = fmt::format("program `{}` {}", self->words_[0], problem);
      self->execution_.status = model::status_not_executable;
    }
    self->conclude();
  });
}

void RemoteExecution::conclude() {
  if (over()) return;
  timer_.disarm();
  consumed_ = nullptr;
  boost::asio::post(board_.loop(), [done = std::exchange(done_, nullptr), execution = std::move(execution_)]() mutable {
    done(std::move(execution));
  });
}

// ---- Ending it.

bool RemoteExecution::is_measured() const {
  return !board_.tools().launcher.empty() || !board_.tools().measure.empty();
}

void RemoteExecution::end(Ending ending, std::string problem, bool now) {
  execution_.ending = ending;
  execution_.problem = std::move(problem);
  if (leader_) execution_.wall = std::chrono::steady_clock::now() - started_;
  end_tree(now);
}

// One that was asked to end before is ended at once, for the first reason.
void RemoteExecution::too_much_output() {
  if (ended_by_us()) end_tree(true);
  else
    end(Ending::over_limit, fmt::format("wrote more than {} of output", base::format_size(request_.limits.output)),
        true);
}

void RemoteExecution::end_tree(bool now) {
  constexpr auto patience_of_the_hurried = std::chrono::seconds(1);
  merciless_ = merciless_ || now;
  const base::Duration patience = is_hurried_
                                      ? std::min<base::Duration>(patience_of_the_hurried, board_.times().patience)
                                      : board_.times().patience;
  if (!leader_) {  // it is ended as soon as it says that it has begun
    if (now) arm(patience, &RemoteExecution::does_not_end);
    return;
  }
  board_.retire(request_.test_directory);
  board_.end_tree(*leader_, carried_directory(), now ? "KILL" : "TERM", is_measured());
  arm(now ? patience : board_.times().grace, now ? &RemoteExecution::does_not_end : &RemoteExecution::grace_is_over);
}

void RemoteExecution::time_is_up() {
  end(Ending::timed_out, fmt::format("no end after {}", base::format_duration(*request_.timeout)), false);
}

void RemoteExecution::grace_is_over() { end_tree(true); }

// The line may be slower than the test, and a busy board slow to close what nobody writes any more: only where
// something is left to write has the output leaked. What hides from the look has as long as ten looks.
void RemoteExecution::output_stays_open() {
  constexpr int most_idle_looks = 10;
  if (!leader_) {  // the board's supervisor told an end without a beginning
    does_not_end();
    return;
  }
  idle_looks_ = std::exchange(bytes_at_last_look_, bytes_) == bytes_ ? idle_looks_ + 1 : 0;
  board_.look_for_survivors(*leader_, carried_directory(), [self = shared_from_this()](bool alive) {
    if (self->over() || self->lost_ || self->ended_by_us()) return;
    if (!alive && self->idle_looks_ < most_idle_looks) {
      self->arm(self->board_.times().leak, &RemoteExecution::output_stays_open);
      return;
    }
    self->execution_.leaky = true;
    self->end_tree(true);
  });
}

// While something arrives the line may only be slow: what was written before the end is still on its way. Not for long,
// as what cannot be found may go on writing.
void RemoteExecution::does_not_end() {
  constexpr int most_late_rounds = 4;
  const bool is_late = std::exchange(bytes_at_last_look_, bytes_) != bytes_ && leader_;
  if (is_late && execution_.ending != Ending::cancelled && ++late_rounds_ < most_late_rounds) {
    arm(board_.times().patience, &RemoteExecution::does_not_end);
    return;
  }
  board_.give_up_connection(leader_ ? "a test cannot be ended there" : "a test does not begin there");
}

void RemoteExecution::cancel(bool now) {
  if (over()) return;
  if (lost_ || is_waiting()) {
    execution_ = {};
    execution_.ending = Ending::cancelled;
    execution_.problem = "interrupted";
    conclude();
    return;
  }
  is_hurried_ = now;
  if (ended_by_us()) end_tree(now || merciless_);
  else end(Ending::cancelled, "interrupted", now);
}

void RemoteExecution::lose() {
  if (over()) return;
  lost_ = true;
  timer_.disarm();
  released_ = nullptr;
  consumed_ = nullptr;
  if (execution_.ending == Ending::cancelled) conclude();
}

void RemoteExecution::conclude_loss(bool took_down, const std::string& why) {
  if (over()) return;
  // The verdict of before the line was lost. The clock is ours: of a test that did not end at our word, and may have
  // ended long before while the line was dead, it says nothing.
  if (execution_.ending == Ending::over_limit || (execution_.ending == Ending::timed_out && has_obeyed_)) {
    conclude();
    return;
  }
  execution_ = {};
  execution_.ending = Ending::lost;
  execution_.took_down = took_down;
  execution_.problem = why;
  conclude();
}

// ---- Its clock.

void RemoteExecution::arm(base::Duration after, Step then) {
  timer_.arm(shared_from_this(), after, [this, then] {
    if (!over()) (this->*then)();
  });
}

// The board goes on; our clocks stand still with us.
void RemoteExecution::suspend() { timer_.pause(); }
void RemoteExecution::resume() { timer_.go_on(); }

}  // namespace fatespec::remote
