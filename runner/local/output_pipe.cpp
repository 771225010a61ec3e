#include "runner/local/output_pipe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace fatespec::runner {

bool OutputPipe::open(base::FileDescriptor& write_end) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  read_end_.reset(ends[0]);
  write_end.reset(ends[1]);
  return true;
}

// Only our end is non-blocking: O_NONBLOCK belongs to the open file, and programs do not expect it of their stdout.
boost::system::error_code OutputPipe::start(std::shared_ptr<void> keep_alive,
                                            std::function<void(std::size_t)> read_some, std::function<void()> ended) {
  boost::system::error_code failed;
  if (ended_) return failed;
  read_some_ = std::move(read_some);
  on_end_ = std::move(ended);
  descriptor_.emplace(loop_).assign(read_end_.get(), failed);
  if (failed) return failed;
  read_end_.release();
  descriptor_->native_non_blocking(true, failed);
  if (!failed) read(keep_alive);
  return failed;
}

// The pipe is not yet non-blocking, so it is read only while it is known to have something; its end is told by the poll
// itself, so that a program that writes nothing costs no read. What fills more than a pipe meanwhile is a descendant's.
std::size_t OutputPipe::take_at_once() {
  constexpr std::size_t largest_pipe = std::size_t{1} << 20;
  std::size_t taken = 0;
  pollfd pipe{read_end_.get(), POLLIN, 0};
  while (!ended_ && taken <= largest_pipe && ::poll(&pipe, 1, 0) > 0) {
    if ((pipe.revents & POLLIN) == 0) {
      ended_ = true;
      break;
    }
    const std::span<char> space = sink_.space();
    if (space.empty()) break;
    const auto bytes = ::read(pipe.fd, space.data(), space.size());
    if (bytes <= 0) break;
    sink_.commit(static_cast<std::size_t>(bytes));
    taken += static_cast<std::size_t>(bytes);
  }
  return taken;
}

void OutputPipe::close() {
  if (std::exchange(ended_, true)) return;
  read_end_.reset();
  descriptor_.reset();
}

// Waits with the read itself: to wait first and read then would take the reactor three more system calls a pipe.
void OutputPipe::read(const std::shared_ptr<void>& keep_alive) {
  const std::span<char> space = sink_.space();
  held_back_ = space.empty();
  if (held_back_) {
    sink_.when_space([this, keep_alive] { read(keep_alive); });
    return;
  }
  if (ended_) return;
  descriptor_->async_read_some(boost::asio::buffer(space.data(), space.size()),
                               [this, keep_alive](boost::system::error_code code, std::size_t got) {
                                 if (ended_) return;
                                 if (code) end();
                                 else take(got, keep_alive);
                               });
}

// And all else that there is before it goes back to the loop: fewer turns of the loop where a test writes much.
void OutputPipe::take(std::size_t got, const std::shared_ptr<void>& keep_alive) {
  for (auto bytes = static_cast<ssize_t>(got); bytes > 0;) {
    sink_.commit(static_cast<std::size_t>(bytes));
    read_some_(static_cast<std::size_t>(bytes));
    const std::span<char> space = ended_ ? std::span<char>() : sink_.space();
    if (space.empty()) break;
    bytes = ::read(descriptor_->native_handle(), space.data(), space.size());
    if (bytes == 0) return end();  // in this turn of the loop: who waits for the test looks again after it
  }
  read(keep_alive);  // tells an error as well
}

// It is closed when its owner goes, which is after the next test has begun.
void OutputPipe::end() {
  ended_ = true;
  on_end_();
}

}  // namespace fatespec::runner
