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
  const bool is_text = is_utf8(expression);
  const auto compiled = [&](RE2::Options::Encoding encoding) {
    return std::make_shared<const re2::RE2>("(?m)" + std::string(expression), options(encoding));
  };
  const Compiled characters = is_text ? compiled(RE2::Options::EncodingUTF8) : nullptr;
  const Compiled bytes = compiled(RE2::Options::EncodingLatin1);
  const Compiled& first = is_text ? characters : bytes;
  if (first->ok()) return Pattern(characters, bytes->ok() ? bytes : characters);
  // What is wrong is told about the expression as it was written.
  const re2::RE2 plain(piece(expression), options(is_text ? RE2::Options::EncodingUTF8 : RE2::Options::EncodingLatin1));
  return Error{ErrorKind::invalid, plain.ok() ? first->error() : plain.error()};
}

const re2::RE2& Pattern::compiled_for(std::string_view text) const {
  return characters_ && is_utf8(text) ? *characters_ : *bytes_;
}

bool Pattern::found_in(std::string_view text) const { return re2::RE2::PartialMatch(piece(text), compiled_for(text)); }

bool Pattern::matches_whole(std::string_view text) const {
  return re2::RE2::FullMatch(piece(text), compiled_for(text));
}

}  // namespace fatespec::base
