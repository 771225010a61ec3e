// Where the results of a run go: the store, the lock, the writer, and what waits for a server.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/file.hpp"
#include "model/plan.hpp"
#include "results/run_writer.hpp"
#include "results/store.hpp"

namespace fatespec::cli {

/// True if a process of this machine (of a file: any that sees it) is writing the run.
using IsUnderWay = std::function<bool(const std::string& run)>;
/// Of the runs of a store, with the directory beside it.
IsUnderWay under_way_in(std::string location, std::string directory_beside);

class RunStore {
 public:
  /// `option`: of the command line; `none` keeps nothing. What earlier runs left for a server is sent to it. A server
  /// that is away is no error: then there is no history, and results wait in a file.
  base::Result<void> open(const model::Project& project, const std::string& option);

  /// What is known of earlier runs; null with `none`, while the server is away, and after begin().
  results::Store* history() { return store_.get(); }
  IsUnderWay under_way() const { return under_way_in(location_, directory_); }
  bool is_kept() const { return !location_.empty(); }
  /// For people: without a password.
  std::string shown() const;
  /// The directory for what is kept beside results: recordings, locks. Empty with `none`.
  const std::string& directory() const { return directory_; }

  /// From now on nobody else may resume the run; an error if somebody writes it.
  base::Result<void> claim(const std::string& run);
  /// Begins to write the run that was claimed. `failed`: as RunWriter has it.
  void begin(std::function<void(const base::Error&)> failed, std::function<void(const std::string&)> say);
  results::RunWriter* writer() { return writer_.get(); }
  /// Waits until all is written, and says what waits for the server. False after a complaint if something is lost.
  bool finish();

  /// Another connection to the store; after finish().
  base::Result<std::unique_ptr<results::Store>> reopen() const;

 private:
  void send_waiting() const;

  std::string location_;
  std::string directory_;
  std::string run_;
  std::unique_ptr<results::Store> store_;
  base::FileDescriptor lock_;
  std::unique_ptr<results::RunWriter> writer_;
};

/// The directory beside results: of a file its own, of a server the project's `.fatespec`.
std::string directory_beside(const model::Project& project, const std::string& location);
/// Where results wait for a server.
std::string spool_directory(const std::string& directory_beside);

}  // namespace fatespec::cli
