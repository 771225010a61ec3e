// Reports of recordings that have been made again since.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "sessions/session.hpp"

namespace fatespec::sessions {

/// Marks the reports about these samples, and those about the whole session, as older than the recordings: texts say so
/// in their first line, other files get `.stale` behind their name. Making a report anew takes the mark away.
base::Result<void> mark_reports_stale(const Session& session, const std::vector<std::string>& samples);

/// The reports that are marked, sorted.
std::vector<std::string> stale_reports(const Session& session);

}  // namespace fatespec::sessions
