// Message digests over OpenSSL, of which but for base64 nothing else knows.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fatespec::base {

enum class DigestAlgorithm { md5, sha1, sha224, sha256, sha384, sha512 };

/// The name as spec strings write it: "MD5", "SHA1", …
std::string_view name_of(DigestAlgorithm algorithm);

/// The algorithm whose hexadecimal form has that many digits, if one has.
std::optional<DigestAlgorithm> digest_of_length(std::size_t hex_digits);

/// An incremental digest. Not for use by two threads at once.
class Digest {
 public:
  explicit Digest(DigestAlgorithm algorithm);
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void update(std::string_view bytes);
  /// Lower-case hexadecimal form. Call it once; the digest cannot be used afterwards.
  std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// The digest of bytes that are all there.
std::string digest_hex(DigestAlgorithm algorithm, std::string_view bytes);

}  // namespace fatespec::base
