#include "runner/schedule/check_feed.hpp"

#include <exception>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

namespace fatespec::runner {
namespace {

namespace asio = boost::asio;

constexpr std::size_t buffer_size = std::size_t{256} << 10;
// Output up to this size is checked on the loop: handing it to a thread would cost more than the work itself.
constexpr std::size_t small = std::size_t{16} << 10;

// Buffers are kept for the next test: fresh memory would be cleared by the kernel page by page. Loop thread only.
std::vector<std::unique_ptr<char[]>>& spare_buffers() {
  static std::vector<std::unique_ptr<char[]>> spare;
  return spare;
}

std::unique_ptr<char[]> take_buffer() {
  auto& spare = spare_buffers();
  if (spare.empty()) return std::unique_ptr<char[]>(new char[buffer_size]);
  auto buffer = std::move(spare.back());
  spare.pop_back();
  return buffer;
}

}  // namespace

checks::Reading guarded(const std::function<checks::Reading()>& work) {
  try {
    return work();
  } catch (const std::exception& problem) {
    return checks::reading_of(checks::Finding::undecidable, fmt::format("it could not be checked: {}", problem.what()));
  }
}

CheckFeed::CheckFeed(Loops loops, Factory factory, CheckCost cost)
    : loops_(loops), factory_(std::move(factory)), cost_(cost) {}

CheckFeed::~CheckFeed() {
  constexpr std::size_t most_spare = 16;
  for (auto& buffer : buffers_)
    if (buffer.bytes && spare_buffers().size() < most_spare) spare_buffers().push_back(std::move(buffer.bytes));
}

checks::Check& CheckFeed::check() {
  if (!check_) check_ = factory_();
  return *check_;
}

void CheckFeed::take(std::string_view bytes) {
  if (broken_) return;
  checks::Reading reading = guarded([&] {
    check().consume(bytes);
    return checks::Reading();
  });
  if (!reading.passed()) broken_ = std::move(reading);
}

std::span<char> CheckFeed::space() {
  Buffer& buffer = buffers_.at(filling_);
  if (!buffer.bytes) buffer.bytes = take_buffer();
  return {buffer.bytes.get() + buffer.used, buffer_size - buffer.used};
}

void CheckFeed::commit(std::size_t bytes) {
  Buffer& buffer = buffers_.at(filling_);
  buffer.used += bytes;
  if (buffer.used == buffer_size && !busy_) dispatch();
}

void CheckFeed::when_space(std::function<void()> resume) { resume_ = std::move(resume); }

// Hands the filled buffer to the pool and goes on with the other, which is empty whenever the pool is idle.
void CheckFeed::dispatch() {
  busy_ = true;
  Buffer& full = buffers_.at(filling_);
  filling_ = 1 - filling_;
  // The pool gives its hold on us back to the loop, where the last one must be let go: spare buffers have no lock.
  asio::post(loops_.pool, [self = shared_from_this(), &full]() mutable {
    self->take({full.bytes.get(), full.used});
    auto& loop = self->loops_.loop;
    asio::post(loop, [self = std::move(self), &full] {
      full.used = 0;
      self->consumed();
    });
  });
}

void CheckFeed::consumed() {
  busy_ = false;
  if (buffers_.at(filling_).used == buffer_size) dispatch();
  if (auto resume = std::exchange(resume_, nullptr)) resume();
  if (done_ && !busy_) conclude();
}

void CheckFeed::finish(Done done) {
  done_ = std::move(done);
  if (!busy_) conclude();
}

void CheckFeed::conclude() {
  const Buffer& rest = buffers_.at(filling_);
  const auto work = [this, &rest] {
    if (rest.used > 0) take({rest.bytes.get(), rest.used});
    return broken_ ? *broken_ : guarded([this] { return check().finish(); });
  };
  auto done = std::exchange(done_, nullptr);
  if (!check_ && cost_ == CheckCost::small && rest.used <= small) {
    done(work());
    return;
  }
  asio::post(loops_.pool, [self = shared_from_this(), work, done = std::move(done)]() mutable {
    auto reading = std::make_shared<checks::Reading>(work());
    auto& loop = self->loops_.loop;
    asio::post(loop, [self = std::move(self), reading, done = std::move(done)] { done(std::move(*reading)); });
  });
}

}  // namespace fatespec::runner
