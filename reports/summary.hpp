// Counts and texts that several reports share.
#pragma once

#include <string>

#include "model/result.hpp"
#include "reports/console.hpp"

namespace fatespec::reports {

/// "118 pass, 1 fail, 1 skip": only what there is, the good first.
std::string describe(const model::VerdictCounts& counts, const Console& console);

/// The lines of a bad result: verdict, name, reason, the beginning of its detail, the command.
std::string describe_bad(const model::TestResult& result, const Console& console, bool several_configurations);

/// "mpegaudio/mp2-md5" or, where there are several configurations, "mpegaudio/mp2-md5 [gcc-12]".
std::string label(const model::TestResult& result, bool several_configurations);

}  // namespace fatespec::reports
