#include "cli/run/run_store.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/file_lock.hpp"
#include "base/hex.hpp"
#include "cli/common/complain.hpp"
#include "cli/common/inputs.hpp"
#include "results/location.hpp"
#include "results/spool.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

/// Beside a file it carries that file's name, as several may share a folder.
std::string lock_file(const std::string& location, const std::string& directory, const std::string& run) {
  const std::string name = run + ".lock";
  return results::is_server(location) ? (fs::path(directory) / name).string() : location + "." + name;
}

base::Result<base::FileDescriptor> lock_run(const std::string& path, const std::string& run) {
  auto file = base::lock_file(path, base::patience_with_askers);
  if (!file || *file) return file;
  return base::busy_error(fmt::format("run {} is still under way in another process", run));
}

/// Removes the locks of runs whose process was killed: nobody holds them, and nothing is in them. `ours` is held, and
/// stays.
void remove_stale_locks(const fs::path& ours, const std::string& run) {
  const std::string name = ours.filename().string();
  const std::string before = name.substr(0, name.rfind(run));
  const std::string after = name.substr(before.size() + run.size());
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(ours.parent_path())) {
    const std::string other = entry.path().filename().string();
    const bool is_lock = other.size() == name.size() && other.starts_with(before) && other.ends_with(after) &&
                         base::is_hex(std::string_view(other).substr(before.size(), run.size()));
    if (!is_lock || !fs::is_regular_file(entry.symlink_status()) || fs::file_size(entry.path(), ignored) != 0) continue;
    if (const auto lock = base::lock_file(entry.path()); lock && *lock) fs::remove(entry.path(), ignored);
  }
}

}  // namespace

std::string directory_beside(const model::Project& project, const std::string& location) {
  if (results::is_server(location)) return (fs::absolute(project.directory) / ".fatespec").lexically_normal().string();
  return fs::absolute(location).parent_path().string();
}

IsUnderWay under_way_in(std::string location, std::string directory_beside) {
  return [location = std::move(location), directory = std::move(directory_beside)](const std::string& run) {
    return base::is_locked(lock_file(location, directory, run));
  };
}

std::string spool_directory(const std::string& directory_beside) {
  return (fs::path(directory_beside) / "spool").string();
}

base::Result<void> RunStore::open(const model::Project& project, const std::string& option) {
  if (option == "none") return {};
  location_ = results_location(project, option);
  directory_ = directory_beside(project, location_);
  auto store = results::Store::open(location_);
  if (!store) {
    if (!results::Store::is_away(location_)) return store.error();
    complain(fmt::format("{}; this run has no history, and its results wait for the server", store.error().str()));
    return base::make_directories(directory_);
  }
  store_ = std::move(*store);
  if (!results::is_server(location_)) return {};
  send_waiting();
  return base::make_directories(directory_);
}

void RunStore::send_waiting() const {
  const auto sent = results::Spool(spool_directory(directory_), location_).send_all();
  if (!sent) complain(fmt::format("what waits for the results server could not be sent: {}", sent.error().str()));
  else if (sent->runs > 0)
    complain(fmt::format("{} results of {} runs that had waited were sent to the results server", sent->results,
                         sent->runs));
}

std::string RunStore::shown() const { return results::shown(location_); }

base::Result<void> RunStore::claim(const std::string& run) {
  if (!is_kept()) return {};
  run_ = run;
  const std::string path = lock_file(location_, directory_, run);
  auto lock = lock_run(path, run);
  if (!lock) return lock.error();
  lock_ = std::move(*lock);
  remove_stale_locks(fs::absolute(path), run);
  if (store_) {  // on a server also against other machines
    const auto claimed = store_->claim_run(run);
    if (!claimed) return claimed.error();
    if (!*claimed) return base::busy_error(fmt::format("run {} is still under way in another process", run));
  }
  return {};
}

void RunStore::begin(std::function<void(const base::Error&)> failed, std::function<void(const std::string&)> say) {
  if (!is_kept()) return;
  if (results::is_server(location_))
    writer_ = std::make_unique<results::RunWriter>(std::move(store_), std::move(failed), std::move(say),
                                                   results::SpoolOptions{location_, spool_directory(directory_)});
  else writer_ = std::make_unique<results::RunWriter>(std::move(store_), std::move(failed), std::move(say));
}

bool RunStore::finish() {
  if (!writer_) return true;
  const auto flushed = writer_->flush();
  if (!flushed)
    complain(fmt::format("{}; of the results above {} are not kept, those before them are", flushed.error().str(),
                         writer_->lost_results()));
  std::error_code ignored;
  const bool is_gone = flushed && !results::is_server(location_) && !fs::exists(location_, ignored);
  if (is_gone) complain(fmt::format("{} was removed while the run went on; its results are lost", location_));
  if (const auto file = writer_->waiting_file(); flushed && !file.empty())
    complain(fmt::format("the results wait in {}; the next run, or `fatespec results send`, sends them to {}", file,
                         shown()));
  ::unlink(lock_file(location_, directory_, run_).c_str());
  return flushed && !is_gone;
}

base::Result<std::unique_ptr<results::Store>> RunStore::reopen() const {
  return results::Store::open_existing(location_);
}

}  // namespace fatespec::cli
