#include "cli/session/session_player.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/common/complain.hpp"
#include "sessions/recording.hpp"

namespace fatespec::cli {
namespace {

constexpr int ended_by_user = 3;
/// Of a recording that is being made.
constexpr std::string_view aside_ending = ".new";

/// A bar on stderr, if that is a terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::size_t all) : all_(all), shown_(::isatty(STDERR_FILENO) != 0) {}
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }

  void begins(const std::string& sample) {
    playing_.push_back(sample);
    show();
  }
  void ends(const std::string& sample) {
    playing_.erase(std::find(playing_.begin(), playing_.end(), sample));
    ++done_;
    show();
  }

 private:
  void show() const {
    if (!shown_) return;
    constexpr std::size_t width = 20;
    constexpr std::size_t longest_name = 50;
    const std::size_t filled = all_ == 0 ? width : done_ * width / all_;
    const std::string names = fmt::format("{}", fmt::join(playing_, ", "));
    std::fprintf(stderr, "\r\033[K[%s%s] %zu/%zu %s", std::string(filled, '#').c_str(),
                 std::string(width - filled, '.').c_str(), done_, all_,
                 base::shorten(base::printable(names), longest_name).c_str());
    std::fflush(stderr);
  }

  std::size_t all_;
  bool shown_;
  std::size_t done_ = 0;
  std::vector<std::string> playing_;
};

std::vector<std::string> last_lines(const std::string& path) {
  constexpr std::size_t most = 20;
  constexpr std::uint64_t largest = std::uint64_t{64} << 20;
  const auto text = base::read_file(path, largest);
  std::vector<std::string> lines;
  if (!text) return lines;
  const auto all = base::split_lines(*text);
  for (std::size_t i = all.size() - std::min(most, all.size()); i < all.size(); ++i)
    lines.push_back(base::printable(all[i]));
  return lines;
}

class SessionPlayer {
 public:
  SessionPlayer(const sessions::Session& session, const PlaySettings& settings, std::size_t plays)
      : session_(session), settings_(settings), bar_(plays) {}

  base::Result<void> prepare() {
    auto kept = session_.crash_reports();
    if (!kept) return kept.error();
    crashes_ = std::move(*kept);
    return {};
  }

  Play play_of(const PlayOfSample& which) const {
    const std::string recording = session_.recording(which.sample, which.number).string();
    const std::string aside = recording + std::string(aside_ending);
    return {which.sample,
            which.number,
            {"--headless", "--null-audio", "--quiet", "--clock", settings_.clock, "--record", aside,
             session_.sample(which.sample).string()},
            aside,
            recording + ".stderr"};
  }

  PoolCalls calls() {
    return {[this](const Play& play) { bar_.begins(play.sample); },
            [this](const Play& play, const PlayEnd& end) { return take(play, end); }};
  }
  PlayedSamples result;

 private:
  base::Result<void> take(const Play& play, const PlayEnd& end) {
    bar_.ends(play.sample);
    const bool ended = end.status == ended_by_user || end.signal == SIGINT || end.signal == SIGTERM ||
                       end.signal == SIGHUP || (end.signal == SIGKILL && end.note.empty());
    if (end.stopped && ended) {
      ::unlink(play.recording.c_str());
      return {};
    }
    const std::string place = play.recording.substr(0, play.recording.rfind('.'));
    ++result.played;
    // A crash before the first byte is one to play again as well: an empty recording stands for it.
    if (end.signal != 0) base::FileDescriptor(::open(play.recording.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    const auto recording = sessions::Recording::open(play.recording);
    std::error_code code;
    // What cannot be read takes no older one's place.
    if (!recording && std::filesystem::exists(place, code)) std::filesystem::remove(play.recording, code);
    else std::filesystem::rename(play.recording, place, code);
    if (!recording || code) {
      // The others are played all the same.
      complain(fmt::format("{}: no recording: {}", base::printable(play.sample),
                           !end.note.empty() ? end.note
                           : !recording      ? recording.error().message
                                             : code.message()));
    }
    if (end.signal != 0 || (recording && recording->crashed())) {
      ++result.crashed;
      return note_crash(play, end, recording);
    }
    if (end.status != 0 || !recording || code) ++result.failed;
    return {};
  }

  base::Result<void> note_crash(const Play& play, const PlayEnd& end,
                                const base::Result<sessions::Recording>& recording) {
    sessions::CrashReport crash;
    crash.sample = play.sample;
    crash.play = play.number;
    crash.number = 1 + static_cast<int>(std::count_if(crashes_.begin(), crashes_.end(),
                                                      [&](const auto& one) { return one.sample == play.sample; }));
    crash.signal = end.signal;
    crash.status = end.signal == 0 ? end.status : 0;
    crash.note = end.note;
    crash.stderr_lines = last_lines(play.stderr_file);
    if (recording) {
      crash.thread = recording->crashed_thread();
      crash.last_events = sessions::last_events(*recording);
    }
    crashes_.push_back(std::move(crash));
    return session_.set_crash_reports(crashes_);
  }

  const sessions::Session& session_;
  const PlaySettings& settings_;
  ProgressBar bar_;
  std::vector<sessions::CrashReport> crashes_;
};

}  // namespace

base::Result<base::FileDescriptor> lock_for_play(const sessions::Session& session) {
  const std::string path = session.raw("").string();
  base::FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return base::io_error(path, errno);
  if (::flock(directory.get(), LOCK_EX | LOCK_NB) != 0)
    return base::busy_error(fmt::format("session `{}` is being played by another process", session.name()));
  return directory;
}

namespace {

/// What a play that was killed left: only the holder of the lock may know that it is nobody's.
void remove_cut_plays(const sessions::Session& session) {
  std::error_code ignored;
  std::vector<std::filesystem::path> left;
  for (const auto& entry : base::directory_entries(session.raw("")))
    if (entry.path().string().ends_with(aside_ending)) left.push_back(entry.path());
  for (const auto& path : left) std::filesystem::remove(path, ignored);
}

}  // namespace

std::vector<PlayOfSample> all_plays(const std::vector<std::string>& samples, int repeat) {
  std::vector<PlayOfSample> plays;
  for (int number = 1; number <= repeat; ++number)
    for (const auto& sample : samples) plays.push_back({sample, number});
  return plays;
}

OrExit<PlayedSamples> play_samples(const sessions::Session& session, const std::vector<PlayOfSample>& plays,
                                   const PlaySettings& settings) {
  SessionPlayer player(session, settings, plays.size());
  if (const auto prepared = player.prepare(); !prepared) return complain(prepared.error());
  remove_cut_plays(session);
  std::vector<Play> started;
  for (const auto& play : plays) started.push_back(player.play_of(play));
  const auto stopped_by = run_plays(std::move(started), settings.pool, player.calls());
  if (!stopped_by) return complain(stopped_by.error());
  player.result.stopped_by = *stopped_by;
  return player.result;
}

}  // namespace fatespec::cli
