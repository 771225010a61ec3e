#include "checks/sample_kernels.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>

static_assert(std::endian::native == std::endian::little, "samples are read as they lie in memory");

// A version of each loop for the processor it runs on. Sanitizers cannot be used together with the resolvers of these
// clones, which run before the sanitizer is ready.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define FATESPEC_CLONES __attribute__((target_clones("default", "avx2", "arch=skylake-avx512")))
#else
#define FATESPEC_CLONES
#endif

namespace fatespec::checks {
namespace {

using model::SampleFormat;

template <class Sample>
inline Sample load(const char* bytes, std::size_t index) {
  Sample value;
  std::memcpy(&value, bytes + index * sizeof(Sample), sizeof(Sample));
  return value;
}

inline std::int32_t load24(const char* bytes, std::size_t index) {
  const auto* p = reinterpret_cast<const unsigned char*>(bytes) + index * 3;
  const std::uint32_t value = std::uint32_t{p[0]} << 8U | std::uint32_t{p[1]} << 16U | std::uint32_t{p[2]} << 24U;
  return static_cast<std::int32_t>(value) >> 8;  // arithmetic: extends the sign
}

FATESPEC_CLONES std::uint32_t largest_s8(const char* a, const char* b, std::size_t n) {
  std::uint8_t largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    // These are numbers with a sign, not characters. NOLINTBEGIN(bugprone-signed-char-misuse)
    const std::int16_t x = load<std::int8_t>(a, i);
    const std::int16_t y = load<std::int8_t>(b, i);
    // NOLINTEND(bugprone-signed-char-misuse)
    const auto d = static_cast<std::uint8_t>(x > y ? x - y : y - x);
    largest = d > largest ? d : largest;
  }
  return largest;
}

FATESPEC_CLONES std::uint32_t largest_u8(const char* a, const char* b, std::size_t n) {
  std::uint8_t largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto x = load<std::uint8_t>(a, i);
    const auto y = load<std::uint8_t>(b, i);
    const auto d = static_cast<std::uint8_t>(x > y ? x - y : y - x);
    largest = d > largest ? d : largest;
  }
  return largest;
}

FATESPEC_CLONES std::uint32_t largest_s16(const char* a, const char* b, std::size_t n) {
  std::uint16_t largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int16_t x = load<std::int16_t>(a, i);
    const std::int16_t y = load<std::int16_t>(b, i);
    const auto d = static_cast<std::uint16_t>((x > y ? x : y) - (x > y ? y : x));
    largest = d > largest ? d : largest;
  }
  return largest;
}

FATESPEC_CLONES std::uint32_t largest_s24(const char* a, const char* b, std::size_t n) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto d = static_cast<std::uint32_t>(std::abs(load24(a, i) - load24(b, i)));
    largest = d > largest ? d : largest;
  }
  return largest;
}

// The difference of two 32-bit samples needs 33 bits as a signed number, but 32 as the magnitude it is.
FATESPEC_CLONES std::uint32_t largest_s32(const char* a, const char* b, std::size_t n) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto x = load<std::int32_t>(a, i);
    const auto y = load<std::int32_t>(b, i);
    const std::uint32_t d = x > y ? static_cast<std::uint32_t>(x) - static_cast<std::uint32_t>(y)
                                  : static_cast<std::uint32_t>(y) - static_cast<std::uint32_t>(x);
    largest = d > largest ? d : largest;
  }
  return largest;
}

std::int64_t sample_at(SampleFormat format, const char* bytes, std::size_t index) {
  switch (format) {
    case SampleFormat::s8: return load<std::int8_t>(bytes, index);
    case SampleFormat::u8: return load<std::uint8_t>(bytes, index);
    case SampleFormat::s16: return load<std::int16_t>(bytes, index);
    case SampleFormat::s24: return load24(bytes, index);
    case SampleFormat::s32: return load<std::int32_t>(bytes, index);
    case SampleFormat::f32:
    case SampleFormat::f64: break;
  }
  return 0;
}

template <class Sample>
inline void convert(const char* bytes, std::size_t n, double* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<double>(load<Sample>(bytes, i));
}

FATESPEC_CLONES void convert_s8(const char* bytes, std::size_t n, double* out) { convert<std::int8_t>(bytes, n, out); }
FATESPEC_CLONES void convert_u8(const char* bytes, std::size_t n, double* out) { convert<std::uint8_t>(bytes, n, out); }
FATESPEC_CLONES void convert_s16(const char* bytes, std::size_t n, double* out) {
  convert<std::int16_t>(bytes, n, out);
}
FATESPEC_CLONES void convert_s32(const char* bytes, std::size_t n, double* out) {
  convert<std::int32_t>(bytes, n, out);
}
FATESPEC_CLONES void convert_f32(const char* bytes, std::size_t n, double* out) { convert<float>(bytes, n, out); }
FATESPEC_CLONES void convert_f64(const char* bytes, std::size_t n, double* out) { convert<double>(bytes, n, out); }
FATESPEC_CLONES void convert_s24(const char* bytes, std::size_t n, double* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = load24(bytes, i);
}

// Short sums in 32 bits keep the vector lanes wide: 255^2 * 4096 fits, and 16-bit squares are summed in 64 bits.
FATESPEC_CLONES std::uint64_t squares_u8(const char* a, const char* b, std::size_t n) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t d = load<std::uint8_t>(a, i) - load<std::uint8_t>(b, i);
    sum += static_cast<std::uint32_t>(d * d);
  }
  return sum;
}

