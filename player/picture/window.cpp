#include "player/picture/window.hpp"

#include <SDL.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "player/picture/overlay.hpp"
#include "player/picture/texture.hpp"

namespace fatespec::player {
namespace {

using sessions::EventKind;
using sessions::ThreadId;

struct RendererReleaser {
  void operator()(SDL_Renderer* renderer) const { SDL_DestroyRenderer(renderer); }
};

constexpr int cover_size = 480;

Uint32 full_screen_flag(bool on) { return on ? Uint32{SDL_WINDOW_FULLSCREEN_DESKTOP} : 0; }

/// True if there is nothing that could draw but programs. OpenGL's is slower than SDL's at the work of a player, which
/// is to convert and copy (docs/performance.md).
bool draws_without_hardware() {
  std::error_code ignored;
  for (const char* device : {"/dev/dri", "/dev/nvidiactl", "/dev/dxg"})
    if (std::filesystem::exists(device, ignored)) return false;
  return true;
}

/// Width and height as shown: with pixels made square, and turned.
SDL_Point shown_size(int width, int height, AVRational aspect, double rotation) {
  if (aspect.num > 0 && aspect.den > 0) width = static_cast<int>(av_rescale(width, aspect.num, aspect.den));
  const double turned = std::abs(std::remainder(rotation, 180.0));
  constexpr double sideways = 45.0;
  return turned > sideways ? SDL_Point{height, width} : SDL_Point{width, height};
}

/// The largest size of that shape that fits.
SDL_Point fitted(SDL_Point size, SDL_Point room) {
  if (size.x <= 0 || size.y <= 0) return room;
  const double scale = std::min(static_cast<double>(room.x) / size.x, static_cast<double>(room.y) / size.y);
  return {std::max(1, static_cast<int>(std::lround(size.x * scale))),
          std::max(1, static_cast<int>(std::lround(size.y * scale)))};
}

class SdlWindow final : public Display {
 public:
  SdlWindow(const WindowOptions& options, EventLog& log) : options_(options), log_(log) {}
  SdlWindow(const SdlWindow&) = delete;
  SdlWindow& operator=(const SdlWindow&) = delete;
  // The window itself ends with the process. SDL wakes its own event loop over a second connection to the X server: a
  // wake-up that arrives after the window was destroyed is an error, for which Xlib ends the process with status 1.
  ~SdlWindow() override {
    pictures_ = {};
    overlay_.clear();
    renderer_.reset();
  }

  bool open();
  void prepare(const AVFrame& picture) override;
  void show() override;
  void redraw() override;
  void set_overlay(std::vector<std::string> lines) override;
  void toggle_full_screen() override;
  std::optional<UserAction> poll() override;
  void wait(Time length) override;
  std::string driver() const override;

 private:
  std::optional<UserAction> take(const SDL_Event& event);
  void take_window_event(const SDL_WindowEvent& event);
  void draw(const PictureTexture& picture);
  void draw_picture(const PictureTexture& picture);

