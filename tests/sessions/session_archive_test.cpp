#include "sessions/session_archive.hpp"

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::sessions {
namespace {

namespace fs = std::filesystem;
using test::read_file;

class SessionArchive : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(directory_ / "samples");
    fs::create_directories(directory_ / "elsewhere");
    directory_.write("samples/clip.mp4", "no player looks at it");
  }

  /// What opening an archive that Python makes ends with: "" or the message. `body` adds to the tarfile `t`.
  std::string opening(const std::string& body) {
    directory_.write("make.py",
                     "import io, tarfile\n"
                     "t = tarfile.open('a.tar.gz', 'w:gz')\n"
                     "def add(name, text=b'x', **more):\n"
                     "  i = tarfile.TarInfo(name); i.size = len(text)\n"
                     "  for k, v in more.items(): setattr(i, k, v)\n"
                     "  t.addfile(i, io.BytesIO(text))\n"
                     "def manifest(): add('fatespec-session.json', b'{\"version\":1,\"session\":\"s\"}')\n" +
                         body + "\nt.close()\n");
    const auto made = test::shell(FATESPEC_PYTHON " make.py", directory_.path());
    EXPECT_EQ(made.status, 0) << made.err;
    const auto opened = open_archive(SamplesDirectory(directory_ / "elsewhere"), directory_ / "a.tar.gz", "");
    if (opened) return "";
    const std::string place = directory_ / "a.tar.gz" + ": ";
    return opened.error().message.starts_with(place) ? opened.error().message.substr(place.size())
                                                     : opened.error().message;
  }

  bool nothing_was_left() { return fs::is_empty(directory_ / "elsewhere"); }

  test::TemporaryDirectory directory_;
};

TEST_F(SessionArchive, WhatIsPackedComesOutProtected) {
  const SamplesDirectory samples(directory_ / "samples");
  const auto session = samples.create("s", "", {{"_player_info.txt", "player: x\n"}});
  ASSERT_TRUE(session);
  const std::string recording = read_file(FATESPEC_SOURCE_DIR "/tests/fixtures/pyglet/synthetic/dbg/mixed.mp4.dbg");
  directory_.write("samples/s/dbg/clip.mp4.dbg", recording);
  directory_.write("samples/s/reports/00_summary.txt", "summary");
  directory_.write("samples/s/reports/clip.mp4.timeline.html", "<script>alert(1)</script>");
  fs::create_symlink("/etc/passwd", directory_ / "samples/s/reports/link.txt");
  ASSERT_TRUE(export_session(*session, directory_ / "out.tar.gz"));
  const auto opened = open_archive(SamplesDirectory(directory_ / "elsewhere"), directory_ / "out.tar.gz", "copy");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->left_out, 1U);
  EXPECT_TRUE(read_file(directory_ / "elsewhere/copy/dbg/clip.mp4.dbg") == recording);
  EXPECT_EQ(read_file(directory_ / "elsewhere/copy/reports/00_summary.txt"), "summary");
  EXPECT_FALSE(fs::exists(directory_ / "elsewhere/copy/reports/clip.mp4.timeline.html"));
  EXPECT_FALSE(fs::exists(directory_ / "elsewhere/copy/reports/link.txt"));
  EXPECT_EQ(*opened->session.playlist(), std::vector<std::string>{"clip.mp4"});  // without the samples
  EXPECT_EQ(opened->session.check_writable_recordings(false).error().message,
            "session `copy` came from elsewhere: it is not played");
  // A second one of that name is refused, and the first one stays.
  EXPECT_FALSE(open_archive(SamplesDirectory(directory_ / "elsewhere"), directory_ / "out.tar.gz", "copy"));
  EXPECT_TRUE(fs::exists(directory_ / "elsewhere/copy/dbg/clip.mp4.dbg"));
}

TEST_F(SessionArchive, NoNameLeadsOut) {
  for (const char* name :
       {"../x", "/etc/x", "dbg/../../x", "dbg/a/b", "dbg/..", "reports/.", "x", "other/x", "dbg/a\\nb"}) {
    const std::string message = opening(std::string("manifest(); add('") + name + "')");
    EXPECT_NE(message.find("no name of a session's file"), std::string::npos) << name << ": " << message;
    EXPECT_TRUE(nothing_was_left()) << name;
  }
  EXPECT_FALSE(fs::exists(directory_ / "x"));
}

TEST_F(SessionArchive, LinksAndDevicesAreRefused) {
  for (const char* more :
       {"type=tarfile.SYMTYPE, linkname='/etc/passwd'", "type=tarfile.LNKTYPE, linkname='fatespec-session.json'",
        "type=tarfile.FIFOTYPE", "type=tarfile.CHRTYPE", "type=tarfile.DIRTYPE"}) {
    const std::string message = opening(std::string("manifest(); add('dbg/x', b'', ") + more + ")");
    EXPECT_EQ(message, "`" + std::string(message.find("x/") == std::string::npos ? "dbg/x" : "dbg/x/") +
                           "`: only regular files belong in a session")
        << more;
    EXPECT_TRUE(nothing_was_left()) << more;
  }
}

TEST_F(SessionArchive, OnlyOurArchivesAreTaken) {
  const std::string none = "this is no session that `fatespec session export` packed";
  EXPECT_EQ(opening("add('dbg/x')"), none);
  EXPECT_EQ(opening("add('fatespec-session.json', b'{')"), none);
  EXPECT_EQ(opening("add('fatespec-session.json', b'{\"version\":2,\"session\":\"s\"}')"), none);
  EXPECT_NE(
      opening("add('fatespec-session.json', b'{\"version\":1,\"session\":\"../s\"}')").find("no name for a session"),
      std::string::npos);
  EXPECT_EQ(opening("manifest(); add('dbg/x'); add('dbg/x')"), "`dbg/x`: it is there twice");
  EXPECT_TRUE(nothing_was_left());
  directory_.write("a.tar.gz", "not an archive");
  EXPECT_FALSE(open_archive(SamplesDirectory(directory_ / "elsewhere"), directory_ / "a.tar.gz", ""));
}

TEST_F(SessionArchive, TooMuchIsTooMuch) {
  EXPECT_NE(opening("manifest()\nfor n in range(20001): add('dbg/%d' % n, b'')").find("too many files"),
            std::string::npos);
  // Nine GiB of zeros would be nine MiB of archive: its head is enough to refuse it.
  EXPECT_EQ(opening("manifest()\n"
                    "i = tarfile.TarInfo('reports/x.html'); i.size = 9 << 30; t.fileobj.write(i.tobuf())"),
            "`reports/x.html`: more than 8 GiB in all");
  EXPECT_TRUE(nothing_was_left());
}

TEST_F(SessionArchive, ACutOneLeavesNothing) {
  opening("manifest(); import os; add('dbg/x', os.urandom(1 << 20))");
  fs::remove_all(directory_ / "elsewhere/s");
  fs::resize_file(directory_ / "a.tar.gz", 500'000);
  EXPECT_FALSE(open_archive(SamplesDirectory(directory_ / "elsewhere"), directory_ / "a.tar.gz", ""));
  EXPECT_TRUE(nothing_was_left());
}

}  // namespace
}  // namespace fatespec::sessions
