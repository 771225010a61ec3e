// What a person sees of a run while it happens, and its summary.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "model/event.hpp"
#include "reports/console.hpp"

namespace fatespec::reports {

struct RunReporterOptions {
  bool quiet = false;    ///< bad results and the last line only
  bool progress = true;  ///< the status line
  int jobs = 1;
  bool on_cluster = false;  ///< then nobody knows how many at once
  bool several_configurations = false;
  std::string rerun_command;  ///< "fatespec run a.yaml"; the filter is added
  std::string resume_command;
  std::string results;                               ///< where the results are kept; empty if they are not
  std::string store_options;                         ///< what `show` needs to find them: " --results r.db", or nothing
  std::map<model::TestId, base::Duration> expected;  ///< wall times of earlier runs
};

/// A sink of events. tick() is to be called some times a second.
class RunReporter {
 public:
  RunReporter(Console& console, const base::Clock& clock, RunReporterOptions options);

  void handle(const model::RunEvent& event);
  void tick();
  /// A result that a run which goes on had already: it is told again at the end only.
  void remember(const model::TestResult& result);
  /// What goes on beside the tests, for the status line: by what it is about; empty: nothing any more.
  void show_progress(const std::string& about, const std::string& text);
  /// Nothing more is started: when all would be done is no question any more.
  void ends_early() { ends_early_ = true; }
  /// Nobody will find the run: there is nothing to show, and nothing to go on with.
  void nothing_is_kept() { options_.results.clear(); }
  /// A line that belongs to no test.
  void say(const std::string& text) { console_.print(text); }

 private:
  struct Running {
    std::string name;
    base::SteadyTime started;
    int attempt = 1;
    base::Duration warn_after = base::Duration::max();  ///< then it is told that the test is slow
  };
  struct Slow {
    base::Duration wall;
    std::string name;
  };
  void started(const model::RunStarted& event);
  void test_started(const model::TestStarted& event);
  void test_lost(const model::TestLost& event);
  void test_ended(const model::TestEnded& event) { running_.erase(event.test); }
  void test_finished(const model::TestResult& result);
  void finished(const model::RunFinished& event);
  void warn_of_slow();
  void remember_slow(const model::TestResult& result);
  void show_bad_again();
  void show_causes();
  void show_attributions(const model::RunFinished& event);
  void show_slowest();
  std::string filter_of_bad() const;
  void show_next_steps(const model::RunFinished& event);
  std::string show_command() const;
  std::string status_line() const;
  std::string remaining() const;
  double remaining_by_history(double elapsed) const;
  base::Duration expected(const model::TestId& test) const;

  Console& console_;
  const base::Clock& clock_;
  RunReporterOptions options_;
  std::string run_;
  bool resumed_ = false;  ///< then people are told the time of this part
  bool ends_early_ = false;
  std::size_t total_ = 0;
  std::size_t done_ = 0;
  std::size_t flaky_ = 0;
  std::size_t leaky_ = 0;
  std::size_t missing_references_ = 0;
  model::VerdictCounts counts_;
  base::SteadyTime began_;
  base::SteadyTime last_line_;
  base::SteadyTime last_finished_;
  std::map<const model::PlannedTest*, Running> running_;
  std::vector<Slow> slowest_;
  std::map<std::string, std::set<std::string>> bad_names_;  ///< by configuration, if there are several
  std::vector<std::string> bad_lines_;
  struct SeenCause {
    std::size_t count = 0;
    std::string reason;        ///< as it is shown
    std::string first_reason;  ///< whole
    std::string example;
    bool varies = false;  ///< others have other numbers in it
  };
  std::map<std::string, SeenCause> causes_;  ///< by cause_key()
  std::map<std::string, std::string> activities_;
  base::Duration done_expected_{0};
  base::Duration total_expected_{0};
};

}  // namespace fatespec::reports
