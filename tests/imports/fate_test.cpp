// FATE's rules, as `make -n fate` prints them, and what becomes of them.
#include <gtest/gtest.h>

#include <filesystem>

#include "imports/fate.hpp"
#include "imports/fate_command.hpp"
#include "tests/support/support.hpp"

namespace fatespec::imports {
namespace {

constexpr const char* decoding = "-hwaccel none -threads 1 -thread_type frame+slice -i ";
constexpr const char* ffmpeg = "$FFMPEG_PATH -nostdin -nostats -noauto_conversion_filters -cpuflags all ";

/// A rule as make prints it.
std::string rule(const std::string& name, const std::string& command,
                 const std::string& rest = "'' '' '' '1' '' '' '' '' '' '' '' '' '' ''",
                 const std::string& target_exec = "") {
  return "src/tests/fate-run.sh fate-" + name + " \"/samples\" \"" + target_exec + "\" \"/b/build\" '" + command +
         "' " + rest + "\n";
}

FateCommand command_of(const std::string& name, const std::string& command) {
  const auto tests = read_fate_rules(rule(name, command));
  return tests.empty() ? FateCommand{"no rule", false, "no rule"} : fate_command(tests.front());
}

TEST(FateRules, AreReadFromWhatMakePrints) {
  const auto tests = read_fate_rules(
      "printf \"CC\\t%s\\n\" x; gcc -c x.c\n" +
      rule("acodec-x", "ffmpeg -i tests/data/a.wav",
           "'stddev' 'tests/data/a.wav' '2' '4' 'slice' 'none' '-44' '7.5' '100 - 20' 'u8' '' '' '' '1'") +
      "src/tests/fate-run.sh broken 'quote\nmake: Nothing to be done\n");
  ASSERT_EQ(tests.size(), 1U);
  const FateTest& test = tests.front();
  EXPECT_EQ(test.name, "acodec-x");
  EXPECT_EQ(test.samples, "/samples");
  EXPECT_EQ(test.build, "/b/build");
  EXPECT_EQ(test.comparator, "stddev");
  EXPECT_EQ(test.fuzz, "2");
  EXPECT_EQ(test.threads, "4");
  EXPECT_EQ(test.thread_type, "slice");
  EXPECT_EQ(test.cpu_flags, "none");
  EXPECT_EQ(test.shift, "-44");
  EXPECT_EQ(test.target, "7.5");
  EXPECT_EQ(test.size_tolerance, "100 - 20");
  EXPECT_EQ(test.unit, "u8");
  EXPECT_EQ(test.script_directory, "src/tests");
  const auto defaults = read_fate_rules(rule("y", "run x"));
  ASSERT_EQ(defaults.size(), 1U);
  EXPECT_EQ(defaults[0].comparator + defaults[0].fuzz + defaults[0].unit + defaults[0].cpu_flags + defaults[0].hwaccel,
            "diff12allnone");
}

// Quotes of a command end those that make's rule has around it: what they held is no pattern, but what a shell would
// do more with cannot be read.
TEST(FateRules, NoTestIsLost) {
  const auto tests = read_fate_rules(rule("tick", "framecrc -lavfi \"scale='iw*2:ih'\"") + rule("x", "run 'a;b'"));
  ASSERT_EQ(tests.size(), 2U);
  EXPECT_EQ(tests[0].command, "framecrc -lavfi \"scale=iw*2:ih\"");
  EXPECT_EQ(tests[1].name, "x");
  const auto imported = import_fate(
      tests, read_fate_list("gcc -c fate-x.c\nprintf '%s\\n' fate-tick fate-unplanned fate-x\nmake: done\n"));
  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->tests, 1U);
  ASSERT_EQ(imported->skipped.size(), 2U);
  EXPECT_EQ(imported->skipped[0].name + ": " + imported->skipped[0].reason,
            "x: its rule, as make prints it, needs more of a shell than can be read");
  EXPECT_EQ(imported->skipped[1].name + ": " + imported->skipped[1].reason,
            "unplanned: make does not say how it is run; `make -n fate-unplanned` may say why");
}

TEST(FateRules, WhatStandsInFrontOfProgramsIsKept) {
  const std::string rest = "'' '' '' '1' '' '' '' '' '' '' '' '' '' ''";
  const auto tests =
      read_fate_rules(rule("a", "run libavutil/tests/x", rest, "valgrind -q") +
                      rule("b", "framecrc -i a", rest, "valgrind -q") + rule("c", "probefmt a", rest, "valgrind -q"));
  ASSERT_EQ(tests.size(), 3U);
  EXPECT_EQ(fate_command(tests[0]).line, "$TARGET_EXEC $BUILD_PATH/libavutil/tests/x");
  EXPECT_TRUE(fate_command(tests[1]).line.starts_with("$TARGET_EXEC $FFMPEG_PATH -nostdin "))
      << fate_command(tests[1]).line;
  EXPECT_TRUE(fate_command(tests[2]).line.starts_with("$TARGET_EXEC $BUILD_PATH/ffprobe -bitexact "));
  const auto imported = import_fate(tests);
  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->target_exec, "valgrind -q");
  EXPECT_EQ(imported->samples, "/samples");
}

