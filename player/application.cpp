#include "player/application.hpp"

#define SDL_MAIN_HANDLED
#include <SDL.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/file_digest.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "player/headless.hpp"
#include "player/picture/window.hpp"
#include "player/player_info.hpp"
#include "player/recording/crash_handler.hpp"

namespace fatespec::player {
namespace {

using sessions::EventKind;
using sessions::ThreadId;

constexpr Time ring_length = second / 2;

std::atomic<int> stop_signal{0};
std::atomic<bool> stop_reading{false};

void take_signal(int signal) {
  stop_signal = signal;
  stop_reading = true;
}

void take_stop_signals() {
  struct sigaction action {};
  action.sa_handler = take_signal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

/// A session that is killed leaves no player behind, which would go on beside the next one.
void end_with_parent() {
  const char* parent = std::getenv("FATESPEC_PARENT");
  if (parent != nullptr && std::to_string(::getppid()) == parent) ::prctl(PR_SET_PDEATHSIG, SIGTERM);
}

/// Digest and size of the sample; what cannot be read is left to the demuxer to complain about.
void identify(const std::string& path, sessions::SampleHeader& sample) {
  sample.name = base::to_utf8(std::filesystem::path(path).filename().string());
  const auto digest = base::digest_of_file(base::DigestAlgorithm::sha256, path);
  if (!digest || !base::open_regular_file(path, sample.size)) return;
  sample.sha256 = *digest;
}

/// One play, step by step; what it has come to is in its members.
class Application {
 public:
  explicit Application(const Options& options) : options_(options), clock_(make_clock(options)) {}

  ExitStatus run();

 private:
  static std::unique_ptr<Clock> make_clock(const Options& options) {
    if (options.virtual_clock) return std::make_unique<VirtualClock>();
    return std::make_unique<RealClock>();
  }
  bool begin_recording();
  base::Result<void> open();
  static AudioFormat device_format(const AVCodecParameters& codec);
  base::Result<void> open_audio();
  base::Result<void> open_display();
  WindowOptions window_options();
  void record_header(const std::string& problem);
  ExitStatus give_up(const base::Error& error);
  ExitStatus play();
  void complain(const std::string& message) const;
  void show_state(const PlayerState& state) const;
  void end_hanging(Time waited);

  const Options& options_;
  std::unique_ptr<Clock> clock_;
  sessions::RecordingHeader header_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<EventLog> log_;
  Progress progress_{0};
  std::unique_ptr<Watchdog> watchdog_;
  std::optional<MediaFile> file_;
  std::unique_ptr<AudioDevice> audio_;
  std::unique_ptr<AudioRing> ring_;
  std::unique_ptr<AudioFeed> feed_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Display> display_;
};

ExitStatus Application::run() {
  header_.player = base::version;
  header_.ffmpeg = ffmpeg_versions();
  header_.sdl = sdl_version();
  header_.host = host_name();
  header_.clock = options_.virtual_clock ? "virtual" : "real";
  if (!options_.virtual_clock) header_.started = base::iso8601(base::SystemClock().utc());
  header_.options = options_.virtual_clock ? "" : options_.text;
  if (!begin_recording()) return ExitStatus::failed;
  log_->emit(EventKind::opened, ThreadId::main, std::string_view(header_.sample.name));
  watchdog_ = std::make_unique<Watchdog>(progress_, options_.hang_limit, [this](Time waited) { end_hanging(waited); });
  if (const auto opened = open(); !opened) return give_up(opened.error());
  record_header("");
  return play();
}

// Before the sample is opened: what happens there is to be on file as well.
bool Application::begin_recording() {
  if (options_.recording.empty()) header_.sample.name = std::filesystem::path(options_.sample).filename().string();
  else identify(options_.sample, header_.sample);
  if (!options_.recording.empty()) {
    header_.problem = "the sample was not opened yet";
    auto recorder = Recorder::create(options_.recording, sessions::encode_header(header_));
    if (!recorder) {
      complain(recorder.error().message);
      return false;
    }
    recorder_ = std::move(*recorder);
  }
  log_ = std::make_unique<EventLog>(*clock_, recorder_.get());
  record_crashes(*log_);
  return true;
}

base::Result<void> Application::open() {
  auto file = MediaFile::open(options_.sample, {options_.video, options_.audio}, stop_reading);
  if (!file) return file.error();
  file_.emplace(std::move(*file));
  if (auto opened = open_audio(); !opened) return opened.error();
  std::vector<std::string> messages;
  auto pipeline = Pipeline::open({*file_, *log_, *clock_, ring_.get(), options_.faults, progress_}, messages);
  if (!pipeline) return pipeline.error();
  for (const auto& message : messages) complain(message);
  pipeline_ = std::move(*pipeline);
  if (!pipeline_->has_audio()) feed_.reset(), audio_.reset();
  return open_display();
}

// As the sample has it, but for what a broken one says: a device of that kind would take gigabytes.
AudioFormat Application::device_format(const AVCodecParameters& codec) {
  constexpr std::int64_t most_values = 64 * 192'000;  // a second: ambisonics of the seventh order, no device has more
  constexpr AudioFormat usual;
  const AudioFormat said{codec.sample_rate > 0 ? codec.sample_rate : usual.rate,
                         codec.ch_layout.nb_channels > 0 ? codec.ch_layout.nb_channels : usual.channels};
  return std::int64_t{said.rate} * said.channels <= most_values ? said : usual;
}

base::Result<void> Application::open_audio() {
  header_.audio_driver = "none";
  if (!file_->has_audio()) return {};
  const AVCodecParameters& codec = *file_->audio()->codecpar;
  const AudioFormat wanted = device_format(codec);
  VirtualAudio* by_clock = nullptr;
  if (options_.virtual_clock) {
    auto device = std::make_unique<VirtualAudio>(wanted);
    by_clock = device.get();
    audio_ = std::move(device);
  } else {
    auto device = open_sdl_audio(wanted, *clock_);
    if (!device) {
      complain(device.error().message + ": playing without sound");
      file_->drop_audio();
      return {};
    }
    audio_ = std::move(*device);
  }
  ring_ = std::make_unique<AudioRing>(audio_->format(), ring_length, file_->start());
  feed_ = std::make_unique<AudioFeed>(*ring_, *log_, !options_.virtual_clock);
  feed_->set_volume(options_.volume);
  audio_->attach(*feed_);
  if (by_clock != nullptr) by_clock->attach_ring(*ring_, *log_);
  header_.audio_driver = audio_->driver();
  return {};
}

WindowOptions Application::window_options() {
  WindowOptions window;
  window.title = header_.sample.name + " - fatespec";
  window.full_screen = options_.full_screen;
  const AVStream* video = file_->video();
  if (video == nullptr) {
    window.width = 0;
    return window;
  }
  window.width = video->codecpar->width;
  window.height = video->codecpar->height;
  window.rotation = rotation_of(*video);
  window.pixel_aspect = av_guess_sample_aspect_ratio(&file_->format(), file_->video(), nullptr);
  return window;
}

base::Result<void> Application::open_display() {
  const bool wanted = !options_.headless && !options_.virtual_clock && options_.video;
  if (wanted && display_available()) {
    auto window = open_window(window_options(), *log_);
    if (window) display_ = std::move(*window);
    else complain(window.error().message + ": playing without one");
  } else if (wanted) {
    complain("there is no display: playing without a window");
  }
  if (!display_) display_ = std::make_unique<Headless>(options_.virtual_clock ? nullptr : TerminalKeys::open());
  header_.video_driver = display_->driver();
  return {};
}

void Application::record_header(const std::string& problem) {
  if (!recorder_) return;
  header_.problem = problem;
  if (file_) {
    const sessions::SampleHeader identity = header_.sample;
    header_.sample = file_->describe();
    header_.sample.name = identity.name;
    header_.sample.size = identity.size;
    header_.sample.sha256 = identity.sha256;
  }
  recorder_->append_block(sessions::encode_header(header_));
}

ExitStatus Application::give_up(const base::Error& error) {
  const bool by_user = stop_signal != 0;
  const ExitStatus status = by_user ? ExitStatus::ended_by_user : ExitStatus::failed;
  const std::string message = by_user ? "ended by the user" : error.message;
  record_header(message);
  log_->emit(EventKind::ended, ThreadId::main, static_cast<std::int64_t>(status), std::string_view(message));
  complain(fmt::format("{}: {}", options_.sample, message));
  return status;
}

ExitStatus Application::play() {
  Player player({*file_, *pipeline_, *clock_, *display_, *log_, audio_.get(), feed_.get(), ring_.get(), options_.faults,
                 options_.presses, stop_signal,
                 options_.quiet || ::isatty(STDOUT_FILENO) == 0
                     ? std::function<void(const PlayerState&)>()
                     : [this](const PlayerState& state) { show_state(state); },
                 *watchdog_, options_.overlay});
  const ExitStatus status = player.run();
  if (!options_.quiet && ::isatty(STDOUT_FILENO) != 0) std::printf("\n");
  if (status == ExitStatus::failed) complain(fmt::format("{}: {}", options_.sample, player.message()));
  if (recorder_ && recorder_->lost() > 0)
    complain(fmt::format("{} events are missing in {}: the disk is full", recorder_->lost(), options_.recording));
  audio_.reset();  // before the feed
  return status;
}

// The threads that hang cannot be ended: the process is.
void Application::end_hanging(Time waited) {
  log_->emit(EventKind::no_progress, ThreadId::watchdog, waited);
  // Whoever hangs may do so while it writes to a stderr that nobody reads: then we would, too.
  constexpr unsigned patience = 2;  // seconds
  std::signal(SIGALRM, [](int) { ::_exit(static_cast<int>(ExitStatus::failed)); });
  ::alarm(patience);
  complain(fmt::format("{}: nothing has moved for {:.1f} s: given up", options_.sample,
                       static_cast<double>(waited) / static_cast<double>(second)));
  ::_exit(static_cast<int>(ExitStatus::failed));
}

void Application::complain(const std::string& message) const {
  std::fprintf(stderr, "fatespec-player: %s\n", base::printable(message).c_str());
}

void Application::show_state(const PlayerState& state) const {
  std::string line;
  for (const auto& part : describe(state)) line += (line.empty() ? "" : "  ") + part;
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  std::printf("\r\033[K%s", line.substr(0, known ? size.ws_col - 1U : line.size()).c_str());  // a line that wraps stays
  std::fflush(stdout);
}

}  // namespace

ExitStatus run_application(const Options& options) {
  SDL_SetMainReady();
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
  // What SDL has to say comes as errors; its log only repeats which driver was asked for.
  SDL_LogSetOutputFunction([](void*, int, SDL_LogPriority, const char*) {}, nullptr);
  if (options.null_audio) {
    // The driver that keeps time best, writing nowhere.
    SDL_setenv("SDL_AUDIODRIVER", "disk", 1);
    SDL_setenv("SDL_DISKAUDIOFILE", "/dev/null", 1);
    SDL_setenv("SDL_AUDIO_DISK_OUTPUT_FILE", "/dev/null", 1);  // its name from SDL 3 on
  }
  av_log_set_level(AV_LOG_ERROR);
  av_log_set_flags(AV_LOG_SKIP_REPEATED);
  prepare_thread(ThreadId::main);
  take_stop_signals();
  end_with_parent();
  const ExitStatus status = Application(options).run();
  if (SDL_WasInit(SDL_INIT_VIDEO) == 0) SDL_Quit();  // a window ends with the process: see window.cpp
  return status;
}

}  // namespace fatespec::player
