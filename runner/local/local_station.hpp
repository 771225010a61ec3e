// This machine as a station.
#pragma once

#include <string>

#include "runner/local/local_executor.hpp"
#include "runner/local/scratch.hpp"
#include "runner/station.hpp"

namespace fatespec::runner {

class LocalStation final : public Station {
 public:
  LocalStation(LocalExecutor& executor, Scratch& scratch, int jobs)
      : executor_(executor), scratch_(scratch), jobs_(jobs) {}

  const std::string& name() const override { return name_; }
  bool is_local() const override { return true; }
  int jobs() const override { return jobs_; }
  StationState state() const override { return StationState::ready; }
  std::string trouble() const override { return ""; }
  Executor& executor() override { return executor_; }
  Workspace& workspace() override { return scratch_; }
  void open(std::function<void()>) override {}
  void close(std::function<void()> closed) override {
    executor_.finish();
    closed();
  }

 private:
  const std::string name_ = "local";
  LocalExecutor& executor_;
  Scratch& scratch_;
  int jobs_;
};

}  // namespace fatespec::runner
