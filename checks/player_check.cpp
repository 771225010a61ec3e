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

namespace {

/// A play of some hundred hours, or one that has gone wild.
constexpr std::uint64_t largest_recording = std::uint64_t{4} << 30U;

/// A file without a name, on the disk where there is one for such.
base::FileDescriptor unnamed_file() {
  std::error_code none;
  const std::string directory = std::filesystem::temp_directory_path(none).string();
  base::FileDescriptor file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  return file ? std::move(file) : base::FileDescriptor(::memfd_create("recording", MFD_CLOEXEC));
}

}  // namespace

PlayerCheck::PlayerCheck(model::PlayerOptions options, TextExpectation expectation, std::string file)
    : options_(std::move(options)), expected_(std::move(expectation)), path_(std::move(file)) {
  if (path_.empty()) {
    file_ = unnamed_file();
  } else {
    if (auto made = base::make_directories(std::filesystem::path(path_).parent_path()); !made)
      problem_ = made.error().str();
    file_.reset(::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  }
  if (!file_ && problem_.empty()) problem_ = fmt::format("{}: {}", path_, std::strerror(errno));
}

void PlayerCheck::consume(std::string_view bytes) {
  if (!problem_.empty()) return;
  size_ += bytes.size();
  if (size_ > largest_recording) problem_ = fmt::format("it is larger than {}", base::format_size(largest_recording));
  else if (auto written = base::write_all(file_.get(), bytes, path_); !written) problem_ = written.error().message;
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
