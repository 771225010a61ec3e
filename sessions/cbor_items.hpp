// The items of a CBOR sequence (RFC 8949, RFC 8742), one head after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fatespec::sessions {

/// One item's head, and of a string its bytes too.
struct CborItem {
  enum class Type { unsigned_number, negative_number, bytes, text, array, map, tag, null, boolean, real, other };
  Type type = Type::other;
  std::uint64_t number = 0;  ///< value; -1 - value of a negative one; elements of an array, pairs of a map
  double real = 0;
  std::string_view bytes;
};

/// Walks over memory that outlives it. Nothing is allocated, nothing is recursive.
class CborReader {
 public:
  explicit CborReader(std::string_view bytes, std::size_t at = 0) : bytes_(bytes), at_(at) {}

  /// False at the end, in a cut item and where the bytes are no CBOR; at() then stays.
  bool next(CborItem& item) { return !at_end() && (take_simple(item) || take_any(item)); }
  std::size_t at() const { return at_; }
  void move_to(std::size_t at) { at_ = at; }
  bool at_end() const { return at_ >= bytes_.size(); }
  /// Where the item that begins at at() ends; 0 if it is cut, no CBOR, or nested more deeply than `depth`.
  std::size_t end_of_item(int depth) const;

 private:
  bool take_simple(CborItem& item);
  bool take_any(CborItem& item);

  std::string_view bytes_;
  std::size_t at_;
};

// Nearly every item of a recording is a number, a short array's head or null: those are taken here (RFC 8949, 3.),
// the rest by the library.
inline bool CborReader::take_simple(CborItem& item) {
  constexpr unsigned info_mask = 0x1f;
  constexpr unsigned one_byte = 24;
  constexpr unsigned eight_bytes = 27;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes_.data()) + at_;
  const unsigned major = *data >> 5U;
  const unsigned info = *data & info_mask;
  if (*data == 0xf6) item.type = CborItem::Type::null;
  else if (major == 0) item.type = CborItem::Type::unsigned_number;
  else if (major == 1) item.type = CborItem::Type::negative_number;
  else if (major == 4 && info < one_byte) item.type = CborItem::Type::array;
  else return false;
  if (info < one_byte || item.type == CborItem::Type::null) {
    item.number = info;
    ++at_;
    return true;
  }
  const std::size_t size = std::size_t{1} << (info - one_byte);
  if (info > eight_bytes || bytes_.size() - at_ <= size) return false;
  std::uint64_t number = 0;
  for (std::size_t i = 1; i <= size; ++i) number = number << 8U | data[i];
  item.number = number;
  at_ += 1 + size;
  return true;
}

}  // namespace fatespec::sessions
