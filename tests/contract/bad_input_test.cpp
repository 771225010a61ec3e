// What a stranger may hand us: a clear error, the right exit code, nothing lost.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

TEST(BadInput, SpecFilesThatAreNone) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "folder.yaml");
  EXPECT_EQ(fatespec("run folder.yaml", directory.path()).err,
            "folder.yaml: is a directory\n1 problem; nothing was run\n");
  EXPECT_EQ(fatespec("run none.yaml", directory.path()).err,
            "none.yaml: No such file or directory\n1 problem; nothing was run\n");
  shell("mkfifo pipe.yaml", directory.path());
  EXPECT_EQ(fatespec("run pipe.yaml", directory.path()).status, 2);
  directory.write("binary.yaml", std::string("a\0b", 3));
  EXPECT_EQ(fatespec("run binary.yaml", directory.path()).status, 2);
  directory.write("list.yaml", "- a\n");
  EXPECT_EQ(fatespec("check list.yaml", directory.path()).err.substr(0, 58),
            "list.yaml:1:1: the suite must be a map of keys and values\n");
}

TEST(BadInput, ALineOfAGigabyteIsRefusedWithoutReadingIt) {
  const TemporaryDirectory directory;
  shell("truncate -s 1G huge.yaml", directory.path());
  EXPECT_EQ(fatespec("check huge.yaml", directory.path()).err,
            "huge.yaml: 1073741824 bytes; the limit is 268435456\n1 problem; nothing was run\n");
  directory.write("long.yaml", "tests: [{name: a, spec: '" + std::string(3'000'000, 'x') + "'}]\n");
  EXPECT_EQ(fatespec("check long.yaml", directory.path()).err,
            "long.yaml:1:1: a line of 2.9 MiB; the limit is 1.0 MiB\n1 problem; nothing was run\n");
}

TEST(BadInput, DeepNestingAndAliasBombsEnd) {
  const TemporaryDirectory directory;
  directory.write("deep.yaml", std::string(100'000, '['));
  EXPECT_EQ(fatespec("check deep.yaml", directory.path()).status, 2);
  std::string bomb = "variables: {A: x}\na: &a [x,x]\n";
  for (char name = 'b'; name < 'z'; ++name)
    bomb += std::string(1, name) + ": &" + name + " [*" + std::string(1, static_cast<char>(name - 1)) + ",*" +
            std::string(1, static_cast<char>(name - 1)) + "]\n";
  directory.write("bomb.yaml", bomb + "tests: [{name: t, spec: x, tags: *y}]\n");
  EXPECT_EQ(fatespec("check bomb.yaml", directory.path()).status, 2);
}

TEST(BadInput, MisspeltCommandsAndOptionsAreToldWithTheNearest) {
  const TemporaryDirectory directory;
  const auto told = [&](const std::string& words) {
    const auto program = fatespec(words, directory.path());
    EXPECT_EQ(program.status, 2) << words;
    EXPECT_EQ(program.out, "") << words;
    return program.err;
  };
  EXPECT_EQ(told("rnu"), "fatespec: there is no command `rnu`; did you mean `run`? (fatespec --help lists them)\n");
  EXPECT_EQ(told("session reprot s"),
            "fatespec: there is no command `reprot`; did you mean `report`? (fatespec session --help lists them)\n");
  EXPECT_EQ(told("run --job=2 a.yaml"),
            "fatespec: there is no option `--job`; did you mean `--jobs`? (fatespec run --help lists them)\n");
  EXPECT_EQ(told("history t --jsn"),
            "fatespec: there is no option `--jsn`; did you mean `--json`? (fatespec history --help lists them)\n");
  EXPECT_EQ(told("--verson"),
            "fatespec: there is no option `--verson`; did you mean `--version`? (fatespec --help lists them)\n");
}

TEST(BadInput, OutputsOfARunOverwriteNoReferenceOfIts) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: a, spec: echo hi, expect: {stdout_file: refs/a}}]\n");
  directory.write("refs/a", "hi\n");
  for (const char* option : {"--json", "--junit"}) {
    const auto run = fatespec(std::string("run s.yaml ") + option + " refs/a", directory.path());
    EXPECT_EQ(run.status, 2) << option;
    EXPECT_NE(run.err.find(std::string(option) + " refs/a: that would overwrite "), std::string::npos) << run.err;
  }
  EXPECT_EQ(read_file(directory / "refs/a"), "hi\n");
}

