// The events of a recording as a page's script reads them: columns of numbers.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "reports/packed.hpp"
#include "sessions/recording.hpp"

namespace fatespec::reports {

/// Adds a recording's columns to `packer` and says in JSON what they are. For each kind of event that occurs, in this
/// order and little endian: wall times (seconds, 64 bit floating point), threads (bytes, padded to 8), and each field
/// (64 bit floating point; not a number: unknown; a text is its place in `strings`).
nlohmann::json add_plot_data(Packer& packer, const sessions::Recording& recording);

}  // namespace fatespec::reports
