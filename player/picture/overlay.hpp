// Lines of text over the picture.
#pragma once

#include <SDL.h>
#include <SDL_ttf.h>

#include <memory>
#include <string>
#include <vector>

#include "player/picture/texture.hpp"

namespace fatespec::player {

struct FontReleaser {
  void operator()(TTF_Font* font) const { TTF_CloseFont(font); }
};

/// Draws with a monospaced font of the system's: the one that $FATESPEC_FONT names, or DejaVu Sans Mono.
class Overlay {
 public:
  /// False if there is no font.
  bool set_lines(SDL_Renderer& renderer, const std::vector<std::string>& lines);
  void clear() { text_.reset(); }
  bool empty() const { return !text_; }
  /// At the upper left, over a dark ground.
  void draw(SDL_Renderer& renderer) const;

 private:
  bool open_font();

  std::unique_ptr<TTF_Font, FontReleaser> font_;
  TexturePtr text_;
};

}  // namespace fatespec::player
