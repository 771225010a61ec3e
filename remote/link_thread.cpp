#include "remote/link_thread.hpp"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "remote/life_signs.hpp"

namespace fatespec::remote {
namespace {

/// So much of a stream is read before the loop must have dealt with some of it.
constexpr std::size_t read_ahead = std::size_t{1} << 20;
/// sshd frees the slots of sessions (MaxSessions) a little after they have ended.
constexpr auto open_again_after = std::chrono::milliseconds(100);
constexpr int most_openings = 20;
constexpr auto longest_poll = std::chrono::milliseconds(1000);

using Time = std::chrono::steady_clock::time_point;

class LinkThread;

/// The thread's end of a channel.
class ThreadChannel {
 public:
  ThreadChannel(LinkThread& link, int id, std::string command);
  ThreadChannel(const ThreadChannel&) = delete;
  ThreadChannel& operator=(const ThreadChannel&) = delete;
  ~ThreadChannel();

  void obey(LinkOrder& order);
  /// Does what can be done without waiting. True if it should be called again at once.
  bool step();
  /// Hands what has come to the loop.
  void deliver();
  bool wants_time() const { return phase_ == Phase::waiting; }
  bool over() const { return phase_ == Phase::over; }

 private:
  enum class Phase { opening, requesting, running, waiting, over };
  void open();
  void opening_failed();
  void request();
  bool write();
  void read_stalled();
  void look_for_end();
  void finish(int status, std::string problem);
  int take(const char* bytes, std::size_t length, Stream stream);
  void keep(const char* bytes, std::size_t length, Stream stream);
  void free_channel();

  LinkThread& link_;
  int id_;
  std::string command_;
  ssh_channel channel_ = nullptr;
  ssh_channel_callbacks_struct callbacks_{};
  Phase phase_ = Phase::opening;
  int openings_ = 0;
  Time open_at_;
  std::string out_;
  std::size_t written_ = 0;
  bool end_input_ = false;
  std::array<std::size_t, 2> ahead_{};  ///< bytes that were handed on and not dealt with
  std::array<bool, 2> stalled_{};       ///< the library holds bytes back
  std::vector<std::pair<Stream, std::string>> arrived_;
  bool drained_ = false;
  int status_ = -1;  ///< of the command; -1: none yet
};

class LinkThread {
 public:
  LinkThread(LinkMailbox& mailbox, SshSession session, base::Duration keepalive)
      : mailbox_(mailbox), session_(std::move(session)), keepalive_(keepalive) {}

  void serve();

  ssh_session session() const { return session_.get(); }
  LinkMailbox& mailbox() const { return mailbox_; }
  void heard() { heard_ = true; }

 private:
  bool obey_orders();
  bool step_all();
  bool poll(std::chrono::milliseconds time, ssh_event event);
  std::string serve_with(ssh_event event);
  std::string why_lost() const;
  void deliver();

