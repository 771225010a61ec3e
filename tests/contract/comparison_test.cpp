// compare and history: what has changed from run to run, in which a test has become slower.
#include <gtest/gtest.h>

#include "tests/support/support.hpp"

namespace fatespec {
namespace {

using test::TemporaryDirectory;

TEST(CompareAndHistory, JsonHasBothSidesOfAChange) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: a, spec: 'echo $WORD'}\n  - {name: b, spec: 'true'}\n");
  test::fatespec("run s.yaml --set WORD=one", directory.path());
  test::fatespec("run s.yaml --set WORD=three", directory.path());
  const auto compared = test::fatespec("compare latest~1 --json", directory.path());
  EXPECT_EQ(compared.status, 0) << compared.out << compared.err;
  const auto changes = test::json_lines(compared.out, "change");
  ASSERT_EQ(changes.size(), 1U) << compared.out;
  EXPECT_EQ(changes[0]["test"], "s/a");
  EXPECT_EQ(changes[0]["kind"], "output");
  EXPECT_EQ(changes[0]["before"]["verdict"], "pass");
  EXPECT_EQ(changes[0]["before"]["stdout_bytes"], 4);
  EXPECT_EQ(changes[0]["after"]["stdout_bytes"], 6);
  EXPECT_EQ(changes[0]["before"]["line"], "one");
  EXPECT_EQ(changes[0]["after"]["line"], "three");
}

TEST(CompareAndHistory, ShowsDigestsAndSizesThatHaveChanged) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests:\n  - {name: digest, spec: '{MD5} printf $WORD'}\n"
                  "  - {name: lines, spec: 'printf \"a\\n$WORD\\n\"'}\n"
                  "  - {name: size, spec: '{FILESIZE} o$SIZE'}\n");
  for (const int size : {2000, 2500}) directory.write("o" + std::to_string(size), std::string(size, 'x'));
  test::fatespec("run s.yaml --set WORD=a --set SIZE=2000", directory.path());
  const auto run = test::fatespec("run s.yaml --set WORD=bc --set SIZE=2500", directory.path());
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  const auto compared = test::fatespec("compare latest~1", directory.path());
  EXPECT_NE(compared.out.find("s/digest  passed both times with another output, `0cc175b9c0f1b6a831c399e269772661` -> "
                              "`5360af35bde9ebd8f01f492dc059593c`\n"),
            std::string::npos)
      << compared.out;
  EXPECT_NE(compared.out.find("s/lines  passed both times with another output, 4 -> 5 bytes\n"), std::string::npos)
      << compared.out;
  EXPECT_NE(compared.out.find("s/size  passed both times with another output, `2000` -> `2500` (+25.0 %)\n"),
            std::string::npos)
      << compared.out;
}

