#include "checks/player_check.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sessions/counter_report.hpp"
#include "sessions/mapped_file.hpp"
#include "sessions/recording_reader.hpp"

namespace fatespec::checks {
namespace {

struct Play {
  sessions::DefectCounts counts;
  bool ended = false;
  std::string problem;  ///< the sample could not be opened
};

Play play_of(sessions::RecordingReader& reader) {
  Play play;
  sessions::DefectMeter meter;
  sessions::Event event;
  while (reader.next(event)) {
    meter.consume(event);
    play.ended = play.ended || event.kind == sessions::EventKind::ended;
  }
  play.counts = meter.finish(reader.header());
  play.problem = reader.header().problem;
  return play;
}

/// "dropped_frame 3 (2 allowed)", for each kind of which there are too many.
std::string excess(const model::PlayerOptions& options, const sessions::DefectCounts& counts) {
  std::string text;
  for (const auto& info : sessions::all_defects()) {
    const auto own = options.limits.find(info.defect);
    const std::uint64_t limit = own == options.limits.end() ? options.max_defects : own->second;
    if (counts[info.defect] <= limit) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", model::name_of(info.defect), counts[info.defect]);
    if (limit > 0) text += fmt::format(" ({} allowed)", limit);
  }
  return text;
}

}  // namespace

PlayerCheck::PlayerCheck(model::PlayerOptions options, TextExpectation expectation, std::string file)
    : options_(std::move(options)), expected_(std::move(expectation)), path_(std::move(file)) {
  if (path_.empty()) {
    file_.reset(::memfd_create("recording", MFD_CLOEXEC));
  } else {
    if (auto made = base::make_directories(std::filesystem::path(path_).parent_path()); !made)
      problem_ = made.error().str();
    file_.reset(::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  }
  if (!file_ && problem_.empty()) problem_ = fmt::format("{}: {}", path_, std::strerror(errno));
}

void PlayerCheck::consume(std::string_view bytes) {
  while (problem_.empty() && !bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0) problem_ = fmt::format("{}: {}", path_, std::strerror(errno));
    else bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

Reading PlayerCheck::finish() {
  if (!problem_.empty()) return reading_of(Finding::undecidable, "the recording could not be kept: " + problem_);
  Reading reading = read();
  reading.recording = path_;
  return reading;
}

Reading PlayerCheck::read() {
  const auto file = sessions::MappedFile::open(fmt::format("/proc/self/fd/{}", file_.get()));
  if (!file) return reading_of(Finding::differs, file.error().str());
  auto reader = sessions::RecordingReader::open(file->bytes());
  if (!reader) return reading_of(Finding::differs, "recording: " + reader.error().message);
  const Play play = play_of(*reader);
  Reading reading = check_line(expected_, sessions::counter_report(play.counts));
  reading.full_output = reading.output.text;
  reading.explains_status = play.ended && play.problem.empty();
  const std::string too_many = excess(options_, play.counts);
  if (!play.problem.empty()) reading.set(Finding::differs, base::printable(play.problem));
  else if (!too_many.empty()) reading.set(Finding::differs, "defects: " + too_many);
  return reading;
}

}  // namespace fatespec::checks
