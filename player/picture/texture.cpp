#include "player/picture/texture.hpp"

#include <algorithm>
#include <array>

namespace fatespec::player {
namespace {

struct FormatPair {
  AVPixelFormat picture;
  Uint32 texture;
};

// What SDL takes as it is. YUVJ is YUV of full range.
constexpr std::array known_formats = {
    FormatPair{AV_PIX_FMT_YUV420P, SDL_PIXELFORMAT_IYUV},   FormatPair{AV_PIX_FMT_YUVJ420P, SDL_PIXELFORMAT_IYUV},
    FormatPair{AV_PIX_FMT_NV12, SDL_PIXELFORMAT_NV12},      FormatPair{AV_PIX_FMT_NV21, SDL_PIXELFORMAT_NV21},
    FormatPair{AV_PIX_FMT_RGB24, SDL_PIXELFORMAT_RGB24},    FormatPair{AV_PIX_FMT_BGR24, SDL_PIXELFORMAT_BGR24},
    FormatPair{AV_PIX_FMT_RGB32, SDL_PIXELFORMAT_ARGB8888}, FormatPair{AV_PIX_FMT_BGR32, SDL_PIXELFORMAT_ABGR8888},
    FormatPair{AV_PIX_FMT_0RGB32, SDL_PIXELFORMAT_RGB888},  FormatPair{AV_PIX_FMT_YUYV422, SDL_PIXELFORMAT_YUY2},
    FormatPair{AV_PIX_FMT_UYVY422, SDL_PIXELFORMAT_UYVY},
};

Uint32 texture_format(int picture) {
  const auto* found = std::find_if(known_formats.begin(), known_formats.end(),
                                   [&](const FormatPair& pair) { return pair.picture == picture; });
  return found == known_formats.end() ? static_cast<Uint32>(SDL_PIXELFORMAT_UNKNOWN) : found->texture;
}

bool is_rgb(int format) {
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(format));
  return descriptor != nullptr && (descriptor->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
}

void set_conversion(const AVFrame& picture) {
  constexpr int standard_definition = 576;
  if (picture.color_range == AVCOL_RANGE_JPEG || picture.format == AV_PIX_FMT_YUVJ420P)
    SDL_SetYUVConversionMode(SDL_YUV_CONVERSION_JPEG);
  else if (picture.colorspace == AVCOL_SPC_BT709 ||
           (picture.colorspace == AVCOL_SPC_UNSPECIFIED && picture.height > standard_definition))
    SDL_SetYUVConversionMode(SDL_YUV_CONVERSION_BT709);
  else SDL_SetYUVConversionMode(SDL_YUV_CONVERSION_BT601);
}

}  // namespace

bool PictureTexture::upload(SDL_Renderer& renderer, const AVFrame& picture) {
  if (picture.data[0] == nullptr || picture.width <= 0 || picture.height <= 0) return false;
  const bool upside_down = picture.linesize[0] < 0;
  const AVFrame* shown = &picture;
  if (upside_down || texture_format(picture.format) == SDL_PIXELFORMAT_UNKNOWN)
    shown = convert(picture, is_rgb(picture.format) ? AV_PIX_FMT_RGB32 : AV_PIX_FMT_YUV420P);
  if (shown == nullptr) return false;
  set_conversion(*shown);
  if (!fit(renderer, texture_format(shown->format), *shown)) return false;
  pixel_aspect_ = picture.sample_aspect_ratio;
  return copy(*shown);
}

// A renderer keeps the conversion that was set when a texture was made.
bool PictureTexture::fit(SDL_Renderer& renderer, Uint32 format, const AVFrame& picture) {
  if (texture_ && format_ == format && width_ == picture.width && height_ == picture.height) return true;
  TexturePtr made(SDL_CreateTexture(&renderer, format, SDL_TEXTUREACCESS_STREAMING, picture.width, picture.height));
  if (!made) return false;
  texture_ = std::move(made);
  SDL_SetTextureScaleMode(texture_.get(), SDL_ScaleModeLinear);
  format_ = format;
  width_ = picture.width;
  height_ = picture.height;
  return true;
}

const AVFrame* PictureTexture::convert(const AVFrame& picture, AVPixelFormat format) {
  const bool fits = converted_ && converted_->width == picture.width && converted_->height == picture.height &&
                    converted_->format == format;
  if (!fits) {
    converted_.reset(av_frame_alloc());
    converted_->width = picture.width;
    converted_->height = picture.height;
    converted_->format = format;
    if (av_frame_get_buffer(converted_.get(), 0) < 0) {
      converted_.reset();
      return nullptr;
    }
  }
  scaler_.reset(sws_getCachedContext(scaler_.release(), picture.width, picture.height,
                                     static_cast<AVPixelFormat>(picture.format), picture.width, picture.height, format,
                                     SWS_BILINEAR, nullptr, nullptr, nullptr));
  if (!scaler_) return nullptr;
  if (sws_scale(scaler_.get(), picture.data, picture.linesize, 0, picture.height, converted_->data,
                converted_->linesize) <= 0)
    return nullptr;
  converted_->colorspace = picture.colorspace;
  converted_->color_range = format == AV_PIX_FMT_YUV420P ? AVCOL_RANGE_MPEG : picture.color_range;
  return converted_.get();
}

bool PictureTexture::copy(const AVFrame& picture) {
  SDL_Texture* texture = texture_.get();
  switch (format_) {
    case SDL_PIXELFORMAT_IYUV:
      return SDL_UpdateYUVTexture(texture, nullptr, picture.data[0], picture.linesize[0], picture.data[1],
                                  picture.linesize[1], picture.data[2], picture.linesize[2]) == 0;
    case SDL_PIXELFORMAT_NV12:
    case SDL_PIXELFORMAT_NV21:
      return SDL_UpdateNVTexture(texture, nullptr, picture.data[0], picture.linesize[0], picture.data[1],
                                 picture.linesize[1]) == 0;
    default: return SDL_UpdateTexture(texture, nullptr, picture.data[0], picture.linesize[0]) == 0;
  }
}

}  // namespace fatespec::player
