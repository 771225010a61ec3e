#include "base/file_lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::base {
namespace {

class FileLock : public testing::Test {
 protected:
  std::string path() const { return directory_ / "lock"; }
  test::TemporaryDirectory directory_;
};

TEST_F(FileLock, IsHeldByOne) {
  EXPECT_FALSE(is_locked(path()));
  auto held = lock_file(path());
  ASSERT_TRUE(held && *held);
  EXPECT_TRUE(is_locked(path()));
  const auto second = lock_file(path());
  ASSERT_TRUE(second);
  EXPECT_FALSE(*second);
  held->reset();
  EXPECT_FALSE(is_locked(path()));
  EXPECT_TRUE(*lock_file(path()));
}

TEST_F(FileLock, IsLetGoOfByAProcessThatDies) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = lock_file(path());
    if (held && *held) ::kill(::getpid(), SIGKILL);
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "it had no lock";
  EXPECT_FALSE(is_locked(path()));
}

TEST_F(FileLock, OfAFileThatWasRemovedIsNoLock) {
  const auto removed = lock_file(path());
  std::filesystem::remove(path());
  const auto second = lock_file(path());
  ASSERT_TRUE(second);
  EXPECT_TRUE(*second) << "the name is a new file, which nobody holds";
}

TEST_F(FileLock, FollowsNoLinksAndNamesWhatItCannotOpen) {
  std::filesystem::create_symlink("/etc/passwd", path());
  EXPECT_FALSE(lock_file(path()));
  const auto missing = lock_file(directory_ / "none/lock");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().str().find("none/lock"), std::string::npos);
}

}  // namespace
}  // namespace fatespec::base
