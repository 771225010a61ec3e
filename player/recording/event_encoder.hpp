// One event as CBOR (RFC 8949): an array [kind, thread, wall, media, fields…]. docs/recording-format.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include <cbor.h>

#include "sessions/event.hpp"

namespace fatespec::player {

/// What a field may be given as: a number, a number or nothing, or a text. It converts, so that an event's fields are
/// written as they are.
struct Field {
  Field(std::int64_t number) : number(number) {}
  Field(std::optional<std::int64_t> n) : known(n.has_value()), number(n.value_or(0)) {}
  Field(std::string_view t) : is_text(true), text(t) {}

  bool is_text = false;
  bool known = true;
  std::int64_t number = 0;
  std::string_view text;
};

/// Encodes into memory of its own; allocates nothing. An event is at most `limit` bytes: a longer text is cut.
class EventEncoder {
 public:
  static constexpr std::size_t limit = 250;

  template <class... Fields>
  EventEncoder(sessions::EventKind kind, sessions::ThreadId thread, std::int64_t wall,
               std::optional<std::int64_t> media, const Fields&... fields) {
    constexpr std::size_t leading = 4;
    size_ += cbor_encode_array_start(leading + sizeof...(fields), at(), room());
    put_unsigned(static_cast<std::uint8_t>(kind));
    put_unsigned(static_cast<std::uint8_t>(thread));
    put(Field(wall));
    put(Field(media));
    (put(Field(fields)), ...);
  }

  std::string_view bytes() const { return {reinterpret_cast<const char*>(buffer_.data()), size_}; }

 private:
  unsigned char* at() { return buffer_.data() + size_; }
  std::size_t room() const { return buffer_.size() - size_; }
  void put_unsigned(std::uint64_t number) { size_ += cbor_encode_uint(number, at(), room()); }
  void put(const Field& field) {
    if (field.is_text) put_text(field.text);
    else if (!field.known) size_ += cbor_encode_null(at(), room());
    else if (field.number < 0) size_ += cbor_encode_negint(static_cast<std::uint64_t>(-1 - field.number), at(), room());
    else put_unsigned(static_cast<std::uint64_t>(field.number));
  }
  void put_text(std::string_view text);

  std::array<unsigned char, limit> buffer_;
  std::size_t size_ = 0;
};

}  // namespace fatespec::player
