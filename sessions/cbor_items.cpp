#include "sessions/cbor_items.hpp"

#include <array>

#include <cbor.h>

namespace fatespec::sessions {
namespace {

using Type = CborItem::Type;

CborItem& item_of(void* context) { return *static_cast<CborItem*>(context); }

void take_number(void* context, Type type, std::uint64_t number) {
  CborItem& item = item_of(context);
  item.type = type;
  item.number = number;
}

// libcbor 0.8 counts strings in std::size_t, later versions in std::uint64_t.
template <class Size>
void take_string(void* context, Type type, cbor_data data, Size size) {
  CborItem& item = item_of(context);
  item.type = type;
  item.bytes = {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

template <Type type, class Number>
void take(void* context, Number number) {
  take_number(context, type, number);
}

cbor_callbacks make_callbacks() {
  cbor_callbacks calls = cbor_empty_callbacks;
  calls.uint8 = take<Type::unsigned_number, std::uint8_t>;
  calls.uint16 = take<Type::unsigned_number, std::uint16_t>;
  calls.uint32 = take<Type::unsigned_number, std::uint32_t>;
  calls.uint64 = take<Type::unsigned_number, std::uint64_t>;
  calls.negint8 = take<Type::negative_number, std::uint8_t>;
  calls.negint16 = take<Type::negative_number, std::uint16_t>;
  calls.negint32 = take<Type::negative_number, std::uint32_t>;
  calls.negint64 = take<Type::negative_number, std::uint64_t>;
  calls.tag = take<Type::tag>;
  calls.array_start = take<Type::array>;
  calls.map_start = take<Type::map>;
  calls.byte_string = [](void* context, cbor_data data, auto size) { take_string(context, Type::bytes, data, size); };
  calls.string = [](void* context, cbor_data data, auto size) { take_string(context, Type::text, data, size); };
  calls.null = [](void* context) { item_of(context).type = Type::null; };
  calls.boolean = [](void* context, bool value) { take_number(context, Type::boolean, value ? 1 : 0); };
  calls.float2 = calls.float4 = [](void* context, float value) {
    item_of(context).type = Type::real;
    item_of(context).real = value;
  };
  calls.float8 = [](void* context, double value) {
    item_of(context).type = Type::real;
    item_of(context).real = value;
  };
  return calls;
}

}  // namespace

bool CborReader::take_any(CborItem& item) {
  static const cbor_callbacks callbacks = make_callbacks();
  item.type = Type::other;
  const auto* data = reinterpret_cast<cbor_data>(bytes_.data()) + at_;
  const cbor_decoder_result result = cbor_stream_decode(data, bytes_.size() - at_, &callbacks, &item);
  if (result.status != CBOR_DECODER_FINISHED) return false;
  at_ += result.read;
  return true;
}

std::size_t CborReader::end_of_item(int depth) const {
  constexpr int most_depth = 16;
  std::array<std::uint64_t, most_depth> left{};  // items still to come, at each level
  CborReader reader(bytes_, at_);
  int level = 0;
  left[0] = 1;
  for (;;) {
    while (level >= 0 && left.at(static_cast<std::size_t>(level)) == 0) --level;
    if (level < 0) return reader.at();
    --left.at(static_cast<std::size_t>(level));
    CborItem item;
    if (!reader.next(item) || item.type == Type::other) return 0;
    const bool nests = item.type == Type::array || item.type == Type::map || item.type == Type::tag;
    if (!nests) continue;
    if (++level >= depth || level >= most_depth || item.number > bytes_.size()) return 0;
    left.at(static_cast<std::size_t>(level)) = item.type == Type::tag   ? 1
                                               : item.type == Type::map ? 2 * item.number
                                                                        : item.number;
  }
}

}  // namespace fatespec::sessions
