// The files that a run writes besides its results: --json, --junit.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/event.hpp"
#include "reports/json_lines.hpp"
#include "reports/junit.hpp"

namespace fatespec::cli {

/// A sink of events. Empty paths: nothing is written there.
class RunOutputs {
 public:
  RunOutputs(std::string json, std::string junit)
      : json_path_(std::move(json)), junit_path_(junit == "-" ? "/dev/stdout" : std::move(junit)) {}

  /// Both cannot be stdout, and none can be a folder.
  static base::Result<void> check(const std::string& json, const std::string& junit);

  /// An error if one of these files would be overwritten.
  base::Result<void> check_spares(const std::vector<std::string>& files) const;
  /// True if there is a file to write.
  bool wanted() const { return !json_path_.empty() || !junit_path_.empty(); }
  /// An error if a file cannot be opened.
  base::Result<void> open();
  void handle(const model::RunEvent& event);
  /// Writes what is written at the end. False, and complaints on stderr, if something is not complete.
  bool close();

 private:
  base::Result<void> try_junit() const;

  std::string json_path_;
  std::string junit_path_;
  std::unique_ptr<reports::JsonLinesWriter> json_;
  reports::JunitCollector junit_;
};

}  // namespace fatespec::cli
