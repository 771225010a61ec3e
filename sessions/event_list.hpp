// The events of a play, as the texts print them, in little memory: a play of an hour has a million.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sessions/event.hpp"

namespace fatespec::sessions {

/// A value of an event. `text` lies in the recording's bytes.
struct Datum {
  enum class Type : std::uint8_t { none, integer, real, text };
  Type type = Type::none;
  std::uint32_t length = 0;  ///< of the text
  union {
    std::int64_t integer = 0;
    double real;
    const char* bytes;
  };

  static Datum of(std::int64_t value);
  static Datum of(double value);
  static Datum of(std::string_view value);
  std::string_view text() const { return {bytes, length}; }
  /// An integer or a real number as one; nothing for anything else.
  std::optional<double> number() const {
    if (type == Type::real) return real;
    return type == Type::integer ? std::optional(static_cast<double>(integer)) : std::nullopt;
  }
};

constexpr std::size_t most_data = 6;

/// An event of either kind of recording. Times are seconds. The fields are those of classic_fields() for the kinds that
/// the classic suite has, else those of the kind's EventInfo; of a tuple that is too short, fewer.
struct PlayerEvent {
  EventKind kind{};
  ThreadId thread{};
  std::int64_t wall = 0;  ///< nanoseconds; of a classic one the time of the update before it, without its restarts
  std::span<const Datum> data;

  double wall_seconds() const { return static_cast<double>(wall) / 1e9; }
  std::optional<double> number(std::size_t field) const {
    return field < data.size() ? data[field].number() : std::nullopt;
  }
};

/// Grows at its end. The events that it gives lie in it: they hold until it grows or ends.
class EventList {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = PlayerEvent;
    using difference_type = std::ptrdiff_t;
    using pointer = const PlayerEvent*;
    using reference = PlayerEvent;

    Iterator() = default;
    Iterator(const EventList& list, std::size_t at) : list_(&list), at_(at) {}
    PlayerEvent operator*() const { return (*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++at_;
      return before;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const EventList* list_ = nullptr;
    std::size_t at_ = 0;
  };

  /// `size`: of the file that they come from; a little more than what they need is taken.
  void reserve_for(std::size_t size);
  void add(EventKind kind, ThreadId thread, std::int64_t wall, std::span<const Datum> data);
  /// The last one's field becomes another one.
  void replace_last(std::size_t field, const Datum& datum);

  std::size_t size() const { return heads_.size(); }
  bool empty() const { return heads_.empty(); }
  PlayerEvent operator[](std::size_t index) const {
    const Head& head = heads_[index];
    return {head.kind, head.thread, head.wall, {data_.data() + head.first, head.count}};
  }
  PlayerEvent back() const { return (*this)[heads_.size() - 1]; }
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, heads_.size()}; }

 private:
  struct Head {
    std::int64_t wall = 0;
    std::uint32_t first = 0;  ///< of its data
    EventKind kind{};
    ThreadId thread{};
    std::uint8_t count = 0;
  };
  std::vector<Head> heads_;
  std::vector<Datum> data_;
};

}  // namespace fatespec::sessions
