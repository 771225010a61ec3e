#include "runner/local/scratch.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::runner {
namespace {

namespace fs = std::filesystem;
using test::TemporaryDirectory;
using namespace std::chrono_literals;

/// What a test may do to its directory, and whether the next one gets that directory.
struct Use {
  const char* name;
  void (*act)(const fs::path& directory);
  bool leaves_it_empty;
};

void write(const fs::path& path) { std::ofstream(path) << "x"; }

const Use uses[] = {
    {"nothing", [](const fs::path&) {}, true},
    {"a file", [](const fs::path& directory) { write(directory / "a"); }, false},
    {"a hidden file", [](const fs::path& directory) { write(directory / ".a"); }, false},
    {"a directory", [](const fs::path& directory) { fs::create_directory(directory / "a"); }, false},
    {"a file for a while",
     [](const fs::path& directory) {
       write(directory / "a");
       fs::remove(directory / "a");
     },
     true},
    {"other rights", [](const fs::path& directory) { fs::permissions(directory, fs::perms::owner_all); }, false},
    {"itself removed", [](const fs::path& directory) { fs::remove(directory); }, false},
    {"a link in its place",
     [](const fs::path& directory) {
       fs::remove(directory);
       fs::create_symlink("/tmp", directory);
     },
     false},
};

// A directory that was changed long ago is not looked into; that is to make no difference. `settled`: it was.
void expect_use(const Use& use, bool settled) {
  const TemporaryDirectory outside;
  auto scratch = Scratch::create(outside / "run");
  ASSERT_TRUE(scratch);
  std::string directory = *scratch->make_directory();
  ASSERT_TRUE(scratch->take_back(directory));
  if (settled) std::this_thread::sleep_for(150ms);  // the time itself is what counts
  ASSERT_EQ(*scratch->make_directory(), directory);
  use.act(directory);
  EXPECT_EQ(scratch->take_back(directory), use.leaves_it_empty) << use.name << (settled ? ", settled" : "");
  const std::string next = *scratch->make_directory();
  EXPECT_EQ(next == directory, use.leaves_it_empty) << use.name;
  EXPECT_TRUE(fs::is_empty(next)) << use.name;
}

TEST(Scratch, ADirectoryIsUsedAgainIfNothingIsInIt) {
  for (const Use& use : uses) {
    expect_use(use, false);
    expect_use(use, true);
  }
}

}  // namespace
}  // namespace fatespec::runner
