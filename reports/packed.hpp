// Data inside a page: gzip (RFC 1952), then base64 (RFC 4648). Browsers unpack both by themselves.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace fatespec::reports {

/// Takes bytes, gives text.
class Packer {
 public:
  Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;
  ~Packer();

  void add(std::string_view bytes);
  /// What is packed of the bytes so far and can be handed on. After finish() it is the rest.
  std::string take();
  void finish();

 private:
  struct Stream;
  void pump(std::string_view bytes, int mode);

  std::unique_ptr<Stream> stream_;
  std::string packed_;  ///< not yet base64
  std::string text_;
};

}  // namespace fatespec::reports
