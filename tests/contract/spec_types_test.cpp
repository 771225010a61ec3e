// Section 1 of the contract: every type, run for real.
#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

TEST(SpecTypes, ARegularTestComparesStatusAndStdout) {
  const TemporaryDirectory directory;
  const auto run = run_suite(directory, R"(tests:
  - {name: ok, spec: printf hello, expect: {stdout: hello}}
  - {name: newline, spec: echo hello, expect: {stdout: hello}}
  - {name: loose, spec: printf 'a  b \r\nc', expect: {stdout: "a b\nc\n"}, compare: whitespace}
  - {name: file, spec: printf hello, expect: {stdout_file: ref}}
  - {name: err, spec: 'printf oops >&2', expect: {stderr: oops, stderr_matches: ^o}}
  - {name: err2, spec: 'printf oops >&2', expect: {stderr: other}}
  - {name: match, spec: printf 'frame=25', expect: {stdout_matches: 'frame= *25'}}
)");
  directory.write("ref", "hello");
  EXPECT_EQ(run["ok"]["verdict"], "pass");
  EXPECT_EQ(run["ok"]["stdout"], "hello");
  EXPECT_EQ(run["newline"]["verdict"], "fail");
  EXPECT_EQ(run["loose"]["verdict"], "pass");
  EXPECT_EQ(run["file"]["verdict"], "error") << "the reference was not there yet";
  EXPECT_EQ(run["file"]["reason"], "reference " + directory / "ref" + ": No such file or directory");
  EXPECT_EQ(run["err"]["verdict"], "pass");
  EXPECT_EQ(run["err2"]["reason"], "stderr differs first in line 1: \"oops\", expected \"other\"");
  EXPECT_EQ(run["match"]["verdict"], "pass");
  EXPECT_EQ(run.status, 1);
}

TEST(SpecTypes, Filesize) {
  const TemporaryDirectory directory;
  directory.write("a b", "12345");
  const auto run = run_suite(directory, R"(tests:
  - {name: size, spec: '{FILESIZE} "a b"', expect: {stdout: "5"}}
  - {name: bounds, spec: '{FILESIZE} $D/a b', expect: {size: {min: 2, max: 9}}}
  - {name: large, spec: '{FILESIZE} a\ b', expect: {size: {max: 4}}}
  - {name: none, spec: '{FILESIZE} none'}
  - {name: folder, spec: '{FILESIZE} .'}
)",
                             "--set D=" + directory.path().string());
  EXPECT_EQ(run["size"]["verdict"], "pass");
  EXPECT_EQ(run["size"]["stdout"], "5");
  EXPECT_EQ(run["size"]["status"], 0);
  EXPECT_EQ(run["bounds"]["verdict"], "pass");
  EXPECT_EQ(run["large"]["reason"], "size 5, more than 4");
  EXPECT_EQ(run["none"]["verdict"], "fail");
  EXPECT_EQ(run["none"]["status"], 1);
  EXPECT_EQ(run["folder"]["verdict"], "fail");
}

TEST(SpecTypes, DigestsOfStdoutAgreeWithOpenssl) {
  const TemporaryDirectory directory;
  std::string tests = "tests:\n";
  for (const char* name : {"MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"}) {
    const std::string truth = shell(std::string("seq 1 100000 | openssl dgst -r -") + name).out;
    tests += std::string("  - {name: ") + name + ", spec: '{" + name +
             "} seq 1 100000', expect: {stdout: " + truth.substr(0, truth.find(' ')) + "}}\n";
    tests += std::string("  - {name: ") + name + "FILE, spec: '{" + name +
             "FILE,out} seq 1 100000 > out', expect: {stdout: " + truth.substr(0, truth.find(' ')) + "}}\n";
  }
  const auto run = run_suite(directory, tests);
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_EQ(run["MD5"]["stdout_bytes"], 32);
}

TEST(SpecTypes, DigestFilesThatAreNotThereFailSayingSo) {
  const TemporaryDirectory directory;
  const auto run = run_suite(directory, R"(tests:
  - {name: none, spec: '{MD5FILE,out} printf x'}
  - {name: cwd, spec: '{MD5FILE,sub/out} printf hello > sub/out', cwd: work, expect: {stdout: 5d41402abc4b2a76b9719d911017c592}}
  - {name: failed, spec: '{MD5FILE,out} sh -c "exit 4"'}
)");
  EXPECT_EQ(run["none"]["verdict"], "fail");
  EXPECT_NE(run["none"]["reason"].get<std::string>().find("the command wrote no file"), std::string::npos);
  EXPECT_EQ(run["cwd"]["verdict"], "error") << "there is no directory `work`";
  EXPECT_EQ(run["failed"]["reason"], "status 4, expected 0");
  directory.write("work/sub/x", "");
  EXPECT_EQ(run_suite(directory,
                      "tests: [{name: cwd, spec: '{MD5FILE,sub/out} printf hello > sub/out', cwd: work, expect: "
                      "{stdout: 5d41402abc4b2a76b9719d911017c592}}]\n")
                .status,
            0);
}

