// The database of runs: opening, migrating, reading. Only this folder knows SOCI.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "model/result.hpp"
#include "results/comparison.hpp"
#include "results/run_matrix.hpp"

namespace fatespec::results {

/// What selecting and ordering tests needs to know of an earlier result.
struct LatestResult {
  std::string test;
  std::string configuration;
  model::Verdict verdict = model::Verdict::error;
  base::Duration wall{0};
};

struct HistoryEntry {
  std::string run;
  base::UtcTime started;
  std::string configuration;
  model::Verdict verdict = model::Verdict::error;
  bool flaky = false;
  std::string reason;
  base::Duration wall{0};
  base::Duration cpu{0};
  std::uint64_t max_rss_kib = 0;
  std::string revision;  ///< of the source tree; empty if it was not configured
};

enum class Access;

/// A connection to where results are kept. One thread at a time; several connections, also of other processes and
/// machines, may be open.
class Store {
 public:
  /// Opens an SQLite file, which is made if there is none, or a database of a PostgreSQL server (see location.hpp), and
  /// brings an older schema up to date. A newer one is refused.
  static base::Result<std::unique_ptr<Store>> open(const std::string& location);
  /// As open(), but a file that is not there is an error, and one on a read-only medium can be read.
  static base::Result<std::unique_ptr<Store>> open_existing(const std::string& location);
  /// True if the server does not answer at all: it is down, starting, or cannot be reached. Never of a file.
  static bool is_away(const std::string& location);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  /// All runs, the latest first.
  base::Result<std::vector<model::Run>> runs(std::size_t most);
  /// The same, but what became of their tests is not counted, which would read all of their results.
  base::Result<std::vector<model::Run>> recent_runs(std::size_t most);
  /// Of those that were started on that machine.
  base::Result<std::vector<model::Run>> recent_runs_of(const std::string& host, std::size_t most);
  /// The run that an id, a unique prefix of one, `latest` or `latest~N` names.
  base::Result<model::Run> find_run(const std::string& name);
  /// The results of a run in the order in which they came, without full outputs.
  base::Result<std::vector<model::TestResult>> results(const std::string& run);
  /// The whole stdout of a test, if it was kept.
  base::Result<std::optional<std::string>> full_output(const std::string& run, const std::string& test,
                                                       const std::string& configuration);
  /// Fills in the lines of changes of output from one run to another.
  base::Result<void> add_lines(std::vector<Change>& changes, const std::string& before, const std::string& after);
  /// The directories that passes of a test have kept, the latest first; some may be gone.
  base::Result<std::vector<std::string>> kept_directories(const std::string& test, const std::string& configuration);
  /// The latest result of every test that has one: verdict and wall time.
  base::Result<std::vector<LatestResult>> latest_results();
  /// The verdicts of a run so far.
  base::Result<std::vector<LatestResult>> verdicts(const std::string& run);

  /// The results of a run as far as comparisons need them.
  base::Result<std::vector<ResultSummary>> summaries(const std::string& run);
  /// The results of a test, the latest first.
  base::Result<std::vector<HistoryEntry>> history(const std::string& test, std::size_t most);
  /// The tests of a run whose CPU time has changed, judged by this run and those before it. `border`: the last run that
  /// counts as before; empty: it is looked for among the last runs.
  base::Result<std::vector<CpuTrend>> cpu_trends(const std::string& run, const std::string& border = "");

  /// True if no other connection to a server has claimed the run; the claim holds as long as this connection. The
  /// claims of a file's runs are locks beside it.
  base::Result<bool> claim_run(const std::string& run);
  /// Of the source trees that a run tested, by configuration.
  base::Result<std::map<std::string, std::string>> revisions(const std::string& run);
  /// Removes runs with all that only they have.
  base::Result<void> remove_runs(const std::vector<std::string>& runs);
  /// Gives back the room of what was removed. It needs about as much as what is left takes, and nobody else may write
  /// meanwhile.
  base::Result<void> reclaim();
  /// How much room the results take, bytes.
  base::Result<std::uint64_t> size();

  /// How long a write waits for another process that writes a file; half a minute unless told otherwise.
  void wait_for_locks(base::Duration limit);

  /// A run and those before it, `most` in all, with every test that any of them has.
  base::Result<RunMatrix> matrix(const std::string& run, std::size_t most);

  struct Connection;
  Connection& connection() { return *connection_; }

 private:
  explicit Store(std::unique_ptr<Connection> connection);
  static base::Result<std::unique_ptr<Store>> open_patiently(const std::string& location, Access access);
  std::unique_ptr<Connection> connection_;
};

/// What runs of this machine have as their host.
std::string this_host();

/// The schema that this version writes.
int schema_version();

}  // namespace fatespec::results
