// Counts and texts that several reports share.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "model/event.hpp"
#include "reports/console.hpp"

namespace fatespec::reports {

/// "2026-01-01T12:00:00Z": to the second, for people.
std::string time_text(base::UtcTime time);

/// "1 test", "118 tests".
std::string number_of_tests(std::uint64_t number);

/// "118 pass, 1 fail, 1 skip": only what there is, the good first.
std::string describe(const model::VerdictCounts& counts, const Console& console);

/// How much of a bad result is told.
struct BadResultText {
  bool several_configurations = false;
  std::size_t most_detail = 24;  ///< lines of a diff; of a log or a stack, whose end may tell most, three times as many
  std::string show_command;      ///< shows all of a run, as "fatespec show 3fa2"; empty: nothing does
};

/// The lines of a bad result: verdict, name, reason, its detail, the command.
std::string describe_bad(const model::TestResult& result, const Console& console, const BadResultText& options);

/// "mpegaudio/seek  fails exactly when THREADS>1".
std::string describe(const model::Attribution& found, const Console& console, bool several_configurations);

/// "mpegaudio/mp2-md5" or, where there are several configurations, "mpegaudio/mp2-md5 [gcc-12]".
std::string label(const model::TestResult& result, bool several_configurations);

/// Lines for results that are good and yet worth a look.
std::string describe_flaky(const model::TestResult& result, const Console& console, bool several_configurations);
std::string describe_leaky(const model::TestResult& result, const Console& console, bool several_configurations);
/// " (1 flaky) (2 leaky)", or as much of it as there is.
std::string describe_marks(std::size_t flaky, std::size_t leaky);

}  // namespace fatespec::reports
