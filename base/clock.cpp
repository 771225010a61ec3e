#include "base/clock.hpp"

#include <ctime>

#include <fmt/format.h>

namespace fatespec::base {

std::string iso8601(UtcTime time) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t whole = milliseconds / 1000;
  std::tm parts{};
  gmtime_r(&whole, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, milliseconds % 1000);
}

std::string iso8601_day(UtcTime time) {
  const std::string text = iso8601(time);
  return text.substr(0, text.find('T'));
}

}  // namespace fatespec::base