TEST(SpecTypes, ComparisonsOfSamples) {
  const TemporaryDirectory directory;
  directory.write("ref.s16", little_endian(100, 2) + little_endian(-7, 2));
  directory.write("near.s16", little_endian(101, 2) + little_endian(-8, 2));
  directory.write("far.s16", little_endian(110, 2) + little_endian(-7, 2));
  const auto run = run_suite(directory, R"(
variables: {D: ')" + directory.path().string() +
                                            R"('}
tests:
  - {name: near, spec: '{1OFF,ref.s16,16} cat $D/near.s16'}
  - {name: far, spec: '{1OFF,ref.s16,16} cat $D/far.s16'}
  - {name: tolerated, spec: '{1OFF,ref.s16,16,tolerance=10} cat $D/far.s16'}
  - {name: missing, spec: '{1OFF,none.s16,16} cat $D/far.s16'}
  - {name: own, spec: '{1OFF,$TEST_DIR/r,16} cp $D/ref.s16 r && cat r'}
  - {name: rms, spec: '{RMS,ref.s16,0.1} cat $D/near.s16', expect: {stdout: "rms 3.05176e-05, peak 3.05176e-05, 2 samples, accuracy limited"}}
  - {name: rmsbad, spec: '{RMS,ref.s16,1e-9} cat $D/near.s16'}
  - {name: stddev, spec: '{STDDEV,ref.s16,s16le,5,1} sh -c "cat $D/far.s16; cat $D/far.s16; cat $D/far.s16"'}
)");
  EXPECT_EQ(run["near"]["verdict"], "pass");
  EXPECT_EQ(run["near"]["stdout"], "");
  EXPECT_EQ(run["far"]["verdict"], "fail");
  EXPECT_EQ(run["far"]["status"], 1) << "a comparison that fails makes the status 1";
  EXPECT_EQ(run["far"]["stdout"], "1 / 2 values differ by more than 1, first at sample 0 (byte 0), by at most 10");
  EXPECT_EQ(run["tolerated"]["verdict"], "pass");
  EXPECT_EQ(run["missing"]["verdict"], "error");
  EXPECT_EQ(run["own"]["verdict"], "pass") << "a reference may be a file that the test writes";
  EXPECT_EQ(run["rms"]["verdict"], "pass");
  EXPECT_EQ(run["rmsbad"]["verdict"], "fail");
  EXPECT_EQ(run["rmsbad"]["stdout"], "rms 3.05176e-05, peak 3.05176e-05, 2 samples, accuracy limited");
  EXPECT_EQ(run["stddev"]["verdict"], "fail") << "a reference of 4 bytes is shorter than FATE's comparison takes";
}

TEST(SpecTypes, MakeShowsTheEndOfTheLogOnlyOnFailure) {
  const TemporaryDirectory directory;
  directory.write("Makefile",
                  "good:\n\t@echo fine\nbad:\n\t@for i in $$(seq 1 50); do echo line $$i; echo error $$i >&2; done; "
                  "exit 1\ntest: good\n");
  const auto run = run_suite(directory, R"(tests:
  - {name: good, spec: '{MAKE} good'}
  - {name: bad, spec: '{MAKE} bad'}
  - {name: test, spec: '{MAKETEST}'}
  - {name: exact, spec: '{MAKETEST} make -s bad'}
)");
  EXPECT_EQ(run["good"]["verdict"], "pass");
  EXPECT_EQ(run["good"]["stdout"], "");
  EXPECT_EQ(run["bad"]["verdict"], "fail");
  const std::string log = run["bad"]["stdout"];
  EXPECT_EQ(log.substr(0, 8), "line 21\n");
  EXPECT_TRUE(log.ends_with("line 50\n")) << log;
  // The last of the 30 is make's own.
  const std::string errors = run["bad"]["detail"];
  EXPECT_NE(errors.find("error 22\n"), std::string::npos) << errors;
  EXPECT_NE(errors.find("error 50\nmake: "), std::string::npos) << errors;
  EXPECT_EQ(errors.find("error 21\n"), std::string::npos) << errors;
  EXPECT_EQ(run["test"]["verdict"], "pass");
  EXPECT_EQ(run["exact"]["verdict"], "fail");
}

TEST(SpecTypes, VariablesWorkAsInAShell) {
  const TemporaryDirectory directory;
  directory.write("a b/x.txt", "content");
  const auto run = run_suite(directory, R"(tests:
  - {name: quoted, spec: 'cat "$SAMPLES_PATH/x.txt"', expect: {stdout: content}}
  - {name: split, spec: 'printf "%s," $WORDS', expect: {stdout: 'a,b,'}}
  - {name: shell, spec: 'X=1; printf "%s" $X$NOBODY', expect: {stdout: '1'}}
  - {name: dir, spec: 'test "$TEST_DIR" = "$PWD" && ls -A'}
)",
                             "--set 'SAMPLES_PATH=" + directory / "a b" + "' --set 'WORDS=a b'");
  EXPECT_EQ(run.status, 0) << run.out;
  EXPECT_EQ(run["dir"]["stdout"], "") << "the directory is empty";
}

}  // namespace
}  // namespace fatespec::test
