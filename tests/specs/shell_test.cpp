#include "specs/shell.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "specs/shell_words.hpp"
#include "specs/variable_resolution.hpp"
#include "tests/support/support.hpp"

namespace fatespec::specs {
namespace {

const model::Variables values = {{"A", "one two"},    {"B", "it's \"q\" $HOME `id` \\ *"},
                                 {"E", ""},           {"N", "3"},
                                 {"P", "/a b/c.avi"}, {"G", "/etc/host*"},
                                 {"L", "x\ny"},       {"S", "  lead trail  "},
                                 {"Q", "A=1"},        {"EV", "N + 1"},
                                 {"TILDE", "~"},      {"T", "one "},
                                 {"W", "if"},         {"R", "ot"}};

/// What a shell with the variables set makes of the command: the truth.
std::string truth(const std::string& command, const std::filesystem::path& directory) {
  std::string assignments;
  for (const auto& [name, value] : values) assignments += name + "=" + base::shell_quote(value) + "\n";
  return test::shell(assignments + command, directory).out;
}

class LikeAShell : public ::testing::TestWithParam<const char*> {};

TEST_P(LikeAShell, TheReplacedCommandDoesTheSame) {
  const std::string command = GetParam();
  const test::TemporaryDirectory here;
  const test::TemporaryDirectory there;
  EXPECT_EQ(test::shell(expand_command(command, values), here.path()).out, truth(command, there.path()))
      << expand_command(command, values);
}

INSTANTIATE_TEST_SUITE_P(
    Commands, LikeAShell,
    ::testing::Values(
        "printf '<%s>' $A", "printf '<%s>' \"$A\"", "printf '<%s>' '$A'", "printf '<%s>' \\$A",
        "printf '<%s>' pre$A.post", "printf '<%s>' \"pre${A}post\"", "printf '<%s>' \"$B\"", "set -f; printf '<%s>' $B",
        "printf '<%s>' $E x", "printf '<%s>' \"$E\" x", "printf '<%s>' x$S.y", "printf '<%s>' \"$S\"",
        "printf '<%s>' $G", "printf '<%s>' \"$G\"", "printf '<%s>' \"$L\"", "printf '<%s>' $L",
        "printf '<%s>' ${A:-z} ${NOPE:-z}", "printf '<%s>' ${#A} ${P##*/}", "printf '<%s>' $((N + 1)) $(($N * 2))",
        "for N in 1 2; do printf '<%s>' $N; done", "N=7; printf '<%s>' $N", "printf '<%s>' $(printf %s \"$P\")",
        "printf '<%s>' \"$(printf %s \"$P\")\"", "printf '<%s>' `printf %s $N`", "cat <<END\n$A \"$B\" ${P}\nEND\n",
        "cat <<'END'\n$A\nEND\n", "printf '<%s>' $A # $B 'unclosed", "printf '<%s>' $NOPE \"$NOPE\"",
        "printf '<%s>' ${A}x ${A}", "printf '<%s>' $A$N$E", "$Q printf x || printf no", "printf '<%s>' $TILDE",
        "printf '<%s>' \"a\\\"$A\\\\\"", "echo \"$A\" | while read A; do printf '<%s>' \"$A\"; done",
        "printf '%s' $$ >/dev/null; printf '<%s>' $?$#", "case $N in 3) printf three;; esac",
        "printf '<%s>' \"${A%two}\" \"${B}\"", "export N=9; sh -c 'printf \"<%s>\" $N'", "Z=$A; printf '<%s>' \"$Z\"",
        "Z=x$A; printf '<%s>' \"$Z\"", "Z=$A printenv Z", "export Z=$A; printf '<%s>' \"$Z\"",
        "if Z=$A; then printf '<%s>' \"$Z\"; fi", "printf '<%s>' $NOPE$N", "printf '<%s>' \"$NOPE$N\"",
        "N=1; M=$N$A; printf '<%s>' \"$M\"", "case $A in 'one two') echo m;; esac", "printf x >$A && ls",
        "echo $N>f; cat f", "cat <<X\n'$A'\nX\n", "eval 'echo $A'", "eval \"echo \\$A\"", "f='$A'; eval echo $f",
        "trap 'echo $A' EXIT", "printf '<%s>' \"$(case $N in 3) echo \"$B\";; esac)\"", "echo $((EV)) $(($EV))",
        "IFS=,; printf '<%s>' $A", "prog=printf; $prog '<%s>' a=$A", "printf '<%s>' a=$A b=\"$A\"",
        "x=${N}; printf '<%s>' $x", "printf '<%s>' ${A:+\"$B\"}", "printf '<%s>' a $E#b", "printf '<%s>' ${E}~",
        "printf '<%s>' ~$E ~$S ~/$E x~$E ~ro$R", "$E M=1 true; echo $?", "$W true; echo $?",
        "f() { printf '<%s>' $T#x; }; f"));

TEST(ExpandCommand, ReadsWellWhereItCan) {
  EXPECT_EQ(expand_command("$F $D -i \"$S/a b.avi\" -f md5 -",
                           {{"F", "/usr/bin/ffmpeg"}, {"D", "-nostdin -v error"}, {"S", "/s"}}),
            "/usr/bin/ffmpeg -nostdin -v error -i \"/s/a b.avi\" -f md5 -");
}

TEST(ExpandCommand, AssignsWhereReplacingWouldBeWrong) {
  EXPECT_EQ(expand_command("echo ${A:-b}", {{"A", "x"}}), "A='x'; echo ${A:-b}");
}

TEST(ExpandText, ReplacesEverywhereButBehindABackslash) {
  EXPECT_EQ(expand_text("$A/${N}x '\\$A' $NOPE $", values), "one two/3x '$A' $NOPE $");
}

TEST(SimpleWords, AreThoseOfAShell) {
  const auto words = simple_words("ffmpeg -i 'a b' \"c \\\"d\" e\\ f ''");
  ASSERT_TRUE(words);
  EXPECT_EQ(*words, (std::vector<std::string>{"ffmpeg", "-i", "a b", "c \"d", "e f", ""}));
  EXPECT_EQ(simple_words("prog a=b")->at(1), "a=b");
  EXPECT_EQ(simple_words("prog a#b")->at(1), "a#b");
}

TEST(SimpleWords, GiveUpWhereAShellIsNeeded) {
  for (const char* command : {"a | b", "a && b", "a; b",        "a > f", "a $X",   "a `b`", "a *",    "a ?",
                              "a [x]", "a ~",    "A=1 a",       "cd /",  "echo x", "if a",  "{ a; }", "! a",
                              "a # b", "exit 3", "a 'unclosed", "a\nb",  "(a)",    "a &",   "true",   ""})
    EXPECT_FALSE(simple_words(command)) << command;
}

TEST(ResolveVariables, ReplacesInEachOtherAndNamesCircles) {
  EXPECT_EQ(resolve_variables({{"A", "$B/x"}, {"B", "${C}y"}, {"C", "z"}}, {}).values.at("A"), "zy/x");
  EXPECT_EQ(resolve_variables({{"A", "$B"}, {"B", "$A"}}, {}).problems.at(0).message,
            "variables refer to each other in a circle: $A -> $B -> $A");
  EXPECT_EQ(resolve_variables({{"A", "$A"}}, {}).problems.at(0).message,
            "variables refer to each other in a circle: $A -> $A");
}

TEST(ResolveVariables, StopsAtExponentialGrowth) {
  model::Variables bomb = {{"V0", "xxxxxxxxxx"}};
  for (int i = 1; i < 40; ++i) {
    const std::string before = "$V" + std::to_string(i - 1);
    bomb["V" + std::to_string(i)] = before + before;
  }
  EXPECT_NE(resolve_variables(bomb, {}).problems.at(0).message.find("longer than 1 MiB"), std::string::npos);
}

TEST(ResolveVariables, StopsAtLongChains) {
  model::Variables chain = {{"V100000", "end"}};
  for (int i = 0; i < 100'000; ++i) chain["V" + std::to_string(i)] = "$V" + std::to_string(i + 1);
  const auto problems = resolve_variables(chain, {}).problems;
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems.front().message, "variables in variables, 1000 deep");
}

TEST(ResolveVariables, StopsAtTooMuchOfThem) {
  model::Variables many = {{"A", std::string(1'000'000, 'x')}};
  for (int i = 0; i < 100; ++i) many["B" + std::to_string(i)] = "$A";
  EXPECT_EQ(resolve_variables(many, {}).problems.at(0).message,
            "the values of all variables together are longer than 64 MiB");
}

}  // namespace
}  // namespace fatespec::specs