TEST(CompareAndHistory, TellOfATestThatHasBecomeSlower) {
  const TemporaryDirectory directory;
  directory.write("s.yaml",
                  "suite: s\ntests:\n"
                  "  - {name: loop, spec: 'i=0; while [ $i -lt $COUNT ]; do i=$((i + 1)); done'}\n"
                  "  - {name: same, spec: 'true'}\n");
  std::string told;
  for (int i = 0; i < 17; ++i) {
    const auto run =
        test::fatespec(i < 10 ? "run s.yaml --set COUNT=60000" : "run s.yaml --set COUNT=600000", directory.path());
    EXPECT_EQ(run.status, 0);
    EXPECT_TRUE(i >= 13 || run.out.find("slower") == std::string::npos) << "too few runs to tell: " << run.out;
    told = run.out;
  }
  EXPECT_NE(told.find("slower  s/loop  CPU "), std::string::npos) << told;
  const auto compared = test::fatespec("compare latest~7 latest", directory.path());
  EXPECT_EQ(compared.status, 1) << compared.err;
  EXPECT_NE(compared.out.find("slower  s/loop  CPU "), std::string::npos) << compared.out;
  EXPECT_NE(compared.out.find("the last 7 runs against 10 before"), std::string::npos) << compared.out;
  const auto trends = test::json_lines(test::fatespec("compare latest~7 --json", directory.path()).out, "cpu_trend");
  ASSERT_EQ(trends.size(), 1U);
  EXPECT_EQ(trends[0]["test"], "s/loop");
  EXPECT_GT(trends[0]["after_s"], trends[0]["before_s"]);
  EXPECT_LT(trends[0]["p"], 0.001);
  const auto later = test::fatespec("compare latest~4 latest", directory.path());
  EXPECT_EQ(later.out.find("slower"), std::string::npos) << "it had changed before: " << later.out;
  EXPECT_NE(test::fatespec("history s/loop", directory.path()).out.find("slower  s/loop  CPU "), std::string::npos);
  EXPECT_EQ(test::fatespec("history s/same", directory.path()).out.find("slower"), std::string::npos);
  const auto page_has_trend = [&] {
    test::fatespec("report latest --format html -o site", directory.path());
    return test::read_file(directory / "site/data/run.js").find("\"trends\":[{") != std::string::npos;
  };
  EXPECT_TRUE(page_has_trend());
  test::shell("sqlite3 .fatespec/results.db \"UPDATE runs SET host = 'a slower machine' WHERE id > 10\"",
              directory.path());
  EXPECT_EQ(test::fatespec("compare latest~7 latest", directory.path()).out.find("slower"), std::string::npos);
  EXPECT_FALSE(page_has_trend()) << "another machine is not as fast";
}

TEST(CompareAndHistory, TellWhatChanged) {
  const TemporaryDirectory directory;
  directory.write("s.yaml", "suite: s\ntests:\n  - {name: a, spec: 'test ! -e " + directory / "broken" + "'}\n");
  test::fatespec("run s.yaml", directory.path());
  directory.write("broken", "");
  test::fatespec("run s.yaml", directory.path());
  const auto compared = test::fatespec("compare latest~1", directory.path());
  EXPECT_EQ(compared.status, 1);
  EXPECT_NE(compared.out.find("broke         s/a  pass -> fail (status 1, expected 0)"), std::string::npos)
      << compared.out;
  EXPECT_EQ(test::fatespec("compare latest latest~1", directory.path()).status, 0);
  const auto history = test::fatespec("history s/a --json", directory.path());
  std::vector<std::string> verdicts;
  for (const auto& line : test::json_lines(history.out)) verdicts.push_back(line["verdict"]);
  EXPECT_EQ(verdicts, (std::vector<std::string>{"fail", "pass"}));
  const auto unknown = test::fatespec("history s/aa", directory.path());
  EXPECT_EQ(unknown.status, 4);
  EXPECT_NE(unknown.err.find("did you mean `s/a`?"), std::string::npos) << unknown.err;
}

TEST(CompareAndHistory, WhatARunDidNotSelectIsNotGone) {
  const TemporaryDirectory directory;
  const std::string two = "suite: s\ntests:\n  - {name: t0, spec: 'true'}\n  - {name: t1, spec: 'true'}\n";
  directory.write("s.yaml", two + "  - {name: t2, spec: 'true'}\n");
  test::fatespec("run s.yaml", directory.path());
  directory.write("other.yaml", "tests: [{name: t, spec: 'true'}]");
  for (const char* selection : {"s.yaml --filter s/t1", "other.yaml"}) {
    test::fatespec(std::string("run ") + selection, directory.path());
    const auto compared = test::fatespec("compare latest~1", directory.path());
    EXPECT_EQ(compared.out.find("gone"), std::string::npos) << compared.out;
  }
  EXPECT_NE(test::fatespec("compare latest~2 latest~1", directory.path())
                .out.find("2 tests of the run before were not run in the one after"),
            std::string::npos);
  directory.write("s.yaml", two);
  test::fatespec("run s.yaml --set X=1", directory.path());
  EXPECT_NE(test::fatespec("compare latest~3", directory.path()).out.find("gone          s/t2"), std::string::npos);
}

}  // namespace
}  // namespace fatespec