TEST(FateRules, WhatFateIgnoresIsSkipped) {
  const auto imported = import_fate(
      read_fate_rules(rule("a", "run x", "'' '' '' '1' '' '' '' '' '' '' '' '' 'ignore'") + rule("b", "run y")));
  ASSERT_TRUE(imported);
  const auto skip = imported->yaml.find("skip: FATE ignores how it ends (--ignore-tests)");
  ASSERT_NE(skip, std::string::npos) << imported->yaml;
  EXPECT_LT(skip, imported->yaml.find("name: b"));
  EXPECT_EQ(imported->yaml.find("skip:", skip + 1), std::string::npos);
}

TEST(FateCommands, ProgramsRunInTheBuildDirectory) {
  const auto command = command_of("x", "run libavutil/tests/x  -a /b/build/tests/data/y \"b c\"");
  EXPECT_EQ(command.line, "$BUILD_PATH/libavutil/tests/x -a $BUILD_PATH/tests/data/y 'b c'");
  EXPECT_TRUE(command.in_build);
  EXPECT_EQ(command_of("x", "run ffmpeg -version").line, "$FFMPEG_PATH -version");
  EXPECT_EQ(command_of("x", "run ffprobe a | xmllint --schema src/doc/ffprobe.xsd -").line,
            "$BUILD_PATH/ffprobe a | xmllint --schema src/doc/ffprobe.xsd -");
}

TEST(FateCommands, DecoderOptionsStandInFrontOfEveryInput) {
  EXPECT_EQ(command_of("x", "framecrc -i /samples/a.avi -i /samplesx/b.avi -vf \"scale=w=1:h=1|2\"").line,
            std::string(ffmpeg) + decoding + "$SAMPLES_PATH/a.avi " + decoding +
                "/samplesx/b.avi -vf 'scale=w=1:h=1|2' -bitexact -f framecrc -");
  EXPECT_EQ(command_of("x", "pcm -i /samples/a").line,
            std::string(ffmpeg) + "-auto_conversion_filters " + decoding + "$SAMPLES_PATH/a -vn -f s16le -");
  EXPECT_EQ(command_of("x", "fmtstdout srt -i a").line,
            std::string(ffmpeg) + "-bitexact " + decoding + "a -bitexact -f srt -");
}

TEST(FateCommands, NothingIsAPattern) {
  EXPECT_EQ(command_of("x", "framecrc -i a -map 0:a? -af asetpts=N*23,random\\(0\\)").line,
            std::string(ffmpeg) + decoding + "a -map '0:a?' -af 'asetpts=N*23,random(0)' -bitexact -f framecrc -");
}

