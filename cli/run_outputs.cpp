#include "cli/run_outputs.hpp"

#include "cli/inputs.hpp"

namespace fatespec::cli {

base::Result<void> RunOutputs::open() {
  if (json_path_.empty()) return {};
  auto json = reports::JsonLinesWriter::open(json_path_);
  if (!json) return json.error();
  json_ = std::move(*json);
  return {};
}

void RunOutputs::handle(const model::RunEvent& event) {
  if (json_) json_->handle(event);
  if (!junit_path_.empty()) junit_.handle(event);
}

bool RunOutputs::close() {
  bool complete = true;
  if (json_ && !json_->good()) {
    complain(json_path_ + ": could not be written completely");
    complete = false;
  }
  if (junit_path_.empty()) return complete;
  if (const auto written = junit_.write(junit_path_); !written) {
    complain(written.error());
    complete = false;
  }
  return complete;
}

}  // namespace fatespec::cli
