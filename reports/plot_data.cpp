#include "reports/plot_data.hpp"

#include <array>
#include <bit>
#include <limits>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace fatespec::reports {
namespace {

using nlohmann::json;
using sessions::Datum;
using sessions::EventKind;
using sessions::PlayerEvent;

static_assert(std::endian::native == std::endian::little);

struct KindColumns {
  std::vector<double> walls;
  std::vector<std::uint8_t> threads;
  std::array<std::vector<double>, sessions::most_data> fields;
};

/// Texts, each once. Of a recording that has a great many, the later ones are left out.
class Strings {
 public:
  double place_of(std::string_view text) {
    constexpr std::size_t most = 20'000;
    constexpr std::size_t longest = 300;
    const auto known = places_.find(text);
    if (known != places_.end()) return static_cast<double>(known->second);
    if (places_.size() >= most) return std::numeric_limits<double>::quiet_NaN();
    places_.emplace(text, places_.size());
    all_.push_back(base::shorten(base::to_utf8(text), longest));
    return static_cast<double>(places_.size() - 1);
  }
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::map<std::string, std::size_t, std::less<>> places_;
  std::vector<std::string> all_;
};

double number_of(const Datum& datum, Strings& strings) {
  if (datum.type == Datum::Type::text) return strings.place_of(datum.text());
  return datum.number().value_or(std::numeric_limits<double>::quiet_NaN());
}

std::string_view bytes_of(const auto& column) {
  return {reinterpret_cast<const char*>(column.data()), column.size() * sizeof(column[0])};
}

std::string_view name_of(sessions::Unit unit) {
  switch (unit) {
    case sessions::Unit::nanoseconds: return "s";  // in an event as reports show it, times are seconds
    case sessions::Unit::bytes: return "B";
    case sessions::Unit::pixels: return "px";
    case sessions::Unit::text: return "text";
    case sessions::Unit::address: return "address";
    default: return "";
  }
}

/// The unit of a field by its name in reports: those that the classic suite has differ from the format's.
std::string_view unit_of(const sessions::EventInfo& info, std::string_view field) {
  for (const auto& own : info.named_fields())
    if (own.name == field) return name_of(own.unit);
  return field == "sample" ? "text" : "s";
}

json describe(const sessions::EventInfo& info, const KindColumns& columns) {
  json fields = json::array();
  for (const auto name : sessions::all_fields(info.kind))
    fields.push_back({{"name", name}, {"unit", unit_of(info, name)}});
  return {{"name", info.name},
          {"description", info.description},
          {"count", columns.walls.size()},
          {"fields", std::move(fields)}};
}

void pack(Packer& packer, const KindColumns& columns, std::size_t fields) {
  constexpr std::size_t alignment = 8;
  packer.add(bytes_of(columns.walls));
  packer.add(bytes_of(columns.threads));
  packer.add(std::string((alignment - columns.threads.size() % alignment) % alignment, '\0'));
  for (std::size_t i = 0; i < fields; ++i) packer.add(bytes_of(columns.fields.at(i)));
}

}  // namespace

json add_plot_data(Packer& packer, const sessions::Recording& recording) {
  std::map<EventKind, KindColumns> kinds;
  Strings strings;
  for (const PlayerEvent event : recording.events()) {
    KindColumns& columns = kinds[event.kind];
    columns.walls.push_back(event.wall_seconds());
    columns.threads.push_back(static_cast<std::uint8_t>(event.thread));
    const std::size_t fields = sessions::all_fields(event.kind).size();
    for (std::size_t i = 0; i < fields; ++i)
      columns.fields.at(i).push_back(number_of(i < event.data.size() ? event.data[i] : Datum{}, strings));
  }
  json described = json::array();
  for (const auto& [kind, columns] : kinds) {
    const auto& info = *sessions::find_event_kind(static_cast<std::uint64_t>(kind));
    described.push_back(describe(info, columns));
    pack(packer, columns, sessions::all_fields(kind).size());
  }
  return {{"kinds", std::move(described)}, {"strings", strings.all()}};
}

}  // namespace fatespec::reports
