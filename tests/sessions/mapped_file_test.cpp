#include "sessions/mapped_file.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::sessions {
namespace {

// Reading what is no longer there of a mapped file would end the program.
TEST(MappedFile, OutlivesThatAPlayerCutsTheEndOfItsRecording) {
  const test::TemporaryDirectory directory;
  for (const std::size_t size : {std::size_t{6}, std::size_t{70'000}}) {
    const std::string events(size, 'e');
    directory.write("a.dbg", events + std::string(3'000'000, '\0'));
    const auto file = MappedFile::open(directory / "a.dbg");
    ASSERT_TRUE(file) << file.error().str();
    std::filesystem::resize_file(directory / "a.dbg", size);
    EXPECT_EQ(file->bytes().substr(0, size), events);
    const auto rest = file->bytes().substr(size);
    EXPECT_LT(rest.size(), 4096U);
    EXPECT_EQ(rest, std::string(rest.size(), '\0'));
  }
}

// Such a file is a few bytes of an archive.
TEST(MappedFile, OfAHugeFileOfZerosLittleIsMapped) {
  const test::TemporaryDirectory directory;
  directory.write("a.dbg", "");
  std::filesystem::resize_file(directory / "a.dbg", std::uintmax_t{1} << 38U);
  const auto file = MappedFile::open(directory / "a.dbg");
  ASSERT_TRUE(file) << file.error().str();
  EXPECT_EQ(file->bytes(), std::string(4096, '\0'));
}

TEST(MappedFile, HoldsWhatAFileHolds) {
  const test::TemporaryDirectory directory;
  for (const std::string& text : {std::string(), std::string(1, '\0'), std::string("x"), std::string(70'000, 'x')}) {
    directory.write("a.dbg", text);
    auto file = MappedFile::open(directory / "a.dbg");
    ASSERT_TRUE(file) << file.error().str();
    const MappedFile moved = std::move(*file);
    EXPECT_EQ(moved.bytes(), text);
  }
}

}  // namespace
}  // namespace fatespec::sessions