TEST(BadInput, HelpThatCouldNotBeWrittenIsNoSuccess) {
  const TemporaryDirectory directory;
  const auto program = fatespec("--help >/dev/full", directory.path());
  EXPECT_EQ(program.status, 3);
  EXPECT_EQ(program.err, "fatespec: standard output could not be written completely\n");
}

TEST(BadInput, NamesThatClash) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "suite: s\ntests: [{name: a, spec: x}]\n");
  directory.write("b.yaml", "{'suite': s, tests: [{name: b, spec: x}]}\n");
  const auto clash = fatespec("check a.yaml b.yaml", directory.path());
  EXPECT_EQ(clash.err.substr(0, clash.err.find('^') + 1),
            "b.yaml:1:11: the suite `s` is already defined by a.yaml\n"
            "     1 | {'suite': s, tests: [{name: b, spec: x}]}\n"
            "       |           ^");
  directory.write("s.yaml", "tests: [{name: c, spec: x}]\n");
  EXPECT_EQ(fatespec("check a.yaml s.yaml", directory.path()).err,
            "s.yaml: the suite `s` is already defined by a.yaml\n1 problem; nothing was run\n");
  EXPECT_EQ(fatespec("check a.yaml ./a.yaml", directory.path()).status, 0) << "the same file twice is one";
  directory.write("c.yaml", "tests:\n  - {name: a, spec: y, matrix: {N: [1, 1]}}\n");
  const auto combined = fatespec("check c.yaml", directory.path());
  EXPECT_EQ(combined.err.substr(0, combined.err.find('^') + 1),
            "c.yaml:2:5: two tests are named `c/a[N=1]`\n     2 |   - {name: a, spec: y, matrix: {N: [1, 1]}}\n       "
            "|     ^");
}

TEST(BadInput, TwoFormatsInOneStream) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: a, spec: 'touch ran', cwd: .}]\n");
  const auto run = fatespec("run a.yaml --json - --junit -", directory.path());
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.err, "fatespec: --json and --junit cannot both go to stdout: name a file for one of them\n");
  EXPECT_FALSE(std::filesystem::exists(directory / "ran"));
}

TEST(BadInput, OutputsOverwriteNothingThatIsRead) {
  const TemporaryDirectory directory;
  const std::string suite = "tests: [{name: a, spec: 'touch ran', cwd: .}]\n";
  directory.write("a.yaml", suite);
  directory.write("fatespec.yaml", "suites: [a.yaml]\n");
  EXPECT_EQ(fatespec("run -q --json x.jsonl", directory.path()).status, 0);
  std::filesystem::remove(directory / "ran");
  for (const std::string options : {"merge x.jsonl --json fatespec.yaml", "merge x.jsonl --junit .fatespec/results.db",
                                    "run --json a.yaml", "run --junit fatespec.yaml", "run --json .fatespec/results.db",
                                    "run --json x --junit ./x", "report -o a.yaml", "report -o .fatespec/results.db"}) {
    const auto program = fatespec(options, directory.path());
    EXPECT_EQ(program.status, 2) << options;
    EXPECT_NE(program.err.find("name another file"), std::string::npos) << program.err;
  }
  EXPECT_FALSE(std::filesystem::exists(directory / "ran"));
  EXPECT_EQ(read_file(directory / "a.yaml"), suite);
  EXPECT_EQ(fatespec("show", directory.path()).status, 0);
}

TEST(BadInput, WhatSqliteKeepsBesideResultsIsNotOverwrittenEither) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "tests: [{name: a, spec: 'true'}]\n");
  for (const char* ending : {"-wal", "-shm", "-journal"}) {
    const auto run = fatespec(std::string("run s.yaml --json .fatespec/results.db") + ending, directory.path());
    EXPECT_EQ(run.status, 2) << ending;
    EXPECT_NE(run.err.find("that would overwrite"), std::string::npos) << run.err;
  }
}

TEST(BadInput, OutputsDoNotBecomeReferencesThatAreStillMissing) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "tests: [{name: a, spec: 'true', expect: {stdout_file: refs/a}}]\n");
  const auto run = fatespec("run s.yaml --json refs/a", directory.path());
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.err.find("--json refs/a: that would overwrite "), std::string::npos) << run.err;
}

