#include "cli/session/player_pool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>

#include <fmt/format.h>

#include "base/file.hpp"
#include "cli/session/signal_patience.hpp"
#include "sessions/recording.hpp"

namespace fatespec::cli {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t most_jobs = 64;
constexpr auto most_of_unknown_length = 540s;  // without the grace

// What the handler may touch: lock-free.
std::array<std::atomic<pid_t>, most_jobs> running_pids{};
std::atomic<int> stopped_by = 0;  ///< the signal
SignalPatience with_players;

void send_to_players(int signal) {
  for (const auto& pid : running_pids)
    if (pid > 0) ::kill(pid, signal);
}

void hand_on_to_players(int signal) {
  const int error = errno;
  stopped_by = signal;
  send_to_players(with_players.note_signal() ? SIGKILL : signal);
  errno = error;
}

/// While it lives, signals end the players and not us.
class SignalsForPlayers {
 public:
  SignalsForPlayers() {
    stopped_by = 0;
    with_players.reset();
    struct sigaction action {};
    action.sa_handler = hand_on_to_players;
    for (std::size_t i = 0; i < signals.size(); ++i) {
      ::sigaction(signals.at(i), nullptr, &before_.at(i));
      if (before_.at(i).sa_handler != SIG_IGN) ::sigaction(signals.at(i), &action, nullptr);
    }
  }
  ~SignalsForPlayers() {
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals.at(i), &before_.at(i), nullptr);
  }
  SignalsForPlayers(const SignalsForPlayers&) = delete;
  SignalsForPlayers& operator=(const SignalsForPlayers&) = delete;

 private:
  static constexpr std::array<int, 3> signals = {SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, 3> before_{};
};

/// How long the sample of a recording that is being written is; nothing if that is not known yet.
std::optional<Clock::duration> length_of(const std::string& recording) {
  const auto read = sessions::Recording::open(recording);
  if (!read || !read->header().sample.duration) return std::nullopt;
  return std::chrono::nanoseconds(
      std::clamp<std::int64_t>(*read->header().sample.duration, 0, std::int64_t{86'400} * 1'000'000'000));
}

class RunningPlay {
 public:
  RunningPlay(Play play, pid_t pid, std::size_t slot, Clock::duration grace)
      : play_(std::move(play)),
        slot_(slot),
        pid_(pid),
        grace_(grace),
        descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
        began_(Clock::now()) {
    running_pids.at(slot) = pid;
  }

  const Play& play() const { return play_; }
  std::size_t slot() const { return slot_; }
  int descriptor() const { return descriptor_.get(); }

  /// Ends it if its time is over. Its length is looked up when the least that any sample gets has passed.
  void check_time() {
    const auto elapsed = Clock::now() - began_;
    if (elapsed < grace_ || !note_.empty()) return;
    if (!length_) length_ = length_of(play_.recording);
    const auto limit = grace_ + (length_ ? 2 * *length_ : Clock::duration(most_of_unknown_length));
    if (elapsed < limit) return;
    note_ =
        fmt::format("ended after {:.0f} s: {}", std::chrono::duration<double>(elapsed).count(),
                    length_ ? fmt::format("the sample lasts {:.0f} s", std::chrono::duration<double>(*length_).count())
                            : "how long the sample is was not known");
    ::kill(pid_, SIGKILL);
  }

  /// Its end, if it has come.
  std::optional<PlayEnd> poll_end() {
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended != pid_) return std::nullopt;
    running_pids.at(slot_) = 0;
    return PlayEnd{player_exit(status), stopped_by != 0, note_};
  }

 private:
  Play play_;
  std::size_t slot_;
  pid_t pid_;
  Clock::duration grace_;
  base::FileDescriptor descriptor_;
  Clock::time_point began_;
  std::optional<Clock::duration> length_;
  std::string note_;
};

class Pool {
 public:
  Pool(std::vector<Play> plays, const PoolSettings& settings, const PoolCalls& calls)
      : waiting_(std::move(plays)),
        jobs_(std::clamp<std::size_t>(static_cast<std::size_t>(std::max(1, settings.jobs)), 1, most_jobs)),
        grace_(settings.grace),
        calls_(calls) {}

  base::Result<int> run() {
    const SignalsForPlayers signals;
    base::Result<void> well = {};
    while ((next_ < waiting_.size() && stopped_by == 0 && well) || !running_.empty()) {
      while (well && stopped_by == 0 && next_ < waiting_.size() && running_.size() < jobs_) well = start_next();
      wait();
      lose_patience();
      if (auto reaped = reap(); !reaped && well) well = reaped;
    }
    if (!well) return well.error();
    return stopped_by.load();
  }

 private:
  base::Result<void> start_next() {
    Play play = std::move(waiting_[next_++]);
    calls_.begins(play);
    ::unlink(play.stderr_file.c_str());
    const base::FileDescriptor error(
        ::open(play.stderr_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
    if (!error) return calls_.ends(play, {{1, 0}, false, base::io_error(play.stderr_file, errno).message});
    pid_t pid = 0;
    if (const int code = spawn_player(play.arguments, PlayerKeys::of_window, error.get(), pid); code != 0) {
      ::unlink(play.stderr_file.c_str());
      return base::io_error("the player " + player_program(), code);
    }
    std::size_t slot = 0;
    while (running_pids.at(slot) != 0) ++slot;
    running_.emplace_back(std::move(play), pid, slot, grace_);
    // One that came while the player was started found nobody to be handed on to.
    if (const int signal = stopped_by; signal != 0) ::kill(pid, signal);
    return {};
  }

  /// A player that hangs, or is stopped, does not end by itself.
  static void lose_patience() {
    constexpr std::chrono::nanoseconds patience = 5s;
    if (with_players.waited() > patience.count()) send_to_players(SIGKILL);
  }

  void wait() const {
    std::vector<pollfd> descriptors;
    for (const auto& one : running_) descriptors.push_back({one.descriptor(), POLLIN, 0});
    constexpr int second = 1000;
    ::poll(descriptors.data(), descriptors.size(), second);
  }

  base::Result<void> reap() {
    base::Result<void> well = {};
    for (std::size_t i = 0; i < running_.size();) {
      running_[i].check_time();
      const auto end = running_[i].poll_end();
      if (!end) {
        ++i;
        continue;
      }
      const Play play = running_[i].play();
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      std::error_code ignored;
      if (std::filesystem::is_empty(play.stderr_file, ignored)) ::unlink(play.stderr_file.c_str());
      if (auto told = calls_.ends(play, *end); !told) well = told;
    }
    return well;
  }

  std::vector<Play> waiting_;
  std::size_t next_ = 0;
  std::size_t jobs_;
  Clock::duration grace_;
  const PoolCalls& calls_;
  std::vector<RunningPlay> running_;
};

}  // namespace

base::Result<int> run_plays(std::vector<Play> plays, const PoolSettings& settings, const PoolCalls& calls) {
  return Pool(std::move(plays), settings, calls).run();
}

}  // namespace fatespec::cli
