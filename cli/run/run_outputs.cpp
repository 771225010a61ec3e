#include "cli/run/run_outputs.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/precious_files.hpp"

namespace fatespec::cli {

namespace {

bool is_same_file(const std::string& json, const std::string& junit) {
  namespace fs = std::filesystem;
  if (json.empty() || junit.empty()) return false;
  std::error_code ignored;
  const bool is_device = fs::exists(json, ignored) && !fs::is_regular_file(json, ignored);
  const auto whole = [&](const std::string& path) {
    return fs::weakly_canonical(fs::absolute(path, ignored), ignored);
  };
  return !is_device && whole(json) == whole(junit);
}

}  // namespace

base::Result<void> RunOutputs::check(const std::string& json, const std::string& junit) {
  if (json == "-" && junit == "-")
    return base::usage_error("--json and --junit cannot both go to stdout: name a file for one of them");
  if (is_same_file(json, junit))
    return base::usage_error(fmt::format("--json and --junit both name {}: name another file for one of them", json));
  std::error_code ignored;
  for (const auto& [option, path] : {std::pair("--json", json), std::pair("--junit", junit)})
    if (std::filesystem::is_directory(path, ignored))
      return base::usage_error(fmt::format("{} {}: it is a folder; name a file", option, path));
  return {};
}

base::Result<void> RunOutputs::check_spares(const std::vector<std::string>& files) const {
  if (auto spared = check_spared("--json", json_path_, files); !spared) return spared;
  return check_spared("--junit", junit_path_, files);
}

base::Result<void> RunOutputs::open() {
  if (const auto tried = try_junit(); !tried) return tried.error();
  if (json_path_.empty()) return {};
  auto json = reports::JsonLinesWriter::open(json_path_);
  if (!json) return json.error();
  json_ = std::move(*json);
  return {};
}

// It is written at the end: that it can be is worth knowing before the run.
base::Result<void> RunOutputs::try_junit() const {
  std::error_code ignored;
  const bool is_file =
      !std::filesystem::exists(junit_path_, ignored) || std::filesystem::is_regular_file(junit_path_, ignored);
  if (junit_path_.empty() || !is_file) return {};
  const auto tried = base::FileReplacement::begin(junit_path_);
  return tried ? base::Result<void>() : tried.error();
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
