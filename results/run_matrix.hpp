// Many runs side by side: how every test fared in each of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.hpp"

namespace fatespec::results {

/// A letter a verdict, in the order of model::Verdict; `-` where a test has no result.
inline constexpr std::string_view verdict_letters = "pfctxXse";

/// The history of one test, an entry for each run of the matrix.
struct TestRow {
  std::string test;
  std::string configuration;
  std::string verdicts;               ///< letters
  std::vector<std::uint32_t> cpu_us;  ///< 0 where there is none; at most an hour and eleven minutes
  std::vector<std::uint32_t> rss_kib;
};

struct RunMatrix {
  std::vector<model::Run> runs;  ///< the oldest first
  std::vector<TestRow> tests;    ///< that have a result in any of them
};

}  // namespace fatespec::results
