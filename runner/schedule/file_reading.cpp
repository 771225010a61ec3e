#include "runner/schedule/file_reading.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include "base/file.hpp"
#include "base/signals.hpp"
#include "base/text.hpp"
#include "checks/text_check.hpp"
#include "runner/pausable_timer.hpp"

namespace fatespec::runner {
namespace {

namespace asio = boost::asio;
using model::Ending;

checks::Reading failed(std::string reason) { return checks::reading_of(checks::Finding::differs, std::move(reason)); }

checks::Reading no_file(const std::string& path) { return failed(fmt::format("the command wrote no file {}", path)); }
checks::Reading no_regular_file(const std::string& path) { return failed(path + ": not a regular file"); }

/// What took so long is not the command.
std::string while_read(const std::string& path) { return fmt::format(", while {} was read", path); }

class ReadingHere final : public RunningExecution, public std::enable_shared_from_this<ReadingHere> {
 public:
  ReadingHere(Loops loops, std::string path) : loops_(loops), path_(std::move(path)), timer_(loops.loop) {
    end_.ending = Ending::exited;
  }

  void start(CheckFeed::Factory factory, std::optional<base::Duration> limit, FileRead done) {
    if (limit)
      timer_.arm(shared_from_this(), *limit, [this, limit = *limit] {
        stop(Ending::timed_out, fmt::format("no end after {}{}", base::format_duration(limit), while_read(path_)));
      });
    asio::post(loops_.pool,
               [self = shared_from_this(), factory = std::move(factory), done = std::move(done)]() mutable {
                 auto reading = std::make_shared<checks::Reading>(guarded([&] { return self->read(*factory()); }));
                 auto& loop = self->loops_.loop;
                 asio::post(loop, [self = std::move(self), reading, done = std::move(done)] {
                   self->timer_.disarm();
                   done(self->end_, std::move(*reading));
                 });
               });
  }

  void cancel(bool /*now*/) override { stop(Ending::cancelled, "interrupted"); }
  void suspend() override { timer_.pause(); }
  void resume() override { timer_.go_on(); }

 private:
  // Between two pieces it sees whether it is still wanted.
  checks::Reading read(checks::Check& check) const {
    const base::FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!file && errno == ENOENT) return no_file(path_);
    if (!file) return failed(fmt::format("{}: {}", path_, std::strerror(errno)));
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return no_regular_file(path_);
    std::vector<char> buffer(std::size_t{256} << 10);
    while (!stopped_) {
      const ssize_t got = base::read_some(file.get(), buffer);
      if (got < 0) return failed(fmt::format("{}: {}", path_, std::strerror(errno)));
      if (got == 0) return check.finish();
      check.consume({buffer.data(), static_cast<std::size_t>(got)});
    }
    return {};
  }

  void stop(Ending ending, std::string why) {
    if (stopped_) return;
    end_.ending = ending;
    end_.problem = std::move(why);
    stopped_ = true;
  }

  Loops loops_;
  std::string path_;
  PausableTimer timer_;
  model::Execution end_;
  std::atomic<bool> stopped_ = false;  ///< by the loop; the pool looks
};

class ReadingThere final : public RunningExecution, public std::enable_shared_from_this<ReadingThere> {
 public:
  ReadingThere(Loops loops, std::string path, CheckFeed::Factory factory, FileRead done)
      : path_(std::move(path)),
        done_(std::move(done)),
        output_(std::make_shared<CheckFeed>(loops, std::move(factory), CheckCost::small)),
        error_(std::make_shared<CheckFeed>(
            loops, [] { return std::make_unique<checks::TextCheck>(checks::TextExpectation{}); }, CheckCost::small)) {}

  void start(Executor& executor, ExecutionRequest request) {
    running_ = executor.execute(std::move(request), *output_, *error_,
                                [self = shared_from_this()](model::Execution end) { self->ended(std::move(end)); });
  }

  void cancel(bool now) override {
    if (running_) running_->cancel(now);
  }
  void suspend() override {
    if (running_) running_->suspend();
  }
  void resume() override {
    if (running_) running_->resume();
  }

 private:
  bool was_read() const { return end_.ending == Ending::exited && end_.status == 0; }

  std::string how_it_ended() const {
    if (end_.ending == Ending::signalled) return "was ended by " + base::signal_name(end_.signal);
    return end_.ending == Ending::exited ? fmt::format("ended with status {}", end_.status) : end_.problem;
  }

  void ended(model::Execution end) {
    running_.reset();
    end_ = std::move(end);
    if (end_.ending == Ending::timed_out) end_.problem += while_read(path_);
    // Also where what has come is of no use, the pool may still be at it.
    output_->finish([self = shared_from_this()](checks::Reading reading) {
      if (self->was_read()) self->done_(self->end_, std::move(reading));
      else self->not_read();
    });
  }

  void not_read() {
    const bool has_ended = end_.ending == Ending::exited;
    if (has_ended && end_.status == file_missing) return done_(end_, no_file(path_));
    if (has_ended && end_.status == file_not_regular) return done_(end_, no_regular_file(path_));
    // It says nothing about the test: the machine's program that reads is missing, or the machine went away.
    error_->finish([self = shared_from_this()](const checks::Reading& error) {
      const std::string said = base::shorten(base::printable(base::trim(error.output.text)), 120);
      self->done_(self->end_, checks::reading_of(checks::Finding::undecidable,
                                                 fmt::format("{} cannot be read: `read_file` {}: {}", self->path_,
                                                             self->how_it_ended(), said)));
    });
  }

  std::string path_;
  FileRead done_;
  std::shared_ptr<CheckFeed> output_;
  std::shared_ptr<CheckFeed> error_;  ///< what reading complained about
  std::shared_ptr<RunningExecution> running_;
  model::Execution end_;
};

}  // namespace

std::shared_ptr<RunningExecution> read_file_here(Loops loops, std::string path, CheckFeed::Factory factory,
                                                 std::optional<base::Duration> limit, FileRead done) {
  auto reading = std::make_shared<ReadingHere>(loops, std::move(path));
  reading->start(std::move(factory), limit, std::move(done));
  return reading;
}

std::shared_ptr<RunningExecution> read_file_there(Loops loops, Executor& executor, std::string path,
                                                  ExecutionRequest request, CheckFeed::Factory factory, FileRead done) {
  auto reading = std::make_shared<ReadingThere>(loops, std::move(path), std::move(factory), std::move(done));
  reading->start(executor, std::move(request));
  return reading;
}

}  // namespace fatespec::runner
