#include "sessions/pickle_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sessions/recording.hpp"

namespace fatespec::sessions {
namespace {

/// What the pickle machine's stack holds: a datum, a mark, the list, or an event (by its number).
struct Cell {
  enum class Type : std::uint8_t { datum, mark, list, tuple };
  Type type = Type::datum;
  std::uint32_t event = 0;
  Datum datum;
};

/// Wall times that never restart. The classic suite's do at each start, resume and seek; only some events have one.
class ClassicWall {
 public:
  std::int64_t after(EventKind kind, std::span<const Datum> data) {
    const std::size_t field = kind == EventKind::started ? 0 : 3;
    const bool tells = (kind == EventKind::started || kind == EventKind::update) && data.size() > field;
    const auto seconds = tells ? data[field].number() : std::nullopt;
    constexpr double longest = 1e9;  // what a file says beyond that is no time
    if (!seconds || !(*seconds >= 0 && *seconds < longest)) return at();
    if (*seconds < last_) before_ = std::min(before_ + last_, longest);
    last_ = *seconds;
    return at();
  }

 private:
  std::int64_t at() const { return static_cast<std::int64_t>((before_ + last_) * 1e9); }

  double before_ = 0;
  double last_ = 0;
};

const std::map<std::string_view, EventKind>& kinds_by_classic_name() {
  static const std::map<std::string_view, EventKind> kinds = [] {
    std::map<std::string_view, EventKind> all;
    for (const auto& info : all_event_kinds())
      if (!info.classic.empty()) all[info.classic] = info.kind;
    return all;
  }();
  return kinds;
}

/// Names of opcodes that pickles of anything else begin with, for the message.
std::string opcode_name(unsigned char opcode) {
  static const std::map<unsigned char, const char*> names = {
      {'c', "GLOBAL"},        {'R', "REDUCE"},     {'o', "OBJ"},        {'i', "INST"},
      {0x93, "STACK_GLOBAL"}, {'b', "BUILD"},      {0x81, "NEWOBJ"},    {0x92, "NEWOBJ_EX"},
      {'P', "PERSID"},        {'Q', "BINPERSID"},  {0x82, "EXT1"},      {0x83, "EXT2"},
      {0x84, "EXT4"},         {'}', "EMPTY_DICT"}, {0x8f, "EMPTY_SET"}, {0x97, "NEXT_BUFFER"}};
  const auto found = names.find(opcode);
  if (found != names.end()) return found->second;
  return fmt::format("0x{:02x}", opcode);
}

class PickleMachine {
 public:
  explicit PickleMachine(std::string_view bytes) : bytes_(bytes) {}

  base::Result<EventList> run() {
    while (!stopped_ && problem_.empty()) step();
    if (!problem_.empty())
      return base::Error{base::ErrorKind::invalid, fmt::format("pickle, byte {}: {}", opcode_at_, problem_)};
    return listed_events();
  }

 private:
  // As a rule the list has every tuple, in their order, after that with the format's version.
  EventList listed_events() {
    const std::uint32_t first = !listed_.empty() && listed_[0] == version_tuple ? 1 : 0;
    bool all = listed_.size() == made_.size() + first;
    for (std::size_t i = first; all && i < listed_.size(); ++i) all = listed_[i] == i - first;
    if (all) return std::move(made_);
    EventList events;
    ClassicWall wall;
    for (const std::uint32_t index : listed_) {
      if (index == version_tuple) continue;
      const PlayerEvent event = made_[index];
      events.add(event.kind, event.thread, wall.after(event.kind, event.data), event.data);
    }
    return events;
  }

  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - at_) {
      fail("it is cut");
      return {};
    }
    const std::string_view taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }

  std::uint64_t unsigned_number(std::size_t size) {
    std::uint64_t value = 0;
    const std::string_view taken = take(size);
    for (std::size_t i = 0; i < taken.size(); ++i)
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
    return value;
  }

  void push(Datum datum) { stack_.push_back({Cell::Type::datum, 0, datum}); }

