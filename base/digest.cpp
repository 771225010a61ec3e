#include "base/digest.hpp"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>

#include "base/hex.hpp"

namespace fatespec::base {
namespace {

struct AlgorithmInfo {
  const char* name;
  std::size_t hex_digits;
};

constexpr std::array<AlgorithmInfo, 6> algorithms = {
    {{"MD5", 32}, {"SHA1", 40}, {"SHA224", 56}, {"SHA256", 64}, {"SHA384", 96}, {"SHA512", 128}}};

const AlgorithmInfo& info(DigestAlgorithm algorithm) { return algorithms.at(static_cast<std::size_t>(algorithm)); }

// Fetching an implementation costs more than a short digest, so each is fetched once and kept for good.
const EVP_MD* implementation(DigestAlgorithm algorithm) {
  static const std::array<EVP_MD*, algorithms.size()> fetched = [] {
    std::array<EVP_MD*, algorithms.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = EVP_MD_fetch(nullptr, algorithms[i].name, nullptr);
    return all;
  }();
  const EVP_MD* md = fetched.at(static_cast<std::size_t>(algorithm));
  if (md == nullptr) throw std::runtime_error(std::string("OpenSSL has no ") + info(algorithm).name);
  return md;
}

}  // namespace

std::string_view name_of(DigestAlgorithm algorithm) { return info(algorithm).name; }

std::optional<DigestAlgorithm> digest_of_length(std::size_t hex_digits) {
  for (std::size_t i = 0; i < algorithms.size(); ++i)
    if (algorithms[i].hex_digits == hex_digits) return static_cast<DigestAlgorithm>(i);
  return std::nullopt;
}

struct Digest::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }
};

Digest::Digest(DigestAlgorithm algorithm) : context_(std::make_unique<Context>()) {
  if (EVP_DigestInit_ex2(context_->evp, implementation(algorithm), nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot start a digest");
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::string_view bytes) { EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()); }

std::string Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->evp, bytes.data(), &size);
  return to_hex({reinterpret_cast<const char*>(bytes.data()), size});
}

std::string digest_hex(DigestAlgorithm algorithm, std::string_view bytes) {
  Digest digest(algorithm);
  digest.update(bytes);
  return digest.finish();
}

}  // namespace fatespec::base
