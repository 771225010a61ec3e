// Regular expressions whose cost is bounded: a search takes time in proportion to the text, whatever the expression.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace re2 {
class RE2;
}

namespace fatespec::base {

/// A compiled expression in RE2's syntax (https://github.com/google/re2/wiki/Syntax): Perl's without backreferences and
/// look-around. It reads characters of text that is UTF-8, and bytes of what is not; `^` and `$` stand at every line's
/// ends too. Copies share the compiled form; searching is safe from several threads.
class Pattern {
 public:
  /// An error of kind `invalid` says what is wrong with the expression.
  static Result<Pattern> compile(std::string_view expression);

  bool found_in(std::string_view text) const;
  bool matches_whole(std::string_view text) const;

 private:
  using Compiled = std::shared_ptr<const re2::RE2>;

  Pattern(Compiled characters, Compiled bytes) : characters_(std::move(characters)), bytes_(std::move(bytes)) {}
  const re2::RE2& compiled_for(std::string_view text) const;

  Compiled characters_;  ///< for text that is UTF-8; of bytes too if the expression itself is not
  Compiled bytes_;       ///< for all other
};

}  // namespace fatespec::base
