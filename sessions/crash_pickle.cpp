#include "sessions/crash_pickle.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fatespec::sessions {
namespace {

/// Python's names of the opcodes that such a state is made of (pickletools).
enum Opcode : unsigned char {
  proto = 0x80,
  frame = 0x95,
  empty_set = 0x8f,
  empty_list = ']',
  mark = '(',
  add_items = 0x90,
  appends = 'e',
  append = 'a',
  short_text = 0x8c,
  long_text = 'X',
  one_byte = 'K',
  two_bytes = 'M',
  four_bytes = 'J',
  memoize = 0x94,
  get = 'h',
  long_get = 'j',
  tuple_of_3 = 0x87,
  stop = '.',
};

struct Item {
  enum class Type { mark, number, text, names };
  Type type = Type::number;
  std::uint64_t number = 0;
  std::string_view text;
  std::vector<std::string_view> names;
};

class StateMachine {
 public:
  explicit StateMachine(std::string_view bytes) : bytes_(bytes) {}

  base::Result<CrashState> run() {
    while (good_ && !stopped_) step();
    using Type = Item::Type;
    const bool whole = good_ && stack_.size() == 3 && stack_[0].type == Type::number && stack_[1].type == Type::names &&
                       stack_[2].type == Type::names;
    if (!whole)
      return base::Error{base::ErrorKind::invalid, fmt::format("no crash state that can be read: byte {}", opcode_at_)};
    CrashState state{static_cast<int>(std::min<std::uint64_t>(stack_[0].number, 1'000'000)),
                     {stack_[1].names.begin(), stack_[1].names.end()},
                     {stack_[2].names.begin(), stack_[2].names.end()}};
    // Sets have no order.
    std::sort(state.sometimes.begin(), state.sometimes.end());
    std::sort(state.still.begin(), state.still.end());
    return state;
  }

 private:
  std::string_view take(std::uint64_t count) {
    good_ = good_ && count <= bytes_.size() - at_;
    if (!good_) return {};
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    const std::string_view taken = take(size);
    for (std::size_t i = 0; i < taken.size(); ++i)
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
    return value;
  }
  static constexpr std::size_t most_items = 100'000;
  void push(Item item) {
    good_ = good_ && stack_.size() < most_items;
    stack_.push_back(std::move(item));
  }
  void remember() {
    good_ = good_ && !stack_.empty() && memo_.size() < most_items;
    // A collection is remembered while it is empty; only its names are ever asked for again.
    if (!good_) return;
    const Item& top = stack_.back();
    memo_.push_back({.type = top.type, .number = top.number, .text = top.text, .names = {}});
  }
  void recall(std::uint64_t index) {
    good_ = good_ && index < memo_.size();
    if (good_) push(memo_[index]);
  }
  void add_names(std::size_t begin, std::size_t names_at) {
    good_ = good_ && names_at < begin && stack_[names_at].type == Item::Type::names;
    for (std::size_t i = begin; good_ && i < stack_.size(); ++i) {
      // A text that is recalled costs two bytes. Each name is in both collections at most.
      names_size_ += stack_[i].text.size();
      good_ = stack_[i].type == Item::Type::text && names_size_ <= 2 * bytes_.size();
      if (good_) stack_[names_at].names.push_back(stack_[i].text);
    }
    if (good_) stack_.resize(names_at + 1);
  }
  void add_marked() {
    std::size_t begin = stack_.size();
    while (begin > 0 && stack_[begin - 1].type != Item::Type::mark) --begin;
    good_ = good_ && begin > 1;
    if (good_) add_names(begin, begin - 2);
  }
  void step();

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t opcode_at_ = 0;
  std::uint64_t names_size_ = 0;
  bool good_ = true;
  bool stopped_ = false;
  std::vector<Item> stack_;
  std::vector<Item> memo_;
};

void StateMachine::step() {
  opcode_at_ = at_;
  const std::string_view taken = take(1);
  if (!good_) return;
  switch (static_cast<unsigned char>(taken[0])) {
    case proto: take(1); break;
    case frame: take(8); break;
    case empty_set:
    case empty_list: push({.type = Item::Type::names}); break;
    case mark: push({.type = Item::Type::mark}); break;
    case add_items:
    case appends: add_marked(); break;
    case append:
      good_ = stack_.size() > 1;
      if (good_) add_names(stack_.size() - 1, stack_.size() - 2);
      break;
    case short_text: push({.type = Item::Type::text, .text = take(number(1))}); break;
    case long_text: push({.type = Item::Type::text, .text = take(number(4))}); break;
    case one_byte: push({.number = number(1)}); break;
    case two_bytes: push({.number = number(2)}); break;
    case four_bytes: push({.number = number(4)}); break;
    case memoize: remember(); break;
    case get: recall(number(1)); break;
    case long_get: recall(number(4)); break;
    case tuple_of_3: break;  // the three stay where they are
    case stop: stopped_ = true; break;
    default: good_ = false; break;
  }
}

}  // namespace

base::Result<CrashState> read_crash_pickle(std::string_view bytes) { return StateMachine(bytes).run(); }

}  // namespace fatespec::sessions