TEST(FateCommands, FilesAreWrittenByTheNamesThatReferencesHave) {
  const std::string common =
      "-flags +bitexact -idct simple -sws_flags +accurate_rnd+bitexact -fflags +bitexact -threads 1 ";
  const auto command =
      command_of("vsynth1-x", "enc_dec \"rawvideo -s 1x1\" tests/data/v.yuv avi \"-c:v x\" rawvideo \"-s 2x2\" \"\"");
  EXPECT_FALSE(command.in_build);
  EXPECT_EQ(
      command.line,
      "mkdir -p tests/data/fate; " + std::string(ffmpeg) + "-auto_conversion_filters -f rawvideo -s 1x1 " + common +
          decoding + "$BUILD_PATH/tests/data/v.yuv " + common +
          "-dct fastint -c:v x -flags +bitexact -sws_flags +accurate_rnd+bitexact "
          "-fflags +bitexact -f avi -y tests/data/fate/vsynth1-x.avi || exit; md5sum -b tests/data/fate/vsynth1-x.avi; "
          "echo $(wc -c tests/data/fate/vsynth1-x.avi); " +
          std::string(ffmpeg) + "-auto_conversion_filters " + common + decoding + "tests/data/fate/vsynth1-x.avi " +
          common +
          "-dct fastint -s 2x2 -flags +bitexact -sws_flags +accurate_rnd+bitexact "
          "-fflags +bitexact -f rawvideo -y tests/data/fate/vsynth1-x.out.rawvideo || exit; "
          "md5sum -b tests/data/fate/vsynth1-x.out.rawvideo; $BUILD_PATH/tests/tiny_psnr $BUILD_PATH/tests/data/v.yuv "
          "tests/data/fate/vsynth1-x.out.rawvideo 2 0; true");
}

TEST(FateCommands, WhatIsNotKnownIsSaid) {
  EXPECT_EQ(command_of("x", "teleport a").problem, "its function `teleport` is not known here");
  EXPECT_EQ(command_of("x", "framecrc -i a && framecrc -i b").problem,
            "its command needs more of a shell than can be translated");
}

TEST(FateSuite, ComparesAsFateDoes) {
  const auto suite = import_fate(read_fate_rules(
      rule("a", "run a") + rule("b", "run b", "'null' '' '' '1' '' '' '' '' '' '' '' '' '' ''") +
      rule("c", "run c", "'oneline' 'abc' '' '1' '' '' '' '' '' '' '' '' '' ''") +
      rule("d", "ffmpeg -i a", "'stddev' 'tests/data/a.wav' '2' '1' '' '' '' '7.5' '100 - 20' 's16' '' '' '' ''") +
      rule("e", "ffmpeg -i a", "'oneoff' '/samples/a.pcm' '3' '1' '' '' '' '' '8' '' '' '' '' ''") +
      rule("f", "run f", "'rawdiff' 'src/tests/ref/lavf/f' '' '1' '' '' '' '' '' '' '' '' '' ''") +
      rule("g", "run g", "'grep' 'a warning' '' '1' '' '' '' '' '' '' '' '' '' ''") +
      rule("h", "run h", "'' '/dev/null' '' '1' '' '' '' '' '' '' '' '' '' ''") +
      rule("i", "run i", "'new' '' '' '1' '' '' '' '' '' '' '' '' '' ''") +
      rule("j", "run j", "'oneoff' '' '' '1' '' '' '12' '' '' '' '' '' '' ''")));
  ASSERT_TRUE(suite);
  EXPECT_EQ(suite->tests, 8U);
  ASSERT_EQ(suite->skipped.size(), 2U);
  EXPECT_EQ(suite->skipped[0].reason, "its comparator `new` is not known here");
  EXPECT_EQ(suite->skipped[1].reason, "its largest difference is compared in a way that {1OFF} has not");
  for (const char* part :
       {"    expect: {stdout_file: \"$BUILD_PATH/src/tests/ref/fate/a\"}\n    compare: whitespace\n    cwd: "
        "$BUILD_PATH\n",
        "  - name: \"b\"\n    spec: \"$BUILD_PATH/b\"\n    cwd: $BUILD_PATH\n",
        "    expect: {stdout: \"abc\\n\"}\n    compare: whitespace\n",
        "spec: \"{STDDEV,$BUILD_PATH/tests/data/a.wav,s16le,7.5,2,size_tolerance=100,shift=0} $FFMPEG_PATH ",
        "spec: \"{1OFF,$SAMPLES_PATH/a.pcm,16,tolerance=3,size_tolerance=8} $FFMPEG_PATH ",
        "    expect: {stdout_file: \"$BUILD_PATH/src/tests/ref/lavf/f\"}\n    cwd: $BUILD_PATH\n",
        "    expect: {stderr_matches: \"a warning\"}\n", "    expect: {stdout: \"\"}\n"})
    EXPECT_NE(suite->yaml.find(part), std::string::npos) << part << "\n" << suite->yaml;
}

