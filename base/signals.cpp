#include "base/signals.hpp"

#include <csignal>
#include <cstring>

namespace fatespec::base {

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  return name == nullptr ? "SIG" + std::to_string(number) : std::string("SIG") + name;
}

std::optional<int> signal_named(std::string_view name) {
  if (name.starts_with("SIG")) name.remove_prefix(3);
  for (int number = 1; number < NSIG; ++number) {
    const char* known = sigabbrev_np(number);
    if (known != nullptr && name == known) return number;
  }
  return std::nullopt;
}

bool is_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

const std::vector<std::string>& signal_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (int number = 1; number < NSIG; ++number)
      if (sigabbrev_np(number) != nullptr) all.push_back(signal_name(number));
    return all;
  }();
  return names;
}

}  // namespace fatespec::base
