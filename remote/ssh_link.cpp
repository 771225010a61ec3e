#include "remote/ssh_link.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <system_error>

#include <fmt/format.h>

#include "remote/link_mailbox.hpp"
#include "remote/link_thread.hpp"

namespace fatespec::remote {
namespace {

/// Acknowledged in portions of this size: each costs a wake-up of the thread.
constexpr std::size_t portion = std::size_t{256} << 10;

/// That use the library at the moment.
std::atomic<int> threads{0};

}  // namespace

LinkMailbox::LinkMailbox(boost::asio::io_context& io) : loop_(io), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void LinkMailbox::order(LinkOrder order) {
  const std::lock_guard lock(mutex_);
  const bool wake = orders_.empty();
  orders_.push_back(std::move(order));
  if (wake) ::eventfd_write(wake_.get(), 1);
}

void LinkMailbox::abandon() {
  over = true;
  handlers = {};
  channels.clear();
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  ::eventfd_write(wake_.get(), 1);
}

bool LinkMailbox::take(std::vector<LinkOrder>& orders) {
  orders.clear();
  const std::lock_guard lock(mutex_);
  std::swap(orders, orders_);
  return !abandoned_;
}

void LinkMailbox::clear_wake() const {
  eventfd_t ignored = 0;
  ::eventfd_read(wake_.get(), &ignored);
}

bool LinkMailbox::connected() const {
  const std::lock_guard lock(mutex_);
  return connected_;
}

void LinkMailbox::set_connected() {
  const std::lock_guard lock(mutex_);
  connected_ = true;
}

SshChannel::~SshChannel() {
  mailbox_->channels.erase(id_);
  mailbox_->order({LinkOrder::Kind::close, id_});
}

void SshChannel::write(std::string bytes) { mailbox_->order({LinkOrder::Kind::write, id_, std::move(bytes)}); }

void SshChannel::end_input() { mailbox_->order({LinkOrder::Kind::end_input, id_}); }

void SshChannel::consumed(Stream stream, std::size_t bytes) {
  std::size_t& sum = consumed_[static_cast<int>(stream)];
  sum += bytes;
  if (sum < portion) return;
  mailbox_->order({LinkOrder::Kind::consumed, id_, "", stream, sum});
  sum = 0;
}

SshLink::SshLink(boost::asio::io_context& loop, SshAddress address, Handlers handlers)
    : mailbox_(std::make_shared<LinkMailbox>(loop)) {
  mailbox_->handlers = std::move(handlers);
  ++threads;
  try {
    thread_ = std::thread([mailbox = mailbox_, address = std::move(address)] {
      serve_link(mailbox, address);
      --threads;
    });
  } catch (const std::system_error& error) {  // while a test forks without end
    --threads;
    mailbox_->post([problem = fmt::format("no thread could be started: {}", error.what())](LinkMailbox& box) {
      const auto failed = box.handlers.failed;
      if (failed) failed({problem, true});
    });
  }
}

SshLink::~SshLink() {
  const bool connected = mailbox_->connected();
  mailbox_->abandon();
  if (!thread_.joinable()) return;
  if (connected) thread_.join();
  else thread_.detach();
}

bool SshLink::any_thread_is_left() { return threads > 0; }

std::unique_ptr<SshChannel> SshLink::run(std::string command, ChannelHandlers handlers) {
  const int id = next_channel_++;
  mailbox_->channels[id] = std::move(handlers);
  mailbox_->order({LinkOrder::Kind::open, id, std::move(command)});
  return std::make_unique<SshChannel>(mailbox_, id);
}

}  // namespace fatespec::remote
