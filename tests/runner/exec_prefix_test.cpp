#include "runner/exec_prefix.hpp"

#include <gtest/gtest.h>

namespace fatespec::runner {
namespace {

std::string prefixed(const std::string& command) { return with_prefix("qemu -L /s", command); }

TEST(ExecPrefix, GoesInFrontOfASimpleCommand) {
  EXPECT_EQ(prefixed("ffmpeg -i 'a b'"), "qemu -L /s ffmpeg -i 'a b'");
  EXPECT_EQ(with_prefix("", "ffmpeg | cat"), "ffmpeg | cat");
}

TEST(ExecPrefix, GoesInFrontOfEveryProgramThatIsAPathOrAVariable) {
  EXPECT_EQ(prefixed("/f/ffmpeg -i a | tr -d / && /f/ffprobe x"),
            "qemu -L /s /f/ffmpeg -i a | tr -d / && qemu -L /s /f/ffprobe x");
  EXPECT_EQ(prefixed("A='x y' \"/f g/ffmpeg\" -i \"a;/b\" >/o 2>&1; $FFPROBE -v 0"),
            "A='x y' qemu -L /s \"/f g/ffmpeg\" -i \"a;/b\" >/o 2>&1; qemu -L /s $FFPROBE -v 0");
  EXPECT_EQ(prefixed("if /f/a; then { /f/b; }; else ! /f/c; fi"),
            "if qemu -L /s /f/a; then { qemu -L /s /f/b; }; else ! qemu -L /s /f/c; fi");
  EXPECT_EQ(prefixed("cd x && exec /f/a | cat"), "cd x && exec qemu -L /s /f/a | cat");
  EXPECT_EQ(prefixed("time $FFMPEG | cat; time -p x"), "time qemu -L /s $FFMPEG | cat; time -p x");
  EXPECT_EQ(prefixed("</in /f/a (x)"), "</in qemu -L /s /f/a (x)");
  EXPECT_EQ(prefixed("echo $(date; /f/a) /f/b; (/f/c)"), "echo $(date; /f/a) /f/b; (qemu -L /s /f/c)");
}

TEST(ExecPrefix, RunsTheShellWhereNothingElseIsThere) {
  EXPECT_EQ(prefixed("echo 'x' | cat"), "qemu -L /s /bin/sh -c 'echo '\\''x'\\'' | cat'");
  EXPECT_EQ(prefixed(">"), "qemu -L /s /bin/sh -c '>'");
}

TEST(ExecPrefix, OfAQuestionGoesToPathsOnly) {
  EXPECT_EQ(with_prefix("p", "test -r /x", PrefixScope::programs), "test -r /x");
  EXPECT_EQ(with_prefix("p", "/f/ffmpeg -version", PrefixScope::programs), "p /f/ffmpeg -version");
  EXPECT_EQ(with_prefix("p", "/bin/cat x", PrefixScope::nothing), "/bin/cat x");
}

}  // namespace
}  // namespace fatespec::runner
