// A queue between two threads that holds a few things at most.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

namespace fatespec::player {

/// One thread pushes, one other pops. After close() nothing blocks any more.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t limit) : limit_(limit) {}

  /// Waits for room. False if the queue was closed.
  bool push(T item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || items_.size() < limit_; });
    if (closed_) return false;
    items_.push_back(std::move(item));
    const bool wake = waiting_;
    lock.unlock();
    if (wake) changed_.notify_one();
    return true;
  }

  /// The item at a position, which stays where it is; nothing if there are not so many. Only the popping thread may
  /// use what it points to, until it pops that.
  T* peek(std::size_t position = 0) {
    const std::lock_guard lock(mutex_);
    return position < items_.size() ? &items_[position] : nullptr;
  }

  /// As peek(), but waits for the item to come; nothing only if the queue was closed.
  T* wait_for(std::size_t position = 0) {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.wait(lock, [&] { return closed_ || position < items_.size(); });
    waiting_ = false;
    return position < items_.size() ? &items_[position] : nullptr;
  }

  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    lock.unlock();
    changed_.notify_one();
    return item;
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
  std::size_t limit_;
  bool waiting_ = false;
  bool closed_ = false;
};

}  // namespace fatespec::player
