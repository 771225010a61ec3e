#include "cli/run/run_artifacts.hpp"

#include <vector>

#include "base/file.hpp"
#include "base/hex.hpp"
#include "cli/run/plan_run.hpp"
#include "runner/local/scratch.hpp"

namespace fatespec::cli {

std::filesystem::path recordings_in(const std::filesystem::path& directory_beside) {
  return directory_beside / "recordings";
}

std::size_t remove_artifacts(const std::string& run, const std::filesystem::path& directory_beside) {
  // What a results file calls a run may be anything: "..", or what somebody calls a session.
  if (run.size() != run_id_length || !base::is_hex(run)) return 0;
  std::vector<std::string> directories = runner::Scratch::kept_by(run);
  const auto session = recordings_in(directory_beside) / run;
  std::error_code ignored;
  if (!directory_beside.empty() && std::filesystem::exists(session, ignored)) directories.push_back(session);
  std::size_t removed = 0;
  for (const auto& directory : directories)
    if (base::remove_tree(directory)) ++removed;
  return removed;
}

}  // namespace fatespec::cli
