// The filter expression of `--filter`: `tag(audio) & !name(~mp2) | suite(h264)`.
//
//   expression  = conjunction { "|" conjunction }
//   conjunction = term { "&" term }
//   term        = "!" term | "(" expression ")" | field "(" matcher ")" | matcher
//   field       = "name" | "suite" | "tag" | "configuration" | "target" | "type"
//   matcher     = [ "=" | "~" ] quoted | "=" exact | "~" part | "/" regular expression "/" | glob
//
// Text that holds blanks or one of `|&!()` is quoted: name(="a (b)"), with `\"` and `\\` inside. A matcher alone stands
// for name(matcher). `name` matches the full name or the part after the suite's.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/plan.hpp"

namespace fatespec::specs {

/// A parsed expression. It counts what each of its matchers matched, so that a misspelt one can be told.
class Filter {
 public:
  struct Node;

  /// An error of kind `usage` with the place in its message.
  static base::Result<Filter> parse(std::string_view expression);
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
  Filter(Filter&&) noexcept;
  Filter& operator=(Filter&&) noexcept;
  ~Filter();

  bool matches(const model::PlannedTest& test);
  /// After all tests were offered: one line for every matcher that matched none of them, with the nearest name.
  std::vector<std::string> unmatched(const std::vector<model::PlannedTest>& tests) const;

 private:
  explicit Filter(std::unique_ptr<Node> root);
  std::unique_ptr<Node> root_;
};

}  // namespace fatespec::specs
