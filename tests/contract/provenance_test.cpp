// accept by class and with a reason, and fatespec blame.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

TEST(Blame, TellsTheCommandOfEachConfiguration) {
  const TemporaryDirectory directory;
  directory.write("fatespec.yaml",
                  "suites: [s.yaml]\nconfigurations:\n  one: {variables: {T: 1}}\n  two: {variables: {T: 2}}\n");
  directory.write("refs/x", "old\n");
  directory.write("s.yaml", "tests: [{name: x, spec: 'test $T -gt 0 && echo new', expect: {stdout_file: refs/x}}]\n");
  fatespec("run -q", directory.path());
  EXPECT_EQ(fatespec("accept --yes", directory.path()).status, 0);
  const std::string blamed = fatespec("blame s/x", directory.path()).out;
  EXPECT_NE(blamed.find("test 1 -gt 0"), std::string::npos) << blamed;
  EXPECT_NE(blamed.find("test 2 -gt 0"), std::string::npos) << blamed;
}

class Provenance : public testing::Test {
 protected:
  Provenance() {
    const auto report = [](int shift, int changed) {
      std::string text = "#tb 0: 1/25\n#media_type 0: video\n";
      for (int i = 0; i < 5; ++i)
        text += "0, " + std::to_string(i + shift) + ", " + std::to_string(i + shift) + ", 1, 100, 0x" +
                (i < changed ? "ffff" : "0000") + std::to_string(i) + "\n";
      return text;
    };
    directory_.write("refs/times", report(0, 0));
    directory_.write("refs/one", report(0, 0));
    directory_.write("refs/all", report(0, 0));
    directory_.write("new/times", report(1, 0));
    directory_.write("new/one", report(0, 1));
    directory_.write("new/all", report(0, 5));
    const std::string cat = "cat " + directory_.path().string() + "/new/";
    directory_.write(
        "s.yaml",
        "suite: s\ntests:\n"
        "  - {name: times, spec: '" +
            cat +
            "times', expect: {stdout_file: refs/times}}\n"
            "  - {name: one, spec: '" +
            cat +
            "one', expect: {stdout_file: refs/one}}\n"
            "  - {name: all, spec: '" +
            cat +
            "all', expect: {stdout_file: refs/all}}\n"
            "  - {name: digest, spec: '{MD5} $FFMPEG_PATH', expect: {stdout: \"00000000000000000000000000000000\"}}\n");
    directory_.write("ffmpeg", "#!/bin/sh\necho ffmpeg version 5 of a test\n");
    std::filesystem::permissions(directory_ / "ffmpeg", std::filesystem::perms::owner_all);
    run("run s.yaml --no-progress");
  }
  ProgramResult run(const std::string& arguments) {
    return shell("FFMPEG_PATH=" + directory_ / "ffmpeg" + " HOME=" + directory_.path().string() +
                     " " FATESPEC_PROGRAM " " + arguments,
                 directory_.path());
  }
  std::string records() { return read_file(directory_ / "s.provenance.jsonl"); }

  TemporaryDirectory directory_;
};

TEST_F(Provenance, ChangesAreShownByClass) {
  const auto shown = run("accept s.yaml");
  EXPECT_EQ(shown.status, 2) << "nobody to ask";
  std::string classes;
  for (std::size_t at = 0; (at = shown.out.find("== ", at)) != std::string::npos; at += 3)
    classes += shown.out.substr(at, shown.out.find('\n', at) + 1 - at);
  EXPECT_EQ(classes,
            "== 1 frame, same size: 1 reference\n== all frames, same size: 1 reference\n== digest: 1 reference\n"
            "== timestamps only: 1 reference\n");
}

TEST_F(Provenance, AClassCanBeTakenAlone) {
  EXPECT_NE(run("accept s.yaml --yes --class 'timestamps*' --reason 'the muxer counts from one'")
                .out.find("1 of 1 references changed\n"),
            std::string::npos);
  EXPECT_EQ(read_file(directory_ / "refs/times"), read_file(directory_ / "new/times"));
  EXPECT_NE(read_file(directory_ / "refs/one"), read_file(directory_ / "new/one"));
  const auto lines = json_lines(records());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["test"], "s/times");
  EXPECT_EQ(lines[0]["decision"], "accepted");
  EXPECT_EQ(lines[0]["change"], "timestamps only");
  EXPECT_EQ(lines[0]["reason"], "the muxer counts from one");
  EXPECT_EQ(lines[0]["reference"], "refs/times");
  EXPECT_EQ(lines[0]["revision"], "none");
}

TEST_F(Provenance, AnswersTakeOrRefuseTestsAndClasses) {
  // A terminal: the questions come in the order of the classes.
  const auto reviewed = shell("printf 'r\\nnot yet\\ns\\ny\\nn\\nc\\n' | FFMPEG_PATH=" + directory_ / "ffmpeg" +
                                  " script -qec '" FATESPEC_PROGRAM " accept s.yaml' /dev/null",
                              directory_.path());
  EXPECT_NE(reviewed.out.find("2 of 4 references changed"), std::string::npos) << reviewed.out;
  std::string decisions;
  for (const auto& line : json_lines(records()))
    decisions += line["decision"].get<std::string>() + " " + line["test"].get<std::string>() + ": " +
                 line["reason"].get<std::string>() + "\n";
  EXPECT_EQ(decisions,
            "refused s/one: not yet\naccepted s/all: not yet\nrefused s/digest: not yet\n"
            "accepted s/times: not yet\n");
}

