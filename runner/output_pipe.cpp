#include "runner/output_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace fatespec::runner {

// Only our end is non-blocking: O_NONBLOCK belongs to the open file, and programs do not expect it of their stdout.
bool OutputPipe::open(base::FileDescriptor& write_end) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  write_end.reset(ends[1]);
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return false;
  descriptor_.assign(ends[0]);
  return true;
}

void OutputPipe::start(std::shared_ptr<void> keep_alive, std::function<void(std::size_t)> read_some,
                       std::function<void()> ended) {
  read_some_ = std::move(read_some);
  on_end_ = std::move(ended);
  read(keep_alive);
}

void OutputPipe::close() {
  if (std::exchange(ended_, true)) return;
  descriptor_.close();
}

// Reads all there is before it goes back to the loop: fewer turns of the loop where a test writes much.
void OutputPipe::read(const std::shared_ptr<void>& keep_alive) {
  for (;;) {
    const std::span<char> space = sink_.space();
    if (space.empty()) {
      sink_.when_space([this, keep_alive] { read(keep_alive); });
      return;
    }
    if (ended_) return;
    const ssize_t got = ::read(descriptor_.native_handle(), space.data(), space.size());
    if (got > 0) {
      sink_.commit(static_cast<std::size_t>(got));
      read_some_(static_cast<std::size_t>(got));
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    close();
    on_end_();
    return;
  }
  wait(keep_alive);
}

void OutputPipe::wait(const std::shared_ptr<void>& keep_alive) {
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this, keep_alive](boost::system::error_code code) {
                           if (!code) read(keep_alive);
                         });
}

}  // namespace fatespec::runner
