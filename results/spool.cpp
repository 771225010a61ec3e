#include "results/spool.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/file_lock.hpp"
#include "results/copy.hpp"
#include "results/location.hpp"

namespace fatespec::results {

namespace fs = std::filesystem;

namespace {

std::string short_digest(const std::string& text) {
  return base::digest_hex(base::DigestAlgorithm::sha256, text).substr(0, 16);
}

}  // namespace

Spool::Spool(const std::string& directory, const std::string& location)
    : directory_((fs::path(directory) / short_digest(shown(location))).string()), location_(location) {}

std::string Spool::file_of(const std::string& run) const { return (fs::path(directory_) / (run + ".db")).string(); }

base::Result<base::FileDescriptor> Spool::lock(const std::string& run) const {
  if (auto made = base::make_directories(directory_); !made) return made.error();
  return base::lock_file(fs::path(directory_) / (run + ".lock"));
}

std::vector<std::string> Spool::waiting() const {
  std::vector<std::string> runs;
  std::error_code ignored;
  for (const auto& entry : base::directory_entries(directory_))
    if (entry.path().extension() == ".db") runs.push_back(entry.path().stem().string());
  std::sort(runs.begin(), runs.end());
  return runs;
}

base::Result<std::uint64_t> Spool::send(const std::string& run) const {
  auto from = Store::open_existing(file_of(run));
  if (!from) return from.error();
  const auto found = (*from)->find_run(run);
  if (!found) return found.error();
  auto to = Store::open(location_);
  if (!to) return to.error();
  if (auto copied = copy_run(**from, run, **to); !copied) return copied.error();
  from->reset();
  remove(run);
  return found->counts.total();
}

base::Result<Spool::Sent> Spool::send_all() const {
  Sent sent;
  std::optional<base::Error> first;
  for (const auto& run : waiting()) {
    const auto held = lock(run);
    if (!held) return held.error();
    std::error_code ignored;
    if (!*held || !fs::exists(file_of(run), ignored)) continue;
    const auto results = send(run);
    if (results) ++sent.runs, sent.results += *results;
    else if (results.error().kind == base::ErrorKind::not_found)
      remove(run);  // it was cut before there was anything in it
    else if (!first) first = base::Error{results.error().kind, file_of(run) + ": " + results.error().message};
  }
  if (first) return *first;
  return sent;
}

void Spool::remove(const std::string& run) const {
  const std::string file = file_of(run);
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm"}) fs::remove(file + ending, ignored);
  fs::remove(fs::path(directory_) / (run + ".lock"), ignored);
}

}  // namespace fatespec::results
