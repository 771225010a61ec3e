#include "sessions/mapped_file.hpp"

#include <filesystem>

#include "tests/support/support.hpp"

namespace fatespec::sessions {
namespace {

// Reading what is no longer there of a mapped file would end the program.
TEST(MappedFile, OutlivesThatAPlayerCutsTheEndOfItsRecording) {
  const test::TemporaryDirectory directory;
  const std::string events = "events";
  const std::string written = events + std::string(100'000, '\0');
  directory.write("a.dbg", written);
  const auto file = MappedFile::open(directory / "a.dbg");
  ASSERT_TRUE(file) << file.error().str();
  std::filesystem::resize_file(directory / "a.dbg", events.size());
  EXPECT_EQ(file->bytes(), written);
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
