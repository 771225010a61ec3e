#include "model/fault.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::model {
namespace {

enum class Parameter { nothing, length, count };

struct FaultInfo {
  std::string_view name;
  FaultKind kind;
  Parameter parameter;
};

constexpr std::array fault_kinds = {FaultInfo{"crash", FaultKind::crash, Parameter::nothing},
                                    FaultInfo{"stall_decoder", FaultKind::stall_decoder, Parameter::length},
                                    FaultInfo{"stall_audio", FaultKind::stall_audio, Parameter::length},
                                    FaultInfo{"drop_packets", FaultKind::drop_packets, Parameter::count},
                                    FaultInfo{"slow_display", FaultKind::slow_display, Parameter::length}};

base::Result<Fault> parse_fault(std::string_view text) {
  const auto at = text.find('@');
  const std::string_view name = text.substr(0, at);
  const auto* info =
      std::find_if(fault_kinds.begin(), fault_kinds.end(), [&](const auto& k) { return k.name == name; });
  if (info == fault_kinds.end()) {
    std::vector<std::string> names;
    for (const auto& kind : fault_kinds) names.emplace_back(kind.name);
    return base::usage_error(fmt::format("there is no fault `{}`{}", name, base::did_you_mean(name, names)));
  }
  if (at == std::string_view::npos)
    return base::usage_error(fmt::format("the fault `{}` lacks its time: {}@1.5s", text, name));
  const std::string_view rest = text.substr(at + 1);
  const auto colon = rest.find(':');
  const auto time = base::parse_duration(rest.substr(0, colon));
  if (!time) return base::usage_error(fmt::format("`{}` is no time, as in {}@1.5s", rest.substr(0, colon), name));
  Fault fault{info->kind, time->count(), 0, 0, std::string(text)};
  const bool given = colon != std::string_view::npos;
  if (given != (info->parameter != Parameter::nothing))
    return base::usage_error(fmt::format("the fault `{}` {}", text,
                                         given                                  ? "takes nothing after its time"
                                         : info->parameter == Parameter::length ? "lacks its length, as in @2s:300ms"
                                                                                : "lacks its count, as in @2s:5"));
  if (!given) return fault;
  const std::string_view value = rest.substr(colon + 1);
  const auto length = base::parse_duration(value);
  const auto count = base::parse_integer(value);
  if (info->parameter == Parameter::length ? !length : !count || *count < 1)
    return base::usage_error(fmt::format("`{}` in the fault `{}` is no {}", value, text,
                                         info->parameter == Parameter::length ? "duration" : "count"));
  if (info->parameter == Parameter::length) fault.length = length->count();
  else fault.count = *count;
  return fault;
}

}  // namespace

base::Result<std::vector<Fault>> parse_faults(std::string_view text) {
  std::vector<Fault> faults;
  if (text.empty()) return faults;
  for (const auto part : base::split(text, ',')) {
    auto fault = parse_fault(base::trim(part));
    if (!fault) return fault.error();
    faults.push_back(std::move(*fault));
  }
  return faults;
}

}  // namespace fatespec::model
