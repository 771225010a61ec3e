#include "cli/run/stop_signal.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

namespace fatespec::cli {
namespace {

// What handlers may touch: lock-free.
std::atomic<bool> wanted = false;
std::atomic<int> wake_descriptor = -1;

void on_stop(int) {
  const int error = errno;
  wanted = true;
  const std::uint64_t one = 1;
  (void)!::write(wake_descriptor, &one, sizeof one);
  errno = error;
}

void on_continue(int) { wanted = false; }

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal(boost::asio::io_context& loop, std::function<void()> stop)
    : wake_(loop, ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), stop_(std::move(stop)) {
  wanted = false;
  wake_descriptor = wake_.native_handle();
  handle(SIGTSTP, on_stop);
  handle(SIGCONT, on_continue);
  wait();
}

StopSignal::~StopSignal() {
  handle(SIGTSTP, SIG_DFL);
  handle(SIGCONT, SIG_DFL);
  wake_descriptor = -1;
}

bool StopSignal::take_wish() { return wanted.exchange(false); }

void StopSignal::cancel() {
  cancelled_ = true;
  wake_.cancel();
}

void StopSignal::wait() {
  wake_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code code) {
    if (code || cancelled_) return;
    std::uint64_t count = 0;
    (void)!::read(wake_.native_handle(), &count, sizeof count);
    if (wanted) stop_();
    wait();
  });
}

}  // namespace fatespec::cli
