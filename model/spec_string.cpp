#include "model/spec_string.hpp"

#include <array>

namespace fatespec::model {
namespace {

struct FormatInfo {
  std::string_view name;
  std::size_t bytes;
  bool floating;
};

constexpr std::array<FormatInfo, 7> formats = {{{"s8", 1, false},
                                                {"u8", 1, false},
                                                {"s16le", 2, false},
                                                {"s24le", 3, false},
                                                {"s32le", 4, false},
                                                {"f32le", 4, true},
                                                {"f64le", 8, true}}};

const FormatInfo& info(SampleFormat format) { return formats.at(static_cast<std::size_t>(format)); }

}  // namespace

bool may_write_media(SpecType type) { return !stays_local(type) && type != SpecType::player; }

bool compares_samples(SpecType type) {
  return type == SpecType::one_off || type == SpecType::rms || type == SpecType::stddev;
}

bool is_build(SpecType type) { return type == SpecType::make || type == SpecType::make_test; }

bool stays_local(SpecType type) {
  return type == SpecType::filesize || type == SpecType::make || type == SpecType::make_test;
}

std::size_t bytes_per_sample(SampleFormat format) { return info(format).bytes; }
bool is_float(SampleFormat format) { return info(format).floating; }
std::string_view name_of(SampleFormat format) { return info(format).name; }

}  // namespace fatespec::model