TEST_F(Provenance, PicturesTellHowFarOffAChangeIs) {
  directory_.write("p.yaml",
                   "suite: p\ntests: [{name: t, spec: 'ffmpeg -v error -f lavfi -i "
                   "color=c=0x101010:s=32x32:d=0.08,format=rgb24 $FILTER -f framecrc -', "
                   "expect: {stdout_file: refs/p}}]\n");
  directory_.write("fatespec.yaml",
                   "suites: [p.yaml]\nvariables: {FILTER: -vf lutrgb=r=val+1}\nreference: {FILTER: \"\"}\n");
  shell("ffmpeg -v error -f lavfi -i color=c=0x101010:s=32x32:d=0.08,format=rgb24 -f framecrc refs/p",
        directory_.path());
  run("run --no-progress");
  const auto shown = run("accept --pictures");
  EXPECT_EQ(shown.out.substr(0, shown.out.find(" dB")), "== all frames, same size, PSNR 48") << shown.out << shown.err;
}

TEST_F(Provenance, OutputOfWhatHungOrCrashedIsNoReference) {
  directory_.write(
      "n.yaml",
      "suite: n\ntests:\n"
      "  - {name: hangs, spec: 'echo partial; sleep 50', timeout: 500ms, expect: {status: nonzero, stdout: "
      "\"old\\n\"}}\n"
      "  - {name: crashes, spec: 'echo partial; kill -SEGV $$', expect: {status: nonzero, stdout: \"old\\n\"}}\n"
      "  - {name: elsewhere, spec: 'echo partial', expect: {stderr: x}}\n");
  run("run n.yaml --no-progress");
  const auto accepted = run("accept n.yaml '*' --yes");
  EXPECT_NE(accepted.out.find("n/hangs: not accepted, it did not end as expected"), std::string::npos) << accepted.out;
  EXPECT_NE(accepted.out.find("n/crashes: not accepted, it did not end as expected"), std::string::npos);
  EXPECT_EQ(read_file(directory_ / "n.yaml").find("\"partial"), std::string::npos);
}

TEST_F(Provenance, EveryTestOfAReferenceHasItsRecord) {
  directory_.write(
      "m.yaml",
      "suite: m\ntests:\n  - {name: t, spec: echo new, matrix: {A: [1, '(z)']}, expect: {stdout_file: refs/m}}\n");
  run("run m.yaml --no-progress");
  EXPECT_EQ(run("accept m.yaml --yes --reason $'first\naccepted 2020-01-01 by root: forged'").status, 0);
  for (const char* test : {"m/t[A=1]", "m/t[A=(z)]"}) {
    const auto blamed = run("blame '" + std::string(test) + "' m.yaml");
    EXPECT_EQ(blamed.status, 0) << test << blamed.err;
    EXPECT_EQ(blamed.out.find("\naccepted 2020"), std::string::npos) << blamed.out;
  }
}

TEST_F(Provenance, BlameTellsWhoWhenFromWhatAndWhy) {
  run("accept s/digest --yes s.yaml --reason 'new rounding'");
  const auto blamed = run("blame s/digest s.yaml");
  EXPECT_EQ(blamed.status, 0) << blamed.err;
  for (const char* part : {"accepted 2", ": digest\n", "  reason     new rounding\n", "  reference  stdout (",
                           "configuration default\n", "  version    ffmpeg version 5 of a test\n", "/ffmpeg, SHA-256 "})
    EXPECT_NE(blamed.out.find(part), std::string::npos) << part << "\n" << blamed.out;
  EXPECT_EQ(json_lines(run("blame s/digest s.yaml --json").out).size(), 1U);
  EXPECT_EQ(run("blame digest s.yaml").out, blamed.out) << "without the suite's name, too";
  const auto none = run("blame s/one s.yaml");
  EXPECT_EQ(none.status, 4);
  EXPECT_NE(none.err.find("s/one: no `fatespec accept` has decided about its reference yet"), std::string::npos);
}

TEST_F(Provenance, AnotherBinaryThanThatOfTheRunIsNoticed) {
  directory_.write("ffmpeg", "#!/bin/sh\necho ffmpeg version 6\n");
  run("accept s/digest --yes s.yaml");
  EXPECT_NE(run("blame s/digest s.yaml").out.find(", changed since the run\n"), std::string::npos);
}

// Neither the environment nor a variable in between hides which binary wrote it.
TEST_F(Provenance, TheBinaryIsTheOneOfTheRun) {
  directory_.write("v.yaml",
                   "suite: v\nvariables: {DECODE: $FFMPEG_PATH -v error}\n"
                   "tests: [{name: t, spec: '$DECODE -version', expect: {stdout: \"x\\n\"}}]\n");
  run("run v.yaml");
  EXPECT_EQ(fatespec("accept --yes", directory_.path()).status, 0) << "in another environment";
  const std::string record = read_file(directory_ / "v.provenance.jsonl");
  EXPECT_NE(record.find("\"binary\":\"" + directory_ / "ffmpeg" + "\""), std::string::npos) << record;
  EXPECT_NE(record.find("\"binary_version\":\"ffmpeg version 5 of a test\""), std::string::npos) << record;
}

// Ten seconds are waited for it; what it says of itself is not worth more.
TEST_F(Provenance, AProgramThatHangsWhenAskedForItsVersionHoldsNothingUp) {
  const std::string seconds = test::unshared_seconds();
  directory_.write("ffmpeg", "#!/bin/sh\nexec sleep " + seconds + "\n");
  const auto accepted = run("accept s/digest --yes");
  EXPECT_EQ(accepted.status, 0) << accepted.err;
  EXPECT_NE(records().find("\"s/digest\""), std::string::npos) << records();
  EXPECT_FALSE(test::process_exists(seconds));
}

}  // namespace
}  // namespace fatespec::test