TEST(BadInput, AnyNameOfAFolderWillDo) {
  const TemporaryDirectory directory;
  for (const std::string name : {"a \"b", "a \"b\" c", "we ird'\"é d?r", "x%20y#z", "file:x"}) {
    std::filesystem::create_directory(directory / name);
    directory.write(name + "/s.yaml", "suite: s\ntests: [{name: a, spec: 'true'}]\n");
    const auto run = fatespec("run s.yaml", directory / name);
    EXPECT_EQ(run.status, 0) << name << run.out << run.err;
    EXPECT_NE(fatespec("show", directory / name).out.find("1 pass"), std::string::npos) << name;
    EXPECT_TRUE(std::filesystem::exists(directory / (name + "/.fatespec/results.db"))) << name;
  }
  EXPECT_EQ(shell("ls -A | wc -l", directory.path()).out, "5\n");
}

TEST(BadInput, WhatIsWrittenToAClosedStdoutIsMissed) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests: [{name: a, spec: 'true'}]\n");
  EXPECT_EQ(fatespec("run s.yaml", directory.path()).status, 0);
  for (const std::string command : {"run s.yaml --json -", "report --format json -o -", "list --json s.yaml", "show"})
    EXPECT_EQ(shell(FATESPEC_PROGRAM " " + command + " >&-", directory.path()).status, 3) << command;
  EXPECT_EQ(shell(FATESPEC_PROGRAM " run s.yaml -q <&- 2>&-", directory.path()).status, 0);
}

TEST(BadInput, TheResultsFileOfAnotherProgram) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: a, spec: 'true'}]\n");
  EXPECT_EQ(shell("sqlite3 photos.db 'CREATE TABLE photos (id INTEGER)'", directory.path()).status, 0);
  const std::string photos = read_file(directory / "photos.db");
  const auto run = fatespec("run a.yaml --results photos.db", directory.path());
  EXPECT_EQ(run.status, 3);
  EXPECT_EQ(run.err, "fatespec: results file photos.db: it is no file of results; name another one with --results\n");
  EXPECT_EQ(read_file(directory / "photos.db"), photos) << "not a byte of it";
}

TEST(BadInput, PathsThatAreEmpty) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: a, spec: cat $SAMPLES_PATH/x}]\n");
  const auto run = fatespec("run a.yaml --set SAMPLES_PATH=", directory.path());
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.err.find("$SAMPLES_PATH"), std::string::npos) << run.err;
}

TEST(BadInput, ABoardThatIsNamedLocal) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: a, spec: 'true'}]\n");
  directory.write("fatespec.yaml", "suites: ['*.yaml']\ntargets: {local: {host: 127.0.0.1}}\n");
  const auto check = fatespec("check", directory.path());
  EXPECT_EQ(check.status, 2);
  EXPECT_NE(check.err.find("fatespec.yaml:2:11: `local` is this machine: a board needs another name"),
            std::string::npos)
      << check.err;
  EXPECT_NE(check.err.find("1 problem;"), std::string::npos) << "the configuration is no suite: " << check.err;
}

TEST(BadInput, FoldersInPlaceOfOutputFiles) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: a, spec: 'touch ran', cwd: .}]\n");
  for (const std::string option : {"--json", "--junit"}) {
    const auto run = fatespec("run a.yaml " + option + " .", directory.path());
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.err, "fatespec: " + option + " .: it is a folder; name a file\n");
  }
  EXPECT_FALSE(std::filesystem::exists(directory / "ran"));
}

