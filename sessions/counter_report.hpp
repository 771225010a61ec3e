// The classic text that counts a recording's defects.
#pragma once

#include <string>

#include "sessions/defects.hpp"

namespace fatespec::sessions {

/// "No anomalies detected.", or a line for each defect that occurred, sorted by description. No newline at the end.
std::string counter_report(const DefectCounts& counts);

}  // namespace fatespec::sessions
