#include <SDL.h>

#include <atomic>

#include "player/sound/audio_device.hpp"

namespace fatespec::player {
namespace {

constexpr Uint16 buffer_samples = 1024;
constexpr int most_channels = 8;

class SdlAudio final : public AudioDevice {
 public:
  SdlAudio(AudioFormat wanted, const Clock& clock) : format_(wanted), clock_(clock) {}
  SdlAudio(const SdlAudio&) = delete;
  SdlAudio& operator=(const SdlAudio&) = delete;
  ~SdlAudio() override { close(); }

  bool open(int allowed_changes) {
    SDL_AudioSpec wanted{};
    wanted.freq = format_.rate;
    wanted.channels = static_cast<Uint8>(format_.channels);
    wanted.format = AUDIO_S16SYS;
    wanted.samples = buffer_samples;
    wanted.callback = callback;
    wanted.userdata = this;
    SDL_AudioSpec got{};
    device_ = SDL_OpenAudioDevice(nullptr, 0, &wanted, &got, allowed_changes);
    if (device_ == 0) return false;
    format_ = {got.freq, got.channels};
    samples_ = got.samples;
    return true;
  }

  AudioFormat format() const override { return format_; }
  Time latency() const override { return 2 * format_.length_of(samples_); }
  std::string driver() const override {
    const char* name = SDL_GetCurrentAudioDriver();
    return name == nullptr ? "none" : name;
  }
  void attach(AudioFeed& feed) override { feed_.store(&feed, std::memory_order_release); }
  void pause() override {
    paused_ = true;
    SDL_PauseAudioDevice(device_, 1);
  }
  void resume(Time) override {
    paused_ = false;
    SDL_PauseAudioDevice(device_, 0);
  }
  bool reopen() override {
    close();
    if (!open(0)) {
      // What was the only device has gone: go on in silence.
      SDL_QuitSubSystem(SDL_INIT_AUDIO);
      if (SDL_AudioInit("dummy") != 0 || !open(0)) return false;
    }
    SDL_PauseAudioDevice(device_, paused_ ? 1 : 0);
    return true;
  }

 private:
  static void callback(void* self, Uint8* bytes, int length) {
    auto& audio = *static_cast<SdlAudio*>(self);
    const std::span<std::int16_t> samples(reinterpret_cast<std::int16_t*>(bytes),
                                          static_cast<std::size_t>(length) / sizeof(std::int16_t));
    audio.feed_.load(std::memory_order_acquire)->fill(samples, audio.clock_.now());
  }
  void close() {
    if (device_ != 0) SDL_CloseAudioDevice(device_);
    device_ = 0;
  }

  AudioFormat format_;
  const Clock& clock_;
  SDL_AudioDeviceID device_ = 0;
  std::uint64_t samples_ = buffer_samples;
  std::atomic<AudioFeed*> feed_{nullptr};  ///< set before the device is resumed for the first time
  bool paused_ = true;
};

}  // namespace

base::Result<std::unique_ptr<AudioDevice>> open_sdl_audio(const AudioFormat& wanted, const Clock& clock) {
  const AudioFormat bounded{wanted.rate, std::min(wanted.channels, most_channels)};
  auto audio = std::make_unique<SdlAudio>(bounded, clock);
  const int changes = SDL_AUDIO_ALLOW_FREQUENCY_CHANGE | SDL_AUDIO_ALLOW_CHANNELS_CHANGE;
  if (SDL_InitSubSystem(SDL_INIT_AUDIO) == 0 && audio->open(changes)) return {std::move(audio)};
  SDL_QuitSubSystem(SDL_INIT_AUDIO);
  if (SDL_AudioInit("dummy") == 0 && audio->open(changes)) return {std::move(audio)};
  return base::Error{base::ErrorKind::io, std::string("no audio device could be opened: ") + SDL_GetError()};
}

}  // namespace fatespec::player
