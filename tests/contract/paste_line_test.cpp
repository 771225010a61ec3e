// The lines that are printed to be pasted: they do nothing to the directory of whoever pastes them.
#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

/// The line under "command line" of `explain`.
std::string line_of(const std::string& command) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests:\n  - name: t\n    spec: >-\n      " + command + "\n");
  const std::string told = fatespec("explain s/t s.yaml", directory.path()).out;
  const auto head = told.find("command line");
  if (head == std::string::npos) return told;
  const auto begin = told.find_first_not_of(' ', told.find('\n', head) + 1);
  return told.substr(begin, told.find('\n', begin) - begin);
}

TEST(PasteLine, CommandsThatHaveToDoWithFilesWorkInAnEmptyDirectory) {
  for (const std::string command : {"cp /etc/passwd precious",
                                    "test -e s.yaml",
                                    "/bin/touch out",
                                    "printf x > out",
                                    "echo <in",
                                    "true; rm -rf out",
                                    "A=1 rm -rf out",
                                    "timeout 5 rm -rf out",
                                    "for f in a b; do rm -f $f; done",
                                    "{ rm -rf out; }",
                                    "sh -c 'rm -rf out'",
                                    "\"/x/ffmpeg\" -i /x/a.avi -y out",
                                    "prog --output=out.avi",
                                    "git init",
                                    "sort <in >/dev/null",
                                    "ffmpeg -i /a/b.avi -c copy -y out.avi",
                                    "ls -A | wc -l",
                                    "find",
                                    "{MD5FILE,out} /bin/make-it",
                                    "{MD5FILE,$TEST_DIR/x} echo hi > x"}) {
    const auto type = command.find("} ");
    const std::string alone = type == std::string::npos ? command : command.substr(type + 2);
    EXPECT_EQ(line_of(command), "(cd \"$(mktemp -d)\" || exit; " + alone + ")");
  }
}

TEST(PasteLine, OthersStandAsTheyAre) {
  for (const std::string command :
       {"exit 3", "echo hi 2>&1", "ffmpeg -i /a/b.avi -vf scale=0.5 -f framecrc -", "printf 'a b' | cat", "echo '<&>'",
        "seq 3 >/dev/null", "head -c 3 /dev/zero", "ffprobe http://host/a.mp4"})
    EXPECT_EQ(line_of(command), command);
}

}  // namespace
}  // namespace fatespec::test