TEST(BadInput, ResultsFilesThatCannotBeWritten) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "tests: [{name: a, spec: /bin/true}]\n");
  directory.write("file", "");
  EXPECT_EQ(fatespec("run a.yaml --results file/r.db", directory.path()).status, 3);
  directory.write("garbage.db", std::string(10'000, 'g'));
  const auto program = fatespec("run a.yaml --results garbage.db", directory.path());
  EXPECT_EQ(program.status, 3);
  EXPECT_NE(program.err.find("results file garbage.db: "), std::string::npos) << program.err;
  EXPECT_EQ(fatespec("run a.yaml --json no/such/dir", directory.path()).status, 2);
  EXPECT_EQ(fatespec("run a.yaml --junit no/such/dir", directory.path()).status, 2);
  EXPECT_EQ(fatespec("runs --results none.db", directory.path()).status, 2);
}

TEST(BadInput, AFullDiskKeepsWhatFinishedAndEndsInExit3) {
  const TemporaryDirectory directory;
  const SmallDisk disk(directory, "200k");
  FATESPEC_NEEDS(disk);
  directory.write("a.yaml",
                  "suite: s\ntests: [{name: a, spec: head -c 60000 /dev/urandom, matrix: {N: [1,2,3,4,5,6,7,8]}}]\n");
  const auto program = fatespec("run a.yaml --results disk/r.db -j1 --json r.json", directory.path());
  EXPECT_EQ(program.status, 3) << program.out << program.err;
  EXPECT_EQ(json_lines(read_file(directory / "r.json"), "run_finished").at(0)["exit"], 3);
  EXPECT_NE(program.err.find("are not kept, those before them are"), std::string::npos) << program.err;
}

TEST(BadInput, OfAFullDiskWhatFitsIsKeptThoughItCameWithWhatDoesNot) {
  const TemporaryDirectory directory;
  const SmallDisk disk(directory, "400k");
  FATESPEC_NEEDS(disk);
  directory.write(
      "a.yaml",
      "suite: s\ntests: [{name: first, spec: echo x}, {name: big, spec: 'head -c 60000 /dev/urandom; exit 1', "
      "matrix: {N: [1,2,3,4,5,6,7,8]}}]\n");
  const auto program = fatespec("run a.yaml --results disk/r.db -j1 --order file", directory.path());
  EXPECT_EQ(program.status, 3) << "what is lost is worse than what is bad: " << program.out << program.err;
  const auto shown = fatespec("show --all --results disk/r.db", directory.path());
  EXPECT_NE(shown.out.find("pass    s/first"), std::string::npos) << shown.out << shown.err << program.err;
}

TEST(BadInput, ResultsOnAReadOnlyMediumCanBeRead) {
  const TemporaryDirectory directory;
  const SmallDisk disk(directory, "9M");
  FATESPEC_NEEDS(disk);
  directory.write("a.yaml", "suite: s\ntests: [{name: a, spec: echo x}]\n");
  EXPECT_EQ(fatespec("run a.yaml --results disk/r.db", directory.path()).status, 0);
  EXPECT_EQ(shell("mount -o remount,ro disk", directory.path()).status, 0);
  const auto shown = fatespec("show --all --results disk/r.db", directory.path());
  const auto refused = fatespec("run a.yaml --results disk/r.db", directory.path());
  EXPECT_NE(shown.out.find("pass    s/a"), std::string::npos) << shown.out << shown.err;
  EXPECT_EQ(refused.status, 3);
  EXPECT_NE(refused.err.find("results file disk/r.db: the file system is read-only"), std::string::npos) << refused.err;
}

/// fatespec for a user who owns nothing: root could write everything.
class OtherUser {
 public:
  explicit OtherUser(const TemporaryDirectory& directory) : directory_(directory.path()) {
    std::filesystem::permissions(directory_, std::filesystem::perms::all);
    std::filesystem::copy_file(FATESPEC_PROGRAM, directory_ / "fatespec");
  }
  /// Their command line, for the directory that was given.
  static std::string program() {
    return ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups ./fatespec " : "./fatespec ";
  }
  ProgramResult fatespec(const std::string& arguments) const {
    return shell("umask 022; " + program() + arguments, directory_);
  }

 private:
  std::filesystem::path directory_;
};

TEST(BadInput, WhoMayOnlyReadResultsReadsThemAndLeavesNothing) {
  const TemporaryDirectory directory;
  const OtherUser other(directory);
  directory.write("a.yaml", "suite: s\ntests: [{name: a, spec: echo x}]\n");
  EXPECT_EQ(fatespec("run a.yaml --results r.db && chmod 444 r.db", directory.path()).status, 0);
  for (const char* mode : {"555", "777"}) {
    shell(std::string("chmod ") + mode + " .", directory.path());
    const auto shown = other.fatespec("show --all --results r.db");
    EXPECT_NE(shown.out.find("pass    s/a"), std::string::npos) << mode << shown.out << shown.err;
    EXPECT_EQ(shell("ls r.db?*", directory.path()).out, "") << mode;
  }
  const auto refused = other.fatespec("run a.yaml --results r.db");
  EXPECT_EQ(refused.status, 3);
  EXPECT_EQ(refused.err,
            "fatespec: results file r.db: Permission denied: it cannot be written; name another one with "
            "--results\n");
}

TEST(BadInput, ResultsThatAreBeingWrittenCanBeReadByOthers) {
  const TemporaryDirectory directory;
  const OtherUser other(directory);
  directory.write(
      "a.yaml", "suite: s\ntests: [{name: a, spec: echo x}, {name: b, spec: 'read line <" + directory / "go" + "'}]\n");
  const auto run =
      shell("umask 022; mkfifo go; timeout 60 " FATESPEC_PROGRAM
            " run a.yaml -j1 --order file -q --results r.db >run.out & "
            "for i in $(seq 3000); do " FATESPEC_PROGRAM
            " runs --results r.db 2>/dev/null | grep -q '1 pass' && break; "
            "sleep 0.02; done; chmod a-w r.db; " +
                OtherUser::program() + "show --all --results r.db; timeout 30 sh -c 'echo >go'; wait $!; echo $?",
            directory.path());
  EXPECT_NE(run.out.find("pass    s/a "), std::string::npos) << run.out << run.err;
  EXPECT_NE(run.out.find("\n0\n"), std::string::npos) << "and the writer goes on: " << run.out << run.err;
}

TEST(BadInput, AKilledRunnerLosesNothingThatHadFinished) {
  const TemporaryDirectory directory;
  directory.write("a.yaml", "suite: s\ntests:\n- {name: a, spec: /bin/true}\n- {name: b, spec: 'touch " +
                                directory / "ready" + "; sleep 12.345'}\n");
  shell(FATESPEC_PROGRAM " run a.yaml -j1 & pid=$!; while [ ! -e ready ] || ! " FATESPEC_PROGRAM
                         " runs | grep -q '1 pass'; do sleep 0.02; done; kill -KILL $pid; wait $pid",
        directory.path());
  const auto runs = fatespec("runs", directory.path()).out;
  EXPECT_NE(runs.find("unfinished  1 pass"), std::string::npos) << runs;
}

TEST(BadInput, TwoRunnersOnOneResultsFileBothSucceed) {
  const TemporaryDirectory directory;
  directory.write("a.yaml",
                  "tests: [{name: a, spec: 'sleep 0.03; echo $N', matrix: {N: "
                  "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}}]\n");
  const auto program = shell(FATESPEC_PROGRAM " run a.yaml -q >first & " FATESPEC_PROGRAM
                                              " run a.yaml -q >second; echo $?; wait $!; echo $?",
                             directory.path());
  EXPECT_EQ(program.out, "0\n0\n") << program.err;
  const auto runs = fatespec("runs", directory.path()).out;
  EXPECT_EQ(std::count(runs.begin(), runs.end(), '\n'), 2) << runs;
  EXPECT_NE(runs.find("20 pass"), runs.rfind("20 pass")) << "both have all of theirs: " << runs;
}

TEST(BadInput, AReferenceThatIsCutWhileItIsComparedEndsNothingElse) {
  const TemporaryDirectory directory;
  const auto run = run_suite(directory, R"(tests:
  - {name: cut, spec: '{1OFF,$TEST_DIR/ref,16} sh -c "head -c 20000000 /dev/zero >ref; head -c 5000000 /dev/zero; sleep .3; : >ref; head -c 10000000 /dev/zero"'}
  - {name: next, spec: /bin/true}
)");
  EXPECT_EQ(run["cut"]["reason"], "the reference became shorter while it was compared");
  EXPECT_EQ(run["next"]["verdict"], "pass");
}

TEST(BadInput, HostileOutputIsShownSafely) {
  const TemporaryDirectory directory;
  const auto run =
      run_suite(directory, R"(tests: [{name: a, spec: "printf '\\033[2J\\377\\000<b>'", expect: {stdout: x}}])"
                           "\n");
  EXPECT_EQ(run.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(run["a"]["stdout"], std::string("\x1b[2J\\xff\0<b>", 12));
  EXPECT_EQ(run["a"]["stdout_bytes"], 9);
}

}  // namespace
}  // namespace fatespec::test
