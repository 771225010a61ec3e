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
  bool next(CborItem& item);
  std::size_t at() const { return at_; }
  void move_to(std::size_t at) { at_ = at; }
  bool at_end() const { return at_ >= bytes_.size(); }
  /// Where the item that begins at at() ends; 0 if it is cut, no CBOR, or nested more deeply than `depth`.
  std::size_t end_of_item(int depth) const;

 private:
  bool take_simple(CborItem& item);

  std::string_view bytes_;
  std::size_t at_;
};

}  // namespace fatespec::sessions