  void push_real() {
    std::uint64_t bits = 0;
    for (const char c : take(sizeof bits)) bits = bits << 8U | static_cast<unsigned char>(c);
    push(Datum::of(std::bit_cast<double>(bits)));
  }

  // Two's complement of any length; what does not fit into 64 bits no player ever wrote.
  void push_long(std::uint64_t size) {
    if (size > sizeof(std::int64_t)) {
      fail("a number of more than 64 bits");
      return;
    }
    std::uint64_t value = unsigned_number(size);
    const std::uint64_t bits = 8 * size;
    if (size > 0 && bits < 64 && (value >> (bits - 1)) != 0) value |= ~std::uint64_t{0} << bits;
    push(Datum::of(static_cast<std::int64_t>(value)));
  }

  void push_text(std::uint64_t size) {
    const std::string_view text = take(size);
    if (text.size() > UINT32_MAX) fail("a text of more than 4 GiB");
    push(Datum::of(text));
  }

  void remember(std::uint64_t index) {
    // Pickles count what they remember, and each takes a byte at least.
    if (stack_.empty()) fail("nothing to remember");
    else if (index > at_) fail("a memo beyond what was there to remember");
    else {
      if (index >= memo_.size()) memo_.resize(index + 1);
      memo_[index] = stack_.back();
    }
  }

  void recall(std::uint64_t index) {
    if (index >= memo_.size()) fail("a memo that was never made");
    else stack_.push_back(memo_[index]);
  }

  /// The cells above the last mark, which goes with them.
  std::size_t mark() {
    for (std::size_t i = stack_.size(); i > 0; --i)
      if (stack_[i - 1].type == Cell::Type::mark) return i;
    fail("a mark is missing");
    return stack_.size();
  }

  void make_tuple(std::size_t begin, std::size_t below) {
    const std::uint32_t event = problem_.empty() ? event_of(begin) : 0;
    if (!problem_.empty()) return;
    stack_.resize(begin - below);
    stack_.push_back({Cell::Type::tuple, event, {}});
  }

  void make_tuple_of(std::size_t count) {
    if (stack_.size() < count) fail("the stack is empty");
    else make_tuple(stack_.size() - count, 0);
  }

  /// Its number; version_tuple for the tuple that is no event.
  std::uint32_t event_of(std::size_t begin) {
    for (std::size_t i = begin; i < stack_.size(); ++i)
      if (stack_[i].type != Cell::Type::datum) fail("a tuple within a tuple");
    if (begin == stack_.size() || stack_[begin].datum.type != Datum::Type::text)
      fail("a tuple that does not begin with the name of an event");
    if (made_.size() >= version_tuple) fail("too many events");
    if (!problem_.empty()) return version_tuple;
    const EventKind kind = kind_of(stack_[begin].datum.text());
    if (kind == EventKind{}) return version_tuple;
    const std::size_t known = classic_fields(kind).size();
    std::array<Datum, most_data> data{};
    std::size_t count = 0;
    for (std::size_t i = begin + 1; i < stack_.size() && count < known; ++i) data.at(count++) = stack_[i].datum;
    const std::span<const Datum> given(data.data(), count);
    made_.add(kind, ThreadId::main, wall_.after(kind, given), given);
    return static_cast<std::uint32_t>(made_.size() - 1);
  }

  /// None for the version, and after an error.
  EventKind kind_of(std::string_view name) {
    // One that was kept in the memo comes back as the same bytes.
    for (const auto& [seen, kind] : seen_)
      if (seen.data() == name.data() && seen.size() == name.size()) return kind;
    EventKind kind{};
    if (name != "version") {
      const auto found = kinds_by_classic_name().find(name);
      if (found == kinds_by_classic_name().end()) {
        fail(fmt::format("an event `{}` that is not known", base::shorten(base::printable(name), 40)));
        return kind;
      }
      kind = found->second;
    }
    seen_.at(next_seen_++ % seen_.size()) = {name, kind};
    return kind;
  }

