#include "remote/file_list.hpp"

#include <gtest/gtest.h>

#include "remote/tar_stream.hpp"
#include "tests/support/support.hpp"

namespace fatespec::remote {
namespace {

using test::TemporaryDirectory;

TEST(FileList, HoldsFilesFoldersAndLinksOfATree) {
  const TemporaryDirectory directory;
  directory.write("tree/a b", "1234");
  directory.write("tree/sub/run", "x");
  test::shell("chmod 755 tree/sub/run; ln -s ../elsewhere tree/link", directory.path());
  const auto item = list_files({directory / "tree", "/fate/bin", {}, {}});
  ASSERT_TRUE(item);
  EXPECT_TRUE(item->is_tree);
  std::vector<std::string> names;
  for (const auto& file : item->files) names.push_back(path_there(*item, file));
  EXPECT_EQ(names, (std::vector<std::string>{"/fate/bin", "/fate/bin/a b", "/fate/bin/link", "/fate/bin/sub",
                                             "/fate/bin/sub/run"}));
  EXPECT_EQ(item->files[1].size, 4U);
  EXPECT_EQ(item->files[1].digest, base::digest_hex(base::DigestAlgorithm::sha256, "1234"));
  EXPECT_EQ(item->files[2].target, "../elsewhere");
  EXPECT_EQ(item->files[4].mode, 0755);
}

TEST(FileList, RefusesWhatCannotBeBrought) {
  const TemporaryDirectory directory;
  EXPECT_NE(list_files({directory / "none", "/x", {}, {}}).error().message.find("No such file"), std::string::npos);
  test::shell("mkdir t; mkfifo t/pipe", directory.path());
  EXPECT_EQ(list_files({directory / "t", "/x", {}, {}}).error().message,
            directory / "t/pipe" + ": neither a file nor a folder nor a link");
}

TEST(Manifest, ReadsWhatItWrote) {
  Manifest manifest;
  manifest.entries["/fate/a b"] = {"abc", 0755, 12, 1700000000};
  manifest.entries["/fate"] = {"-", 0755, 0, 1700000001};
  const auto read = Manifest::parse(manifest.text());
  EXPECT_EQ(read.text(), manifest.text());
  EXPECT_EQ(read.entries.at("/fate/a b").size, 12U);
}

TEST(Manifest, OfAnotherVersionOrDamagedIsNone) {
  EXPECT_TRUE(Manifest::parse("").entries.empty());
  EXPECT_TRUE(Manifest::parse("fatespec-manifest 2\nabc 493 12 1 /a\n").entries.empty());
  EXPECT_TRUE(Manifest::parse("fatespec-manifest 1\nabc 493 12 1 /a\nabc 493").entries.empty());
  EXPECT_TRUE(Manifest::parse("fatespec-manifest 1\nabc x 12 1 /a\n").entries.empty());
}

TEST(Manifest, ForgetsWhatHasChangedThere) {
  Manifest manifest;
  for (const char* path : {"/same", "/size", "/time", "/gone", "/with blank", "/rights"})
    manifest.entries[path] = {"d", 0644, 5, 100};
  manifest.entries["/folder"] = {"-", 0755, 0, 100};
  drop_changed(manifest,
               "5 100 644 /same\n6 100 644 /size\n5 101 644 /time\n5 100 755 /with blank\n"
               "5 100 444 /rights\n4096 999 500 /folder\n");
  std::string left;
  for (const auto& [path, entry] : manifest.entries) left += path + ";";
  EXPECT_EQ(left, "/folder;/same;/with blank;");
}

TEST(TarStream, IsWhatTarReads) {
  const TemporaryDirectory directory;
  directory.write("tree/" + std::string(150, 'n') + "/file", std::string(3'000'000, 'x'));
  directory.write("tree/empty", "");
  test::shell("ln -s empty tree/link; chmod 751 tree/empty", directory.path());
  const auto item = list_files({directory / "tree", "/there/copy", {}, {}});
  ASSERT_TRUE(item);
  TarStream tar(item->files);
  std::string bytes;
  for (;;) {
    const auto piece = tar.next();
    ASSERT_TRUE(piece);
    if (piece->empty()) break;
    EXPECT_LT(piece->size(), std::size_t{2} << 20);
    bytes += *piece;
  }
  directory.write("out/x.tar", bytes);
  for (const char* program : {"tar", "busybox tar"}) {
    const auto compared = test::shell(std::string("cd out && rm -rf copy && ") + program +
                                          " -xpf x.tar && cd .. && diff -r tree out/copy && readlink out/copy/link && "
                                          "stat -c %a out/copy/empty",
                                      directory.path());
    EXPECT_EQ(compared.out, "empty\n751\n") << program << compared.err;
  }
}

TEST(TarStream, NoticesAFileThatShrinks) {
  const TemporaryDirectory directory;
  directory.write("file", "12345");
  const auto item = list_files({directory / "file", "/there/file", {}, {}});
  directory.write("file", "1");
  TarStream tar(item->files);
  EXPECT_EQ(tar.next().error().message, directory / "file" + ": became shorter while it was being deployed");
}

}  // namespace
}  // namespace fatespec::remote
