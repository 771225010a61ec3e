#include "player/picture/overlay.hpp"

#include <array>
#include <cstdlib>

#include <fmt/format.h>

namespace fatespec::player {
namespace {

constexpr int points = 15;
constexpr int margin = 10;
constexpr SDL_Color white = {255, 255, 255, 255};
constexpr Uint8 ground = 160;  // of 255: how dark

}  // namespace

bool Overlay::open_font() {
  if (font_) return true;
  if (TTF_WasInit() == 0 && TTF_Init() != 0) return false;
  const char* chosen = std::getenv("FATESPEC_FONT");
  for (const char* path : {chosen, "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
                           "/usr/share/fonts/TTF/DejaVuSansMono.ttf", "/usr/share/fonts/dejavu/DejaVuSansMono.ttf"}) {
    if (path != nullptr) font_.reset(TTF_OpenFont(path, points));
    if (font_) return true;
  }
  return false;
}

bool Overlay::set_lines(SDL_Renderer& renderer, const std::vector<std::string>& lines) {
  text_.reset();
  if (!open_font()) return false;
  constexpr Uint32 no_wrap = 0;
  SDL_Surface* surface =
      TTF_RenderUTF8_Blended_Wrapped(font_.get(), fmt::format("{}", fmt::join(lines, "\n")).c_str(), white, no_wrap);
  if (surface == nullptr) return false;
  text_.reset(SDL_CreateTextureFromSurface(&renderer, surface));
  SDL_FreeSurface(surface);
  return text_ != nullptr;
}

void Overlay::draw(SDL_Renderer& renderer) const {
  if (!text_) return;
  SDL_Rect place{margin, margin, 0, 0};
  SDL_QueryTexture(text_.get(), nullptr, nullptr, &place.w, &place.h);
  const SDL_Rect box{place.x - margin / 2, place.y - margin / 2, place.w + margin, place.h + margin};
  SDL_SetRenderDrawBlendMode(&renderer, SDL_BLENDMODE_BLEND);
  SDL_SetRenderDrawColor(&renderer, 0, 0, 0, ground);
  SDL_RenderFillRect(&renderer, &box);
  SDL_RenderCopy(&renderer, text_.get(), nullptr, &place);
}

}  // namespace fatespec::player
