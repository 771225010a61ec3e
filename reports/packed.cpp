#include "reports/packed.hpp"

#include <zlib.h>

#include <array>
#include <new>
#include <utility>

#include "base/base64.hpp"

namespace fatespec::reports {
namespace {

constexpr int level = 1;              // zlib.h: the fastest
constexpr int gzip_window = 15 + 16;  // zlib.h: 16 more asks for a gzip header
constexpr int memory_level = 8;
constexpr std::size_t group = 3;  // bytes that become four letters

}  // namespace

struct Packer::Stream : z_stream {};

Packer::Packer() : stream_(std::make_unique<Stream>()) {
  if (deflateInit2(stream_.get(), level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
}

Packer::~Packer() { deflateEnd(stream_.get()); }

void Packer::pump(std::string_view bytes, int mode) {
  std::array<char, std::size_t{64} << 10> out{};
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // it is not written to
  stream_->avail_in = static_cast<uInt>(bytes.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(out.data());
    stream_->avail_out = static_cast<uInt>(out.size());
    deflate(stream_.get(), mode);
    packed_.append(out.data(), out.size() - stream_->avail_out);
  } while (stream_->avail_out == 0);
  const std::size_t whole = mode == Z_FINISH ? packed_.size() : packed_.size() - packed_.size() % group;
  text_ += base::base64(std::string_view(packed_).substr(0, whole));
  packed_.erase(0, whole);
}

void Packer::add(std::string_view bytes) {
  constexpr std::size_t most = std::size_t{1} << 30;
  for (; bytes.size() > most; bytes.remove_prefix(most)) pump(bytes.substr(0, most), Z_NO_FLUSH);
  pump(bytes, Z_NO_FLUSH);
}

std::string Packer::take() { return std::exchange(text_, {}); }

void Packer::finish() { pump({}, Z_FINISH); }

}  // namespace fatespec::reports
