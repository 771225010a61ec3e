#include "runner/local/disk_usage.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::runner {
namespace {

TEST(DiskUsage, WhatGoesMeanwhileHidesNothingElse) {
  const test::TemporaryDirectory directory;
  constexpr int files = 30;
  for (int i = 0; i < files; ++i) directory.write(std::to_string(i) + "/file", std::string(4096, 'x'));
  const std::uint64_t whole = tree_size(directory.path().string(), UINT64_MAX);
  ASSERT_GE(whole, files * 4096U);
  std::atomic<bool> over{false};
  std::thread others([&] {
    for (int i = 0; !over; i = (i + 1) % 200) {
      const auto passing = directory.path() / ("passing" + std::to_string(i));
      std::error_code ignored;
      std::filesystem::create_directories(passing / "a", ignored);
      std::filesystem::remove_all(passing, ignored);
    }
  });
  std::uint64_t least = UINT64_MAX;
  for (int i = 0; i < 1000; ++i) least = std::min(least, tree_size(directory.path().string(), UINT64_MAX));
  over = true;
  others.join();
  EXPECT_GE(least, whole);
}

TEST(DiskUsage, CountingEndsWhenItIsEnough) {
  const test::TemporaryDirectory directory;
  for (int i = 0; i < 20; ++i) directory.write(std::to_string(i), std::string(4096, 'x'));
  const std::uint64_t counted = tree_size(directory.path().string(), 8192);
  EXPECT_GT(counted, 8192U);
  EXPECT_LT(counted, 20 * 4096U);
}

}  // namespace
}  // namespace fatespec::runner
