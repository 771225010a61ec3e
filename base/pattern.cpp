#include "base/pattern.hpp"

#include <utility>

#include <re2/re2.h>

namespace fatespec::base {
namespace {

RE2::Options options() {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Pattern::Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}

Result<Pattern> Pattern::compile(std::string_view expression) {
  auto compiled = std::make_shared<const re2::RE2>("(?m)" + std::string(expression), options());
  if (compiled->ok()) return Pattern(std::move(compiled));
  // What is wrong is told about the expression as it was written.
  const re2::RE2 plain(piece(expression), options());
  return Error{ErrorKind::invalid, plain.ok() ? compiled->error() : plain.error()};
}

bool Pattern::found_in(std::string_view text) const { return re2::RE2::PartialMatch(piece(text), *compiled_); }

bool Pattern::matches_whole(std::string_view text) const { return re2::RE2::FullMatch(piece(text), *compiled_); }

}  // namespace fatespec::base
