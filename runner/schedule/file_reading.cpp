#include "runner/schedule/file_reading.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/file.hpp"

namespace fatespec::runner {

namespace asio = boost::asio;

void FileReading::start(CheckFeed::Factory factory, std::optional<base::Duration> limit, Done done) {
  if (limit) timer_.arm(shared_from_this(), *limit, [this] { stop(End::timed_out); });
  asio::post(loops_.pool, [self = shared_from_this(), factory = std::move(factory), done = std::move(done)]() mutable {
    auto reading = std::make_shared<checks::Reading>(guarded([&] { return self->read(*factory()); }));
    auto& loop = self->loops_.loop;
    asio::post(loop, [self = std::move(self), reading, done = std::move(done)] {
      self->timer_.disarm();
      done(self->end_, std::move(*reading));
    });
  });
}

// Between two pieces it sees whether it is still wanted.
checks::Reading FileReading::read(checks::Check& check) const {
  const auto failed = [](std::string reason) {
    checks::Reading reading;
    reading.passed = false;
    reading.reason = std::move(reason);
    return reading;
  };
  const base::FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file && errno == ENOENT) return failed(fmt::format("the command wrote no file {}", path_));
  if (!file) return failed(fmt::format("{}: {}", path_, std::strerror(errno)));
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return failed(path_ + ": not a regular file");
  std::vector<char> buffer(std::size_t{256} << 10);
  while (!stopped_) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0) return failed(fmt::format("{}: {}", path_, std::strerror(errno)));
    if (got == 0) return check.finish();
    check.consume({buffer.data(), static_cast<std::size_t>(got)});
  }
  return {};
}

void FileReading::stop(End end) {
  if (stopped_) return;
  end_ = end;
  stopped_ = true;
}

}  // namespace fatespec::runner