TEST(FateSuite, OfNothingIsAnError) {
  const auto suite = import_fate({});
  ASSERT_FALSE(suite);
  EXPECT_EQ(suite.error().message, "`make -n fate` names no test: is this FFmpeg's build directory?");
}

/// A build directory in miniature: its make prints rules, its ffmpeg is the one that is installed.
TEST(FateImports, RunAgainstABuildDirectory) {
  const test::TemporaryDirectory directory;
  directory.write("source/tests/fate-run.sh", "");
  directory.write("build/ffbuild/config.mak", "");
  directory.write(
      "build/rules",
      "src/tests/fate-run.sh fate-frames \"\" \"\" \"" + directory / "build" +
          "\" 'framecrc -f lavfi -i testsrc=s=16x16:d=0.08' '' 'tests/ref' '' '1' '' '' '' '' '' '' '' '' '' ''\n"
          "src/tests/fate-run.sh fate-lines \"\" \"\" \"" +
          directory / "build" + "\" 'run program \"a b\"' 'oneline' 'got: a b' '' '1' '' '' '' '' '' '' '' '' '' ''\n");
  directory.write("build/program", "#!/bin/sh\necho \"got:  $1\"\n");
  test::shell(
      "chmod +x build/program; ln -s /usr/bin/ffmpeg build/ffmpeg; mkdir build/tests; "
      "ffmpeg -v error -bitexact -f lavfi -i testsrc=s=16x16:d=0.08 -bitexact -f framecrc build/tests/ref",
      directory.path());
  // The recipes of a rule of FATE are what `make -n` prints.
  std::string recipes = "fate:\n";
  const std::string rules = test::read_file(directory / "build/rules");
  for (std::size_t at = 0; at < rules.size();) {
    const std::size_t end = rules.find('\n', at);
    recipes += "\t@" + rules.substr(at, end - at) + "\n";
    at = end + 1;
  }
  directory.write("build/Makefile", recipes);
  const auto imported = test::fatespec("import fate --source source --build build -o suites", directory.path());
  ASSERT_EQ(imported.status, 0) << imported.err;
  EXPECT_NE(imported.out.find("suites/fate.yaml: 2 tests, 0 more that could not be translated\n"), std::string::npos)
      << imported.out;
  const auto ran = test::fatespec("run --config suites/fatespec.yaml --no-progress", directory.path());
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  test::shell("sed -i 's/0x/0y/' build/tests/ref", directory.path());
  const auto damaged = test::fatespec("run --config suites/fatespec.yaml --no-progress", directory.path());
  EXPECT_EQ(damaged.status, 1);
  EXPECT_NE(damaged.out.find("fate/frames  stdout: all 2 video frames differ"), std::string::npos) << damaged.out;
  const auto wrong = test::fatespec("import fate --source build --build source", directory.path());
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("build/tests/fate-run.sh is not there: --source is FFmpeg's source tree"), std::string::npos)
      << wrong.err;
}

}  // namespace
}  // namespace fatespec::imports