  WindowOptions options_;
  EventLog& log_;
  SDL_Window* window_ = nullptr;
  std::unique_ptr<SDL_Renderer, RendererReleaser> renderer_;
  std::array<PictureTexture, 2> pictures_;  ///< the one that is shown and the one that is made ready
  std::size_t shown_ = 0;
  bool prepared_ = false;     ///< the other one is ready
  bool drawn_ahead_ = false;  ///< and drawn where nobody sees it yet
  Overlay overlay_;
  bool full_screen_ = false;
};

/// SDL draws where nobody sees it if no display answers; that is for those who ask for it.
bool draws_for_nobody() {
  const std::string driver = SDL_GetCurrentVideoDriver();
  const char* const wish = std::getenv("SDL_VIDEODRIVER");
  return (driver == "offscreen" || driver == "dummy") && (wish == nullptr || *wish == '\0');
}

bool SdlWindow::open() {
  if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) return false;
  if (draws_for_nobody()) {
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    SDL_SetError("the display does not answer");
    return false;
  }
  SDL_Point size = options_.width > 0
                       ? shown_size(options_.width, options_.height, options_.pixel_aspect, options_.rotation)
                       : SDL_Point{cover_size, cover_size};
  SDL_Rect usable{};
  if (SDL_GetDisplayUsableBounds(0, &usable) == 0 && (size.x > usable.w || size.y > usable.h))
    size = fitted(size, {usable.w, usable.h});
  full_screen_ = options_.full_screen;
  const bool software = SDL_GetHint(SDL_HINT_RENDER_DRIVER) == nullptr && draws_without_hardware();
  const Uint32 flags = SDL_WINDOW_RESIZABLE | full_screen_flag(full_screen_);
  window_ =
      SDL_CreateWindow(options_.title.c_str(), SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, size.x, size.y, flags);
  if (window_ == nullptr) return false;
  // Not in step with the screen's refresh: a frame is to be shown when it is due, and the recording to say so.
  if (software) SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
  else renderer_.reset(SDL_CreateRenderer(window_, -1, SDL_RENDERER_ACCELERATED));
  if (!renderer_) renderer_.reset(SDL_CreateRenderer(window_, -1, SDL_RENDERER_SOFTWARE));
  if (!renderer_) return false;
  redraw();
  return true;
}

void SdlWindow::prepare(const AVFrame& picture) {
  prepared_ = pictures_.at(1 - shown_).upload(*renderer_, picture) || prepared_;
  if (!prepared_) return;
  draw(pictures_.at(1 - shown_));
  drawn_ahead_ = true;
  // Renderers put drawing off until somebody wants to see it: now, and not when the frame is due.
  Uint32 pixel = 0;
  const SDL_Rect corner{0, 0, 1, 1};
  SDL_RenderReadPixels(renderer_.get(), &corner, SDL_PIXELFORMAT_ARGB8888, &pixel, sizeof pixel);
}

void SdlWindow::show() {
  if (prepared_) shown_ = 1 - shown_;
  prepared_ = false;
  if (!drawn_ahead_) draw(pictures_.at(shown_));
  drawn_ahead_ = false;
  SDL_RenderPresent(renderer_.get());
}

void SdlWindow::redraw() {
  drawn_ahead_ = false;
  draw(pictures_.at(shown_));
  SDL_RenderPresent(renderer_.get());
}

void SdlWindow::draw(const PictureTexture& picture) {
  SDL_SetRenderDrawColor(renderer_.get(), 0, 0, 0, SDL_ALPHA_OPAQUE);
  SDL_RenderClear(renderer_.get());
  draw_picture(picture);
  overlay_.draw(*renderer_);
}

void SdlWindow::draw_picture(const PictureTexture& picture) {
  if (picture.texture() == nullptr) return;
  const AVRational aspect = picture.pixel_aspect().num > 0 ? picture.pixel_aspect() : options_.pixel_aspect;
  SDL_Point room{};
  SDL_GetRendererOutputSize(renderer_.get(), &room.x, &room.y);
  const SDL_Point size = fitted(shown_size(picture.width(), picture.height(), aspect, options_.rotation), room);
  // The rectangle is turned around its middle after it was filled, so a sideways one is given lying.
  const SDL_Point lying = shown_size(size.x, size.y, {1, 1}, options_.rotation);
  const SDL_Rect place{(room.x - lying.x) / 2, (room.y - lying.y) / 2, lying.x, lying.y};
  SDL_RenderCopyEx(renderer_.get(), picture.texture(), nullptr, &place, options_.rotation, nullptr, SDL_FLIP_NONE);
}

void SdlWindow::set_overlay(std::vector<std::string> lines) {
  overlay_.clear();
  if (lines.empty()) {
    SDL_SetWindowTitle(window_, options_.title.c_str());
    return;
  }
  if (overlay_.set_lines(*renderer_, lines)) return;
  // Without a font, the title can say it.
  SDL_SetWindowTitle(window_, fmt::format("{}", fmt::join(lines, " | ")).c_str());
}

void SdlWindow::toggle_full_screen() {
  full_screen_ = !full_screen_;
  SDL_SetWindowFullscreen(window_, full_screen_flag(full_screen_));
  redraw();
}

std::optional<UserAction> SdlWindow::poll() {
  SDL_Event event;
  while (SDL_PollEvent(&event) != 0)
    if (const auto wish = take(event)) return wish;
  return std::nullopt;
}

std::optional<UserAction> SdlWindow::take(const SDL_Event& event) {
  switch (event.type) {
    case SDL_QUIT: return UserAction{Action::quit};
    case SDL_KEYDOWN: return action_of_key(base::lower(SDL_GetKeyName(event.key.keysym.sym)));
    case SDL_AUDIODEVICEREMOVED: return UserAction{Action::audio_device_lost};
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
      log_.emit(EventKind::driver_reset, ThreadId::main, std::string_view("renderer"));
      redraw();
      return std::nullopt;
    case SDL_WINDOWEVENT: take_window_event(event.window); return std::nullopt;
    default: return std::nullopt;
  }
}

void SdlWindow::take_window_event(const SDL_WindowEvent& event) {
  std::string_view what;
  switch (event.event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED: what = "resized"; break;
    case SDL_WINDOWEVENT_EXPOSED: what = "exposed"; break;
    case SDL_WINDOWEVENT_MINIMIZED: what = "minimized"; break;
    case SDL_WINDOWEVENT_RESTORED: what = "restored"; break;
    default: return;
  }
  int width = 0;
  int height = 0;
  SDL_GetWindowSize(window_, &width, &height);
  log_.emit(EventKind::window, ThreadId::main, what, std::int64_t{width}, std::int64_t{height});
  redraw();
}

// SDL waits in milliseconds; the rest is slept exactly.
void SdlWindow::wait(Time length) {
  constexpr Time fine = 2 * millisecond;
  using Steady = std::chrono::steady_clock;
  const auto end = Steady::now() + std::chrono::nanoseconds(length);
  if (length > fine && SDL_WaitEventTimeout(nullptr, static_cast<int>((length - millisecond) / millisecond)) != 0)
    return;
  std::this_thread::sleep_until(end);
}

std::string SdlWindow::driver() const {
  SDL_RendererInfo info{};
  SDL_GetRendererInfo(renderer_.get(), &info);
  const char* video = SDL_GetCurrentVideoDriver();
  return fmt::format("{} ({})", video == nullptr ? "?" : video, info.name == nullptr ? "?" : info.name);
}

}  // namespace

bool display_available() {
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return true;
  return false;
}

base::Result<std::unique_ptr<Display>> open_window(const WindowOptions& options, EventLog& log) {
  auto window = std::make_unique<SdlWindow>(options, log);
  if (!window->open())
    return base::Error{base::ErrorKind::io, std::string("no window could be opened: ") + SDL_GetError()};
  return {std::move(window)};
}

}  // namespace fatespec::player
