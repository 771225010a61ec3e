#include "base/pattern.hpp"

#include <re2/re2.h>

#include "base/text.hpp"

namespace fatespec::base {
namespace {

RE2::Options options(RE2::Options::Encoding encoding) {
  RE2::Options options;
  options.set_encoding(encoding);
  options.set_log_errors(false);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Result<Pattern> Pattern::compile(std::string_view expression) {
  const auto compiled = [&](RE2::Options::Encoding encoding) {
    return std::make_shared<const re2::RE2>("(?m)" + std::string(expression), options(encoding));
  };
  const auto encoding = is_utf8(expression) ? RE2::Options::EncodingUTF8 : RE2::Options::EncodingLatin1;
  const Compiled as_written = compiled(encoding);
  if (as_written->ok()) {
    const Compiled bytes = compiled(RE2::Options::EncodingLatin1);
    return Pattern(as_written, bytes->ok() ? bytes : as_written);  // characters beyond Latin-1 have no bytes
  }
  // What is wrong is told about the expression as it was written.
  const re2::RE2 plain(piece(expression), options(encoding));
  return Error{ErrorKind::invalid, plain.ok() ? as_written->error() : plain.error()};
}

const re2::RE2& Pattern::compiled_for(std::string_view text) const { return is_utf8(text) ? *characters_ : *bytes_; }

bool Pattern::found_in(std::string_view text) const { return re2::RE2::PartialMatch(piece(text), compiled_for(text)); }

bool Pattern::matches_whole(std::string_view text) const {
  return re2::RE2::FullMatch(piece(text), compiled_for(text));
}

}  // namespace fatespec::base
