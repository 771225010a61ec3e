#include "frames/picture_comparison.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "frames/png_writer.hpp"

namespace fatespec::frames {
namespace {

const AVPixFmtDescriptor* descriptor_of(const AVFrame& frame) {
  return av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
}

std::string name_of(const AVFrame& frame) {
  const char* name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame.format));
  return name == nullptr ? "unknown" : name;
}

std::string component_name(const AVPixFmtDescriptor& format, int component) {
  const bool alpha = (format.flags & AV_PIX_FMT_FLAG_ALPHA) != 0 && component == format.nb_components - 1;
  if (alpha) return "A";
  if ((format.flags & AV_PIX_FMT_FLAG_RGB) != 0) return std::string(1, "RGB"[component % 3]);
  return std::string(1, "YUV"[component % 3]);
}

/// One component of a picture, read line by line as numbers.
class Component {
 public:
  Component(const AVFrame& frame, const AVPixFmtDescriptor& format, int index, int width)
      : frame_(frame), format_(format), index_(index), line_(static_cast<std::size_t>(width)) {}

  const std::vector<double>& line(int y) {
    std::array<const std::uint8_t*, 4> data{};
    std::copy_n(frame_.data, data.size(), data.begin());
    words_.resize(line_.size());
    av_read_image_line2(words_.data(), data.data(), frame_.linesize, &format_, 0, y, index_,
                        static_cast<int>(line_.size()), 0, sizeof(std::uint32_t));
    const bool floats = (format_.flags & AV_PIX_FMT_FLAG_FLOAT) != 0 && format_.comp[index_].depth == 32;
    for (std::size_t x = 0; x < line_.size(); ++x)
      line_[x] = floats ? static_cast<double>(std::bit_cast<float>(words_[x])) : static_cast<double>(words_[x]);
    return line_;
  }

 private:
  const AVFrame& frame_;
  const AVPixFmtDescriptor& format_;
  int index_;
  std::vector<std::uint32_t> words_;
  std::vector<double> line_;
};

/// Differences of every sample, relative to the largest there can be, at the place of the pixels that it colours.
class DifferenceMap {
 public:
  DifferenceMap(int width, int height)
      : width_(width), height_(height), values_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

  void add(int x, int y, int shift_x, int shift_y, double difference) {
    largest_ = std::max(largest_, difference);
    for (int j = y << shift_y; j < std::min(height_, (y + 1) << shift_y); ++j)
      for (int i = x << shift_x; i < std::min(width_, (x + 1) << shift_x); ++i) {
        float& value =
            values_[static_cast<std::size_t>(j) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(i)];
        value = std::max(value, static_cast<float>(difference));
      }
  }

  ffmpeg::FramePtr picture() const {
    constexpr double darkest = 64;
    constexpr double brightest = 255;
    ffmpeg::FramePtr grey = grey_picture(width_, height_);
    if (!grey || largest_ <= 0) return grey;
    for (int y = 0; y < height_; ++y)
      for (int x = 0; x < width_; ++x) {
        const double value = static_cast<double>(
            values_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)]);
        if (value > 0)
          grey->data[0][static_cast<std::ptrdiff_t>(y) * grey->linesize[0] + x] =
              static_cast<std::uint8_t>(darkest + (brightest - darkest) * value / largest_);
      }
    return grey;
  }

 private:
  int width_;
  int height_;
  std::vector<float> values_;
  double largest_ = 0;
};

/// What is no number is equal to itself, and as far as can be from anything else.
double distance(double expected, double actual, double full) {
  const double difference = std::abs(expected - actual);
  if (std::isfinite(difference)) return difference;
  return expected == actual || (std::isnan(expected) && std::isnan(actual)) ? 0 : full;
}

ComponentDifference compare_component(const AVFrame& expected, const AVFrame& actual, int index, DifferenceMap& map) {
  const AVPixFmtDescriptor& format = *descriptor_of(expected);
  const bool chroma = (index == 1 || index == 2) && (format.flags & AV_PIX_FMT_FLAG_RGB) == 0;
  const int shift_x = chroma ? format.log2_chroma_w : 0;
  const int shift_y = chroma ? format.log2_chroma_h : 0;
  ComponentDifference result;
  result.name = component_name(format, index);
  result.width = AV_CEIL_RSHIFT(expected.width, shift_x);
  result.height = AV_CEIL_RSHIFT(expected.height, shift_y);
  const bool floats = (format.flags & AV_PIX_FMT_FLAG_FLOAT) != 0;
  const double full = floats ? 1.0 : std::exp2(format.comp[index].depth) - 1;
  Component before(expected, format, index, result.width);
  Component now(actual, format, index, result.width);
  double squares = 0;
  for (int y = 0; y < result.height; ++y) {
    const auto& e = before.line(y);
    const auto& a = now.line(y);
    for (int x = 0; x < result.width; ++x) {
      const double difference = distance(e[static_cast<std::size_t>(x)], a[static_cast<std::size_t>(x)], full);
      if (difference == 0) continue;
      if (result.differing++ == 0) result.first_x = x, result.first_y = y;
      result.largest = std::max(result.largest, difference);
      squares += difference * difference;
      map.add(x, y, shift_x, shift_y, difference / full);
    }
  }
  if (result.differing > 0) {
    const double mean = squares / (static_cast<double>(result.width) * result.height);
    result.psnr = 10 * std::log10(full * full / mean);
  }
  return result;
}

}  // namespace

base::Result<PictureDifference> compare_pictures(const AVFrame& expected, const AVFrame& actual) {
  PictureDifference result;
  result.width = expected.width;
  result.height = expected.height;
  const bool same_format = expected.format == actual.format;
  result.format = same_format ? name_of(actual) : fmt::format("{}, expected {}", name_of(actual), name_of(expected));
  const AVPixFmtDescriptor* format = descriptor_of(expected);
  if (format == nullptr) return base::Error{base::ErrorKind::invalid, "a picture of an unknown pixel format"};
  const bool readable = (format->flags & (AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_PAL)) == 0;
  result.comparable = same_format && readable && expected.width == actual.width && expected.height == actual.height;
  if (!result.comparable) return {std::move(result)};
  DifferenceMap map(expected.width, expected.height);
  for (int component = 0; component < format->nb_components; ++component)
    result.components.push_back(compare_component(expected, actual, component, map));
  result.map = map.picture();
  return {std::move(result)};
}

}  // namespace fatespec::frames
