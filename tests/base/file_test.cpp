#include "base/file.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "tests/support/support.hpp"

namespace fatespec::base {
namespace {

namespace fs = std::filesystem;
using test::TemporaryDirectory;

TEST(ReadFile, TellsWhatIsWrong) {
  const TemporaryDirectory directory;
  EXPECT_EQ(*read_file(directory.write("a", "hello")), "hello");
  EXPECT_EQ(read_file(directory / "none").error().kind, ErrorKind::not_found);
  EXPECT_EQ(read_file(directory.path()).error().message, directory.path().string() + ": is a directory");
  ASSERT_EQ(::mkfifo((directory / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(directory / "pipe").error().message, directory / "pipe" + ": not a regular file");
  EXPECT_EQ(read_file(directory / "a", 4).error().message, directory / "a" + ": 5 bytes; the limit is 4");
}

TEST(WriteFileAtomically, KeepsTheModeAndLeavesNothingBehind) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("a", "old");
  fs::permissions(file, fs::perms::owner_all);
  ASSERT_TRUE(write_file_atomically(file, "new"));
  EXPECT_EQ(test::read_file(file), "new");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_all);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), {}), 1);
  EXPECT_FALSE(write_file_atomically(directory / "no/such/a", "new"));
}

TEST(WriteFileAtomically, FollowsALinkInsteadOfReplacingIt) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("a", "old");
  fs::create_symlink(file, directory / "link");
  ASSERT_TRUE(write_file_atomically(directory / "link", "new"));
  EXPECT_TRUE(fs::is_symlink(directory / "link"));
  EXPECT_EQ(test::read_file(file), "new");
}

TEST(WriteFileAtomically, DoesNotReplaceWhatIsNoFile) {
  ASSERT_TRUE(write_file_atomically("/dev/null", "x"));
  EXPECT_EQ(fs::status("/dev/null").type(), fs::file_type::character);
}

TEST(RemoveTree, DoesNotFollowLinksAndRemovesUnwritableDirectories) {
  const TemporaryDirectory directory;
  directory.write("outside/kept", "x");
  directory.write("tree/a/b", "x");
  fs::create_directory_symlink(directory / "outside", directory / "tree/link");
  fs::permissions(directory / "tree/a", fs::perms::owner_read);
  ASSERT_TRUE(remove_tree(directory / "tree"));
  EXPECT_FALSE(fs::exists(directory / "tree"));
  EXPECT_TRUE(fs::exists(directory / "outside/kept"));
}

// Root may write anywhere: as somebody else, who owns it, in a process of its own.
TEST(RemoveTree, ChangesWhatItsOwnerMayNotWrite) {
  const TemporaryDirectory directory;
  directory.write("tree/a/b", "x");
  test::shell("chmod 555 tree/a; chmod 755 .", directory.path());
  if (::geteuid() == 0) test::shell("chown -R nobody . && chmod 755 .", directory.path());
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0 && ::setuid(nobody) != 0) ::_exit(2);
    ::_exit(remove_tree(directory / "tree") ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(fs::exists(directory / "tree"));
}

// The independent truth is the openssl program.
TEST(Digests, AgreeWithOpenssl) {
  const TemporaryDirectory directory;
  std::string bytes;
  for (int i = 0; i < 100'003; ++i) bytes += static_cast<char>(i * 7 + i / 251);
  const std::string file = directory.write("data", bytes);
  for (const auto algorithm : {DigestAlgorithm::md5, DigestAlgorithm::sha1, DigestAlgorithm::sha224,
                               DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
    const auto truth = test::shell("openssl dgst -r -" + std::string(name_of(algorithm)) + " " + file).out;
    const std::string hex = digest_hex(algorithm, bytes);
    EXPECT_EQ(truth.substr(0, hex.size()), hex) << name_of(algorithm);
    EXPECT_EQ(digest_of_length(hex.size()), algorithm);
  }
}

TEST(FileReplacement, KeepsTheModeThatTheFileHad) {
  const test::TemporaryDirectory directory;
  const std::string file = directory.write("f", "old");
  std::filesystem::permissions(file, static_cast<std::filesystem::perms>(0666));
  ASSERT_TRUE(write_file_atomically(file, "new"));
  EXPECT_EQ(std::filesystem::status(file).permissions(), static_cast<std::filesystem::perms>(0666))
      << "whatever this process masks in new files";
}

}  // namespace
}  // namespace fatespec::base