  void append(std::size_t begin) {
    if (!problem_.empty()) return;
    if (begin == 0 || stack_[begin - 1].type != Cell::Type::list) {
      fail("something is appended to what is no list");
      return;
    }
    for (std::size_t i = begin; i < stack_.size(); ++i) {
      if (stack_[i].type != Cell::Type::tuple) {
        fail("an element of the list is no tuple");
        return;
      }
      listed_.push_back(stack_[i].event);
    }
    stack_.resize(begin);
  }

  void append_marked() {
    const std::size_t begin = mark();
    if (!problem_.empty()) return;
    stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(begin) - 1);
    append(begin - 1);
  }

  void step();
  void step_number(unsigned char opcode);
  void step_memo(unsigned char opcode);

  static constexpr std::uint32_t version_tuple = UINT32_MAX;  ///< stands for the first tuple

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t opcode_at_ = 0;
  bool stopped_ = false;
  std::string problem_;
  std::vector<Cell> stack_;
  std::vector<Cell> memo_;
  EventList made_;                     ///< in the order in which they were made
  std::vector<std::uint32_t> listed_;  ///< those that the list has
  ClassicWall wall_;
  std::array<std::pair<std::string_view, EventKind>, 12> seen_{};
  std::size_t next_seen_ = 0;
};

void PickleMachine::step() {
  opcode_at_ = at_;
  const std::string_view taken = take(1);
  if (taken.empty()) return;
  const auto opcode = static_cast<unsigned char>(taken[0]);
  constexpr std::size_t most_cells = 1U << 20U;
  if (stack_.size() > most_cells) fail("too much at once");
  switch (opcode) {
    case 0x80:
      if (unsigned_number(1) > 5) fail("a protocol later than 5");
      break;
    case 0x95: (void)unsigned_number(8); break;  // FRAME: its length says nothing that is needed here
    case '.': stopped_ = true; break;
    case '(': stack_.push_back({Cell::Type::mark, 0, {}}); break;
    case ']': stack_.push_back({Cell::Type::list, 0, {}}); break;
    case ')': make_tuple(stack_.size(), 0); break;
    case 't': {
      const std::size_t begin = mark();
      make_tuple(begin, 1);
      break;
    }
    case 0x85:
    case 0x86:
    case 0x87: make_tuple_of(opcode - 0x84U); break;
    case 'a':
      if (stack_.empty()) fail("the stack is empty");
      else append(stack_.size() - 1);
      break;
    case 'e': append_marked(); break;
    case 'N': push({}); break;
    case 0x88: push(Datum::of(std::int64_t{1})); break;
    case 0x89: push(Datum::of(std::int64_t{0})); break;
    default: step_number(opcode); break;
  }
}

void PickleMachine::step_number(unsigned char opcode) {
  switch (opcode) {
    case 'G': push_real(); break;
    case 'J': push(Datum::of(std::int64_t{static_cast<std::int32_t>(unsigned_number(4))})); break;
    case 'K': push(Datum::of(static_cast<std::int64_t>(unsigned_number(1)))); break;
    case 'M': push(Datum::of(static_cast<std::int64_t>(unsigned_number(2)))); break;
    case 0x8a: push_long(unsigned_number(1)); break;
    case 0x8b: push_long(unsigned_number(4)); break;
    case 0x8c: push_text(unsigned_number(1)); break;
    case 'X': push_text(unsigned_number(4)); break;
    case 0x8d: push_text(unsigned_number(8)); break;
    default: step_memo(opcode); break;
  }
}

void PickleMachine::step_memo(unsigned char opcode) {
  switch (opcode) {
    case 0x94: remember(memo_.size()); break;
    case 'q': remember(unsigned_number(1)); break;
    case 'r': remember(unsigned_number(4)); break;
    case 'h': recall(unsigned_number(1)); break;
    case 'j': recall(unsigned_number(4)); break;
    default: fail(fmt::format("the opcode {} is not allowed in a recording", opcode_name(opcode))); break;
  }
}

}  // namespace

base::Result<EventList> read_pickle(std::string_view bytes) { return PickleMachine(bytes).run(); }

}  // namespace fatespec::sessions