  LinkMailbox& mailbox_;
  SshSession session_;
  base::Duration keepalive_;
  std::map<int, ThreadChannel> channels_;
  std::vector<LinkOrder> orders_;
  bool heard_ = false;
};

ThreadChannel::ThreadChannel(LinkThread& link, int id, std::string command)
    : link_(link), id_(id), command_(std::move(command)) {
  callbacks_.userdata = this;
  callbacks_.channel_data_function = [](ssh_session, ssh_channel, void* data, std::uint32_t length, int is_error,
                                        void* self) {
    return static_cast<ThreadChannel*>(self)->take(static_cast<const char*>(data), length,
                                                   is_error != 0 ? Stream::error : Stream::output);
  };
  callbacks_.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void* self) {
    static_cast<ThreadChannel*>(self)->status_ = status;
  };
  ssh_callbacks_init(&callbacks_);
}

ThreadChannel::~ThreadChannel() { free_channel(); }

void ThreadChannel::free_channel() {
  if (channel_ == nullptr) return;
  ssh_remove_channel_callbacks(channel_, &callbacks_);
  // It closes only what is open: the number of a channel that was denied would be that of another.
  ssh_channel_free(channel_);
  channel_ = nullptr;
}

void ThreadChannel::obey(LinkOrder& order) {
  switch (order.kind) {
    case LinkOrder::Kind::write:
      out_.erase(0, std::exchange(written_, 0));
      out_ += order.text;
      break;
    case LinkOrder::Kind::end_input: end_input_ = true; break;
    case LinkOrder::Kind::consumed: ahead_.at(static_cast<std::size_t>(order.stream)) -= order.bytes; break;
    default: break;
  }
}

bool ThreadChannel::step() {
  switch (phase_) {
    case Phase::waiting:
      if (std::chrono::steady_clock::now() < open_at_) return false;
      phase_ = Phase::opening;
      [[fallthrough]];
    case Phase::opening: open(); break;
    case Phase::requesting: request(); break;
    case Phase::running: break;
    case Phase::over: return false;
  }
  if (phase_ != Phase::running) return false;
  const bool wrote = write();
  read_stalled();
  look_for_end();
  return wrote;
}

void ThreadChannel::open() {
  if (channel_ == nullptr) {
    channel_ = ssh_channel_new(link_.session());
    ssh_add_channel_callbacks(channel_, &callbacks_);
  }
  const int answer = ssh_channel_open_session(channel_);
  if (answer == SSH_AGAIN) return;
  if (answer != SSH_OK) {
    opening_failed();
    return;
  }
  phase_ = Phase::requesting;
  request();
}

void ThreadChannel::opening_failed() {
  const std::string problem = ssh_get_error(link_.session());
  free_channel();
  if (++openings_ >= most_openings) {
    finish(-1, fmt::format("the host opens no more sessions (MaxSessions of its sshd?): {}", problem));
    return;
  }
  open_at_ = std::chrono::steady_clock::now() + open_again_after;
  phase_ = Phase::waiting;
}

void ThreadChannel::request() {
  const int answer = ssh_channel_request_exec(channel_, command_.c_str());
  if (answer == SSH_AGAIN) return;
  if (answer != SSH_OK) finish(-1, fmt::format("the host runs no command: {}", ssh_get_error(link_.session())));
  else phase_ = Phase::running;
}

/// True if more could be written at once.
bool ThreadChannel::write() {
  if (written_ < out_.size()) {
    const std::uint32_t window = ssh_channel_window_size(channel_);
    if (window == 0 || ssh_channel_is_closed(channel_)) return false;
    const std::size_t some = std::min<std::size_t>({out_.size() - written_, window, std::size_t{256} << 10});
    const int wrote = ssh_channel_write(channel_, out_.data() + written_, static_cast<std::uint32_t>(some));
    if (wrote <= 0) return false;
    written_ += static_cast<std::size_t>(wrote);
    if (written_ < out_.size()) return true;
    out_.clear();
    written_ = 0;
    drained_ = true;
  }
  if (end_input_) {
    ssh_channel_send_eof(channel_);
    end_input_ = false;
  }
  return false;
}

/// What was left with the library is not offered again by itself.
void ThreadChannel::read_stalled() {
  if (!stalled_[0] && !stalled_[1]) return;
  std::array<char, 32768> buffer{};
  for (const auto stream : {Stream::output, Stream::error}) {
    const auto index = static_cast<std::size_t>(stream);
    while (stalled_.at(index) && ahead_.at(index) < read_ahead) {
      const int got = ssh_channel_read_nonblocking(channel_, buffer.data(), buffer.size(), stream == Stream::error);
      // Reading may handle packets, and so fill up what may be read ahead: what was read is kept all the same.
      if (got <= 0) stalled_.at(index) = false;
      else keep(buffer.data(), static_cast<std::size_t>(got), stream);
    }
  }
}

// The return value of the callback: how much was taken; the library keeps the rest, and the far end's window shrinks.
int ThreadChannel::take(const char* bytes, std::size_t length, Stream stream) {
  const auto index = static_cast<std::size_t>(stream);
  link_.heard();
  if (ahead_.at(index) >= read_ahead) {
    stalled_.at(index) = true;
    return 0;
  }
  keep(bytes, length, stream);
  return static_cast<int>(length);
}

void ThreadChannel::keep(const char* bytes, std::size_t length, Stream stream) {
  ahead_.at(static_cast<std::size_t>(stream)) += length;
  if (!arrived_.empty() && arrived_.back().first == stream) arrived_.back().second.append(bytes, length);
  else arrived_.emplace_back(stream, std::string(bytes, length));
}

void ThreadChannel::look_for_end() {
  const bool rest = stalled_[0] || stalled_[1];
  if (rest || (!ssh_channel_is_closed(channel_) && !ssh_channel_is_eof(channel_))) return;
  // After the end of output comes the status, and then the close; a command that closes its output early still runs.
  if (!ssh_channel_is_closed(channel_)) return;
  finish(status_, "");
}

void ThreadChannel::finish(int status, std::string problem) {
  deliver();
  phase_ = Phase::over;
  link_.mailbox().post([id = id_, status, problem = std::move(problem)](LinkMailbox& mailbox) {
    const auto found = mailbox.channels.find(id);
    if (found == mailbox.channels.end()) return;
    const auto closed = found->second.closed;
    if (closed) closed(status, problem);
  });
}

void ThreadChannel::deliver() {
  if (arrived_.empty() && !drained_) return;
  link_.mailbox().post([id = id_, arrived = std::exchange(arrived_, {}),
                        drained = std::exchange(drained_, false)](LinkMailbox& mailbox) mutable {
    for (auto& [stream, bytes] : arrived) {
      const auto found = mailbox.channels.find(id);
      if (found == mailbox.channels.end()) return;
      const auto data = found->second.data;
      data(stream, std::move(bytes));
    }
    const auto found = mailbox.channels.find(id);
    if (found == mailbox.channels.end() || !drained) return;
    const auto handler = found->second.drained;
    if (handler) handler();
  });
}

/// False if the link is no longer wanted.
bool LinkThread::obey_orders() {
  if (!mailbox_.take(orders_)) return false;
  for (auto& order : orders_) {
    if (order.kind == LinkOrder::Kind::open)
      channels_.try_emplace(order.channel, *this, order.channel, std::move(order.text));
    else if (order.kind == LinkOrder::Kind::close) channels_.erase(order.channel);
    else if (const auto found = channels_.find(order.channel); found != channels_.end()) found->second.obey(order);
  }
  return true;
}

bool LinkThread::step_all() {
  bool busy = false;
  for (auto& [id, channel] : channels_) busy = channel.step() || busy;
  return busy;
}

void LinkThread::deliver() {
  for (auto& [id, channel] : channels_) channel.deliver();
  std::erase_if(channels_, [](const auto& entry) { return entry.second.over(); });
  if (!std::exchange(heard_, false)) return;
  mailbox_.post([](LinkMailbox& mailbox) {
    if (mailbox.handlers.heard) mailbox.handlers.heard();
  });
}

/// False if the connection is lost.
bool LinkThread::poll(std::chrono::milliseconds time, ssh_event event) {
  const int answer = ssh_event_dopoll(event, static_cast<int>(time.count()));
  const int status = ssh_get_status(session());
  return answer != SSH_ERROR && ssh_is_connected(session()) && (status & (SSH_CLOSED | SSH_CLOSED_ERROR)) == 0;
}

void LinkThread::serve() {
  ssh_set_blocking(session(), 0);
  const ssh_event event = ssh_event_new();
  ssh_event_add_session(event, session());
  ssh_event_add_fd(
      event, mailbox_.wake_fd(), POLLIN,
      [](socket_t, int, void* mailbox) {
        static_cast<LinkMailbox*>(mailbox)->clear_wake();
        return 0;
      },
      &mailbox_);
  const std::string lost = serve_with(event);
  deliver();
  ssh_event_remove_fd(event, mailbox_.wake_fd());
  ssh_event_remove_session(event, session());
  ssh_event_free(event);
  channels_.clear();
  if (lost.empty()) return;
  mailbox_.post([lost](LinkMailbox& mailbox) {
    const auto failed = mailbox.handlers.failed;
    if (failed) failed({lost, true});
  });
}

/// Until the link is no longer wanted, or lost: then it returns why.
std::string LinkThread::serve_with(ssh_event event) {
  LifeSigns life(session(), keepalive_);
  while (obey_orders()) {
    const bool busy = step_all();
    deliver();
    auto time = std::min(longest_poll, std::chrono::duration_cast<std::chrono::milliseconds>(life.interval()));
    for (const auto& [id, channel] : channels_)
      if (channel.wants_time()) time = std::min<std::chrono::milliseconds>(time, open_again_after);
    if (!poll(busy ? std::chrono::milliseconds(0) : time, event)) return why_lost();
    if (!life.look()) return fmt::format("no answer for {}", base::format_duration(keepalive_));
  }
  return "";
}

/// What the library told last may be that the host denied a question, which is an answer.
std::string LinkThread::why_lost() const {
  const std::string said = ssh_get_error(session());
  return said.empty() || ssh_get_error_code(session()) == SSH_REQUEST_DENIED ? "the connection was closed" : said;
}

}  // namespace

void serve_link(const std::shared_ptr<LinkMailbox>& mailbox, const SshAddress& address) {
  auto session = open_session(address);
  if (!session) {
    mailbox->post([problem = session.error()](LinkMailbox& box) {
      const auto failed = box.handlers.failed;
      if (failed) failed(problem);
    });
    return;
  }
  mailbox->set_connected();
  mailbox->post([](LinkMailbox& box) {
    if (box.handlers.opened) box.handlers.opened();
  });
  LinkThread(*mailbox, std::move(*session), address.keepalive).serve();
}

}  // namespace fatespec::remote
