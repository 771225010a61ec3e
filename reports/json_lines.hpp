// JSON Lines: one object a line, in the form that docs/json.md describes.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/event.hpp"
#include "model/plan.hpp"

namespace fatespec::reports {

std::string json_line(const model::RunStarted& event);
std::string json_line(const model::TestResult& result);
std::string json_line(const model::RunFinished& event);
/// All lines of a run that the store has kept. `shard`: "K/N" if it is a shard, else empty.
std::string json_lines(const model::Run& run, const std::vector<model::TestResult>& results,
                       const std::vector<model::Attribution>& attributions, const std::string& shard);
/// What `list --json` prints of a test.
std::string json_line(const model::PlannedTest& test);

/// A sink that writes and flushes each line as it happens.
class JsonLinesWriter {
 public:
  /// `-` is stdout.
  static base::Result<std::unique_ptr<JsonLinesWriter>> open(const std::string& path);
  JsonLinesWriter(const JsonLinesWriter&) = delete;
  JsonLinesWriter& operator=(const JsonLinesWriter&) = delete;
  ~JsonLinesWriter();

  void handle(const model::RunEvent& event);
  /// False if something could not be written.
  bool good() const { return good_; }

 private:
  explicit JsonLinesWriter(std::FILE* file) : file_(file) {}
  void write(const std::string& line);
  std::FILE* file_;
  bool good_ = true;
};

}  // namespace fatespec::reports
