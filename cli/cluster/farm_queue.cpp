#include "cli/cluster/farm_queue.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace fatespec::cli {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

void FarmQueue::look(Heard heard) {
  if (asking_ || Clock::now() < next_look_) return;
  asking_ = true;
  asio::post(thread_, [this, heard = std::move(heard)] {
    asio::post(loop_, [this, heard, queue = jobs_.queue()] {
      constexpr auto interval = std::chrono::seconds(2);
      asking_ = false;
      next_look_ = Clock::now() + interval;
      heard(queue);
    });
  });
}

void FarmQueue::cancel_all(std::function<void(const base::Result<void>&)> done) {
  asio::post(thread_, [this, known = jobs_.known(), done = std::move(done)] { done(jobs_.cancel_all(known)); });
}

}  // namespace fatespec::cli
