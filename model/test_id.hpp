// Which test of a run is meant.
#pragma once

#include <compare>
#include <string>

namespace fatespec::model {

/// A run has at most one result of each.
struct TestId {
  std::string test;  ///< its full name
  std::string configuration;

  auto operator<=>(const TestId&) const = default;
};

/// Of a result, or of what is kept of one.
template <class Result>
TestId id_of(const Result& result) {
  return {result.test, result.configuration};
}

}  // namespace fatespec::model
