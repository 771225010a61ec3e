// Tells a test's bytes from the supervisor's messages in one stream.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace fatespec::remote {

/// A message is the token, a blank, the text, and a newline; everything else is output. The token is random, so that no
/// output contains it by chance.
class MarkedStream {
 public:
  using Bytes = std::function<void(std::string_view)>;
  using Message = std::function<void(std::string)>;

  explicit MarkedStream(std::string token) : token_(std::move(token)) {}

  /// Calls the handlers in the order of the stream. At most a token's length of output is held back until more comes.
  void feed(std::string_view bytes, const Bytes& output, const Message& message);

 private:
  std::size_t beginning_of_token(std::string_view bytes) const;

  std::string token_;
  std::string held_;  ///< what may be the beginning of a token, or a message that is not complete
};

}  // namespace fatespec::remote