FATESPEC_CLONES std::uint64_t squares_s16(const char* a, const char* b, std::size_t n) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t d = load<std::int16_t>(a, i) - load<std::int16_t>(b, i);
    const auto magnitude = static_cast<std::uint32_t>(d < 0 ? -d : d);
    sum += static_cast<std::uint32_t>(magnitude * magnitude);  // 65535^2 < 2^32
  }
  return sum;
}

template <class Sample>
inline std::uint64_t count_unequal(const char* a, const char* b, std::size_t n) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < n; ++i) count += load<Sample>(a, i) != load<Sample>(b, i) ? 1 : 0;
  return count;
}

FATESPEC_CLONES std::uint64_t unequal_u8(const char* a, const char* b, std::size_t n) {
  return count_unequal<std::uint8_t>(a, b, n);
}
FATESPEC_CLONES std::uint64_t unequal_s16(const char* a, const char* b, std::size_t n) {
  return count_unequal<std::int16_t>(a, b, n);
}
FATESPEC_CLONES std::uint64_t unequal_doubles(const double* a, const double* b, std::size_t n) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < n; ++i) count += a[i] != b[i] ? 1 : 0;
  return count;
}

// Eight partial sums: the order of additions is fixed, whatever the width of the registers.
FATESPEC_CLONES DoubleDifference difference_of(const double* a, const double* b, std::size_t n) {
  constexpr std::size_t lanes = 8;
  double squares[lanes] = {};
  double largest[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double x = a[i + lane];
      const double y = b[i + lane];
      const double d = x == y ? 0.0 : std::fabs(x - y);
      squares[lane] += d * d;
      largest[lane] = largest[lane] < d ? d : largest[lane];
    }
  }
  for (; i < n; ++i) {
    const double d = a[i] == b[i] ? 0.0 : std::fabs(a[i] - b[i]);
    squares[0] += d * d;
    largest[0] = largest[0] < d ? d : largest[0];
  }
  DoubleDifference total;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    total.squares += squares[lane];
    total.largest = total.largest < largest[lane] ? largest[lane] : total.largest;
  }
  total.finite = std::isfinite(total.squares);
  return total;
}

}  // namespace

std::uint64_t largest_difference(SampleFormat format, const char* a, const char* b, std::size_t samples) {
  switch (format) {
    case SampleFormat::s8: return largest_s8(a, b, samples);
    case SampleFormat::u8: return largest_u8(a, b, samples);
    case SampleFormat::s16: return largest_s16(a, b, samples);
    case SampleFormat::s24: return largest_s24(a, b, samples);
    case SampleFormat::s32: return largest_s32(a, b, samples);
    case SampleFormat::f32:
    case SampleFormat::f64: break;
  }
  return 0;
}

Excess count_excess(SampleFormat format, const char* a, const char* b, std::size_t samples, std::uint64_t tolerance) {
  Excess excess;
  for (std::size_t i = 0; i < samples; ++i) {
    const auto d = static_cast<std::uint64_t>(std::abs(sample_at(format, a, i) - sample_at(format, b, i)));
    if (d <= tolerance) continue;
    if (excess.count++ == 0) excess.first = i;
  }
  return excess;
}

std::uint64_t sum_of_squares(SampleFormat format, const char* a, const char* b, std::size_t samples) {
  constexpr std::size_t block = 4096;
  const std::size_t width = model::bytes_per_sample(format);
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < samples; at += block) {
    const std::size_t n = samples - at < block ? samples - at : block;
    sum += format == SampleFormat::u8 ? squares_u8(a + at * width, b + at * width, n)
                                      : squares_s16(a + at * width, b + at * width, n);
  }
  return sum;
}

void to_doubles(SampleFormat format, const char* bytes, std::size_t samples, double* out) {
  switch (format) {
    case SampleFormat::s8: return convert_s8(bytes, samples, out);
    case SampleFormat::u8: return convert_u8(bytes, samples, out);
    case SampleFormat::s16: return convert_s16(bytes, samples, out);
    case SampleFormat::s24: return convert_s24(bytes, samples, out);
    case SampleFormat::s32: return convert_s32(bytes, samples, out);
    case SampleFormat::f32: return convert_f32(bytes, samples, out);
    case SampleFormat::f64: return convert_f64(bytes, samples, out);
  }
}

double step_of(SampleFormat format) {
  if (model::is_float(format)) return 1.0;
  return std::ldexp(1.0, 1 - 8 * static_cast<int>(model::bytes_per_sample(format)));
}

Excess count_differing(SampleFormat format, const char* a, const char* b, std::size_t samples) {
  Excess found;
  found.count = format == SampleFormat::u8 ? unequal_u8(a, b, samples) : unequal_s16(a, b, samples);
  if (found.count == 0) return found;
  const auto bytes = samples * model::bytes_per_sample(format);
  const auto at = static_cast<std::size_t>(std::mismatch(a, a + bytes, b).first - a);
  found.first = at / model::bytes_per_sample(format);
  return found;
}

Excess count_differing(const double* a, const double* b, std::size_t samples) {
  Excess found;
  found.count = unequal_doubles(a, b, samples);
  if (found.count > 0) found.first = static_cast<std::size_t>(std::mismatch(a, a + samples, b).first - a);
  return found;
}

DoubleDifference difference(const double* a, const double* b, std::size_t samples) {
  return difference_of(a, b, samples);
}

DifferencePlaces places_of_differences(const double* a, const double* b, std::size_t samples) {
  DifferencePlaces places;
  double largest = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const double d = a[i] == b[i] ? 0.0 : std::fabs(a[i] - b[i]);
    if (!std::isfinite(d) && !places.not_finite) places.not_finite = i;
    if (d > largest) {
      largest = d;
      places.largest = i;
    }
  }
  return places;
}

}  // namespace fatespec::checks
