// Names of signals.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fatespec::base {

/// "SIGSEGV"; "SIG65" for one without a name.
std::string signal_name(int number);
/// The number of "SIGSEGV" or "SEGV".
std::optional<int> signal_named(std::string_view name);
/// True if this process ignores the signal, as nohup makes a program do with SIGHUP.
bool is_ignored(int number);
/// Every name there is: "SIGHUP", …
const std::vector<std::string>& signal_names();

}  // namespace fatespec::base
