// A decoded picture as a texture of SDL's.
#pragma once

#include <SDL.h>

#include <memory>

#include "player/common/ffmpeg.hpp"

namespace fatespec::player {

struct TextureReleaser {
  void operator()(SDL_Texture* texture) const { SDL_DestroyTexture(texture); }
};
using TexturePtr = std::unique_ptr<SDL_Texture, TextureReleaser>;

/// Brings pictures of any pixel format into a texture, converting them where SDL does not know the format.
class PictureTexture {
 public:
  /// False if the picture could not be brought in: the old one stays.
  bool upload(SDL_Renderer& renderer, const AVFrame& picture);
  SDL_Texture* texture() const { return texture_.get(); }
  int width() const { return width_; }
  int height() const { return height_; }
  /// Width to height of a pixel, as the picture says; 0/1 if it does not.
  AVRational pixel_aspect() const { return pixel_aspect_; }

 private:
  bool fit(SDL_Renderer& renderer, Uint32 format, const AVFrame& picture);
  const AVFrame* convert(const AVFrame& picture, AVPixelFormat format);
  bool copy(const AVFrame& picture);

  TexturePtr texture_;
  Uint32 format_ = SDL_PIXELFORMAT_UNKNOWN;
  int width_ = 0;
  int height_ = 0;
  AVRational pixel_aspect_{0, 1};
  ScalerPtr scaler_;
  FramePtr converted_;
};

}  // namespace fatespec::player
