// Results in PostgreSQL.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "tests/remote/background_run.hpp"
#include "tests/support/postgresql_server.hpp"
#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

constexpr const char* tests =
    "tests:\n"
    "  - {name: good, spec: echo good, tags: [x], expect: {stdout: \"good\\n\"}}\n"
    "  - {name: bad, spec: 'printf \"a\\\\nb\\\\n\"; echo trouble >&2', expect: {stdout: \"c\\n\"}}\n"
    "  - {name: bytes, spec: 'printf \"\\\\000\\\\377\\\"{,}\\\\\\\\\"'}\n"
    "  - {name: crash, spec: 'kill -SEGV $$', retries: 1}\n"
    "  - {name: skipped, spec: 'true', skip: 'not \"today\", {never}'}\n";

class PostgresqlTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = no_postgresql_server(); !why.empty()) GTEST_SKIP() << why;
  }
  ProgramResult run(const std::string& arguments, const std::string& environment = "") {
    return shell(environment + " " FATESPEC_PROGRAM " " + arguments, directory_.path());
  }
  /// Many tests that take a little while each.
  static std::string many(int count, const std::string& spec) {
    std::string text = "tests:\n";
    for (int i = 0; i < count; ++i) text += "  - {name: t" + std::to_string(i) + ", spec: '" + spec + "'}\n";
    return text;
  }
  /// The results that a server has, and how many different ones.
  static std::string counts(const PostgresqlServer& server) {
    return server.sql("SELECT count(*), count(DISTINCT (run_id, test_id)), count(DISTINCT run_id) FROM results");
  }
  std::vector<std::string> waiting() const {
    std::vector<std::string> files;
    std::error_code ignored;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(directory_.path() / ".fatespec" / "spool", ignored))
      if (entry.is_regular_file()) files.push_back(entry.path().string());
    return files;
  }

  TemporaryDirectory directory_;
};

TEST_F(PostgresqlTest, CommandsAnswerAsFromAFile) {
  const PostgresqlServer server;
  directory_.write("s.yaml", std::string("suite: s\n") + tests);
  directory_.write("fatespec.yaml", "suites: [s.yaml]\nresults: " + server.url() + "\n");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run("run --no-progress --order file").status, 1);
  const auto copied = run("results copy '" + server.url() + "' copy.db");
  EXPECT_EQ(copied.out, "2 runs copied to copy.db\n") << copied.err;
  for (const char* command :
       {"runs", "show latest", "show latest~1", "history s/bad", "history s/crash --json", "compare latest~1 latest",
        "report --format json", "report --format junit", "report --format tap"}) {
    const auto here = run(command);
    const auto there = run(std::string(command) + " --results copy.db");
    EXPECT_EQ(here.status, there.status) << command << here.err;
    EXPECT_EQ(here.out, there.out) << command;
    EXPECT_FALSE(here.out.empty()) << command << here.err;
  }
  EXPECT_EQ(run("run --rerun-failed --no-progress").status, 1);
  // And back again into an empty database.
  server.sql("CREATE DATABASE second OWNER maintainer", "postgres");
  EXPECT_EQ(run("results copy copy.db '" + server.url("second") + "'").status, 0);
  EXPECT_EQ(run("report --format json --results '" + server.url("second") + "'").out,
            run("report --format json --results copy.db").out);
  // What is there already is not copied again.
  EXPECT_NE(run("results copy copy.db '" + server.url() + "'").out.find("2 were there already"), std::string::npos);
}

TEST_F(PostgresqlTest, ManyWriteAtOnceIntoANewDatabase) {
  const PostgresqlServer server;
  // The same tests and outputs from all: what is stored once is wanted by everybody.
  directory_.write("s.yaml", "suite: s\n" + many(80, "echo $$; seq 20"));
  std::string command;
  for (int i = 0; i < 8; ++i)
    command += FATESPEC_PROGRAM " run s.yaml --no-progress --quiet --results '" + server.url() + "' >out" +
               std::to_string(i) + " 2>err" + std::to_string(i) + " & ";
  shell(command + "wait", directory_.path());
  for (int i = 0; i < 8; ++i) EXPECT_EQ(read_file(directory_ / ("err" + std::to_string(i))), "");
  EXPECT_EQ(counts(server), "640|640|8\n");
  EXPECT_EQ(server.sql("SELECT count(*) FROM tests"), "80\n");
  EXPECT_EQ(server.sql("SELECT count(*) - count(DISTINCT digest) FROM blobs"), "0\n");
  EXPECT_EQ(server.sql("SELECT count(*) FROM runs WHERE finished_us IS NOT NULL AND exit_code = 0"), "8\n");
  EXPECT_TRUE(waiting().empty());
}

TEST_F(PostgresqlTest, AServerThatIsKilledAndComesBackMissesNothing) {
  PostgresqlServer server;
  BackgroundRun going(directory_, many(400, "sleep 0.02"), "--jobs 4 --no-progress --results '" + server.url() + "'");
  ASSERT_TRUE(wait_until([&] { return json_lines(going.json(), "test_finished").size() > 20; }));
  server.kill();
  ASSERT_TRUE(wait_until([&] { return going.out().find("the results server is away (") != std::string::npos; }))
      << going.out();
  const auto told = json_lines(going.json(), "test_finished").size();
  ASSERT_TRUE(wait_until([&] { return json_lines(going.json(), "test_finished").size() > told + 20; }));
  EXPECT_FALSE(waiting().empty());
  server.start();
  EXPECT_EQ(going.wait(), 0) << going.out();
  EXPECT_NE(going.out().find("the results server is back: "), std::string::npos) << going.out();
  EXPECT_EQ(counts(server), "400|400|1\n");
  EXPECT_EQ(server.sql("SELECT exit_code FROM runs"), "0\n");
  EXPECT_TRUE(waiting().empty());
}

TEST_F(PostgresqlTest, WhatWaitsIsSentByTheNextRunOrByHand) {
  PostgresqlServer server;
  directory_.write("s.yaml", std::string("suite: s\n") + tests);
  directory_.write("fatespec.yaml", "suites: [s.yaml]\nresults: " + server.url() + "\n");
  EXPECT_EQ(run("run --no-progress").status, 1);
  server.kill();
  for (int i = 0; i < 2; ++i) {
    const auto away = run("run --no-progress");
    EXPECT_EQ(away.status, 1) << away.err;  // the tests' verdict: nothing is lost
    EXPECT_NE(away.err.find("this run has no history, and its results wait for the server"), std::string::npos)
        << away.err;
    EXPECT_NE(away.err.find("`fatespec results send`, sends them to postgresql://maintainer@127.0.0.1:"),
              std::string::npos)
        << away.err;
  }
  const auto resume = run("run --resume");
  EXPECT_EQ(resume.status, 2);
  EXPECT_NE(resume.err.find("--resume need earlier results: a store that answers"), std::string::npos) << resume.err;
  EXPECT_EQ(run("runs").status, 3);
  EXPECT_EQ(run("results send").status, 3);
  EXPECT_FALSE(waiting().empty());
  server.start();
  const auto sent = run("results send");
  EXPECT_NE(sent.out.find("10 results of 2 runs sent to postgresql://maintainer@"), std::string::npos) << sent.out;
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(counts(server), "15|15|3\n");
  server.kill();
  EXPECT_EQ(run("run --no-progress").status, 1);
  server.start();
  const auto next = run("run --no-progress");
  EXPECT_NE(next.err.find("5 results of 1 runs that had waited were sent to the results server"), std::string::npos)
      << next.err;
  EXPECT_EQ(counts(server), "25|25|5\n");
  // The same in the same words, whichever way they came.
  EXPECT_EQ(server.sql("SELECT count(DISTINCT (test_id, verdict, attempts, stdout_blob, detail_blob)) FROM results"),
            "5\n");
}

TEST_F(PostgresqlTest, AServerThatAnswersNoMoreIsAway) {
  const PostgresqlServer server;
  BackgroundRun going(directory_, many(300, "sleep 0.02"), "--jobs 4 --no-progress --results '" + server.url() + "'");
  ASSERT_TRUE(wait_until([&] { return json_lines(going.json(), "test_finished").size() > 20; }));
  server.freeze();
  ASSERT_TRUE(wait_until([&] { return going.out().find("the results server is away (") != std::string::npos; }))
      << going.out();
  server.thaw();
  EXPECT_EQ(going.wait(), 0) << going.out();
  EXPECT_EQ(run("results send --results '" + server.url() + "'").status, 0);
  EXPECT_EQ(counts(server), "300|300|1\n");
}

TEST_F(PostgresqlTest, ARunnerThatIsKilledWhileTheServerIsAwayLosesNothingThatItTold) {
  PostgresqlServer server;
  BackgroundRun going(directory_, many(400, "sleep 0.02"), "--no-progress --results '" + server.url() + "'");
  ASSERT_TRUE(wait_until([&] { return json_lines(going.json(), "test_finished").size() > 10; }));
  server.kill();
  ASSERT_TRUE(wait_until([&] { return !waiting().empty(); }));
  const auto told = json_lines(going.json(), "test_finished").size();
  ASSERT_TRUE(wait_until([&] { return json_lines(going.json(), "test_finished").size() > told + 10; }));
  going.send(SIGKILL);
  going.wait();
  const auto lines = json_lines(going.json(), "test_finished");
  server.start();
  EXPECT_EQ(run("results send --results '" + server.url() + "'").status, 0);
  for (const auto& line : lines)
    EXPECT_EQ(server.sql("SELECT count(*) FROM results JOIN tests ON tests.id = test_id WHERE name = '" +
                         line.at("test").get<std::string>() + "'"),
              "1\n");
  // And it goes on from there.
  const auto resumed = run("run suite.yaml --resume --no-progress --results '" + server.url() + "'");
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(counts(server), "400|400|1\n");
}

TEST_F(PostgresqlTest, PasswordsAreNeverShown) {
  PostgresqlServer server;
  server.sql("SELECT pg_reload_conf()");
  shell("echo 'host all all 127.0.0.1/32 scram-sha-256' >" + server.file("data/pg_hba.conf"));
  shell("kill -HUP $(head -n 1 " + server.file("data/postmaster.pid") + ")");
  directory_.write("s.yaml", std::string("suite: s\n") + tests);
  ASSERT_TRUE(wait_until([&] {
    return run("runs --results 'postgresql://maintainer:wrongword@127.0.0.1:" + std::to_string(server.port()) +
               "/fate'")
               .status == 3;
  }));
  const auto right = run("run s.yaml --no-progress --json run.jsonl --junit run.xml --results '" + server.url() + "'");
  EXPECT_EQ(right.status, 1) << right.err;
  const auto shown = run("show latest --results '" + server.url() + "'");
  const auto wrong = run(
      "run s.yaml --results 'postgresql://maintainer:wrongword@127.0.0.1:" + std::to_string(server.port()) + "/fate'");
  EXPECT_EQ(wrong.status, 3);
  EXPECT_NE(wrong.err.find("password authentication failed for user \"maintainer\""), std::string::npos) << wrong.err;
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / ".fatespec" / "spool"));  // no server to wait for
  const auto broken = run("run s.yaml --results 'postgresql://maintainer:wrongword%zz@127.0.0.1/fate'");
  EXPECT_EQ(broken.status, 3);
  for (const auto& text : {right.out, right.err, shown.out, shown.err, wrong.out, wrong.err, broken.out, broken.err,
                           read_file(directory_ / "run.jsonl"), read_file(directory_ / "run.xml")})
    for (const char* word : {"ge%3Ahe", "ge:he", "wrongword"}) EXPECT_EQ(text.find(word), std::string::npos) << text;
  // libpq's own password file, and its own variables.
  const std::string plain = "postgresql://127.0.0.1:" + std::to_string(server.port()) + "/fate";
  directory_.write("pgpass", "127.0.0.1:*:fate:maintainer:ge\\:he@im\n");
  shell("chmod 600 pgpass", directory_.path());
  EXPECT_EQ(run("runs --results '" + plain + "'", "PGUSER=maintainer PGPASSFILE=pgpass").status, 0);
  EXPECT_EQ(run("runs --results '" + plain + "'", "PGUSER=maintainer PGPASSWORD=ge:he@im").status, 0);
  // Tests do not get them.
  directory_.write("env.yaml", "suite: e\ntests:\n  - {name: env, spec: 'env', expect: {stdout_matches: '^'}}\n");
  const auto env = run("run env.yaml --no-progress --json - --results none", "PGPASSWORD=ge:he@im");
  EXPECT_EQ(env.out.find("ge:he"), std::string::npos);
}

TEST_F(PostgresqlTest, TlsFollowsTheConventionsOfLibpq) {
  PostgresqlServer server("", false);
  const std::string key =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=db "
      "-addext subjectAltName=IP:127.0.0.1 ";
  shell(key + "-keyout server.key -out server.crt; " + key +
            "-keyout other.key -out other.crt; chmod 600 server.key; "
            "chown --reference=data server.key server.crt 2>/dev/null; mv server.key server.crt data/; "
            "echo 'ssl = on' >>data/postgresql.conf; cp data/server.crt root.crt",
        server.file("."));
  shell("echo 'hostssl all all 127.0.0.1/32 trust' >" + server.file("data/pg_hba.conf"));
  server.start();
  server.sql("CREATE ROLE maintainer LOGIN", "postgres");
  server.sql("CREATE DATABASE fate OWNER maintainer", "postgres");
  const std::string verified = server.url() + "?sslmode=verify-full&sslrootcert=";
  EXPECT_EQ(run("runs --results '" + verified + server.file("root.crt") + "'").status, 0);
  const auto refused = run("runs --results '" + verified + server.file("other.crt") + "'");
  EXPECT_EQ(refused.status, 3);
  EXPECT_NE(refused.err.find("certificate verify failed"), std::string::npos) << refused.err;
  const auto without = run("runs --results '" + server.url() + "?sslmode=disable'");
  EXPECT_EQ(without.status, 3);
  EXPECT_NE(without.err.find("no encryption"), std::string::npos) << without.err;
}

TEST_F(PostgresqlTest, DatabasesThatDoNotFitAreRefused) {
  const PostgresqlServer server;
  directory_.write("s.yaml", std::string("suite: s\n") + tests);
  server.sql("CREATE DATABASE latin OWNER maintainer ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
             "postgres");
  auto refused = run("run s.yaml --results '" + server.url("latin") + "'");
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("the database has the encoding LATIN1, not UTF8"), std::string::npos) << refused.err;
  EXPECT_EQ(run("run s.yaml --no-progress --results '" + server.url() + "'").status, 1);
  // Who may only read reads.
  server.sql("CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
  const std::string as_reader = "postgresql://reader@127.0.0.1:" + std::to_string(server.port()) + "/fate";
  EXPECT_EQ(run("runs --results '" + as_reader + "'").status, 0);
  server.sql("INSERT INTO schema_version VALUES (999)");
  refused = run("runs --results '" + server.url() + "'");
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("written by a newer fatespec (schema 999"), std::string::npos) << refused.err;
  EXPECT_EQ(run("runs --results '" + server.url("nosuch") + "'").status, 3);
}

TEST_F(PostgresqlTest, PruningKeepsWhatIsReferredTo) {
  const PostgresqlServer server;
  directory_.write("s.yaml", std::string("suite: s\n") + tests);
  directory_.write("fatespec.yaml", "suites: [s.yaml]\nresults: " + server.url() + "\n");
  for (int i = 0; i < 4; ++i) run("run --no-progress");
  const std::string before = run("report --format json").out;
  EXPECT_NE(run("results prune --keep 1").out.find("3 runs removed"), std::string::npos);
  EXPECT_EQ(run("report --format json").out, before);
  EXPECT_EQ(server.sql("SELECT count(*) FROM tests"), "5\n");
  EXPECT_EQ(server.sql("SELECT count(*) FROM blobs WHERE id NOT IN (SELECT unnest(ARRAY[detail_blob, stdout_blob, "
                       "stderr_blob, full_stdout_blob, command_blob]) FROM results UNION SELECT stdout_blob FROM "
                       "failed_attempts UNION SELECT stderr_blob FROM failed_attempts)"),
            "0\n");
}

TEST_F(PostgresqlTest, ACopyThatWasCutIsGoneOnWith) {
  const PostgresqlServer server;
  directory_.write("s.yaml", std::string("suite: s\n") + tests);
  EXPECT_EQ(run("run s.yaml --no-progress --results here.db").status, 1);
  EXPECT_EQ(run("results copy here.db '" + server.url() + "'").out.substr(0, 12), "1 run copied");
  server.sql(
      "DELETE FROM results WHERE verdict <> 'pass'; DELETE FROM failed_attempts; UPDATE runs SET finished_us = NULL");
  EXPECT_EQ(run("results copy here.db '" + server.url() + "'").out.substr(0, 12), "1 run copied");
  EXPECT_EQ(run("report --format json --results '" + server.url() + "'").out,
            run("report --format json --results here.db").out);
  EXPECT_EQ(server.sql("SELECT count(*) FROM failed_attempts"), "1\n");
}

TEST_F(PostgresqlTest, ARunThatIsUnderWayElsewhereIsNotResumed) {
  const PostgresqlServer server;
  BackgroundRun going(directory_, many(100, "sleep 0.05"), "--no-progress --results '" + server.url() + "'");
  ASSERT_TRUE(wait_until([&] { return !json_lines(going.json(), "test_finished").empty(); }));
  // As on another machine, which sees none of the first one's locks.
  EXPECT_EQ(shell("rm .fatespec/*.lock", directory_.path()).status, 0);
  const auto refused = run("run suite.yaml --resume --results '" + server.url() + "'");
  EXPECT_EQ(refused.status, 3);
  EXPECT_NE(refused.err.find("is still under way in another process"), std::string::npos) << refused.err;
  EXPECT_EQ(going.wait(), 0);
  EXPECT_EQ(counts(server), "100|100|1\n");
  // Runs of other machines are theirs.
  server.sql("UPDATE runs SET host = 'other', finished_us = NULL");
  EXPECT_NE(run("run suite.yaml --resume --no-progress --filter 'name(s/t7)' --results '" + server.url() + "'")
                .err.find("there is no run of these tests to go on with; a new one begins"),
            std::string::npos);
}

TEST_F(PostgresqlTest, WhatCannotBeSentStandsInNobodysWay) {
  PostgresqlServer server;
  directory_.write("s.yaml", std::string("suite: s\n") + tests);
  directory_.write("fatespec.yaml", "suites: [s.yaml]\nresults: " + server.url() + "\n");
  server.kill();
  EXPECT_EQ(run("run --no-progress").status, 1);
  server.start();
  const std::string place = std::filesystem::path(waiting().at(0)).parent_path();
  // One that was cut before its first row, and one that is no database at all.
  shell(
      "sqlite3 000000000000.db 'VACUUM'; : >000000000000.db; printf 'no database, whatever its name says' "
      ">111111111111.db",
      place);
  const auto sent = run("results send");
  EXPECT_EQ(sent.status, 3) << sent.err;
  EXPECT_NE(sent.err.find("111111111111.db: "), std::string::npos) << sent.err;
  EXPECT_EQ(counts(server), "5|5|1\n");
  EXPECT_FALSE(std::filesystem::exists(place + "/000000000000.db"));
}

TEST_F(PostgresqlTest, EveryLookAtMuchHistoryUsesAnIndex) {
  const PostgresqlServer server(
      "shared_preload_libraries = 'auto_explain'\nauto_explain.log_min_duration = 0\nlogging_collector = on\n"
      "log_directory = '.'\nlog_filename = 'server.log'");
  directory_.write("s.yaml", "suite: s\n" + many(500, "echo $$"));
  directory_.write("fatespec.yaml", "suites: [s.yaml]\nresults: " + server.url() + "\n");
  ASSERT_EQ(run("run --no-progress --quiet").status, 0);
  server.sql(
      "INSERT INTO runs (name, version, command, host, started_us, finished_us, exit_code, planned) SELECT "
      "lpad(to_hex(n), 12, '0'), 'v', 'c', 'h', first.started_us + n, first.started_us + n, 0, 500 FROM "
      "generate_series(1, 400) n, (SELECT started_us FROM runs WHERE id = 1) first;"
      "INSERT INTO results SELECT runs.id, r.test_id, r.target, r.verdict, r.flaky, r.leaky, r.attempts, r.reason, "
      "r.detail_blob, r.status, r.signal, r.stdout_blob, r.stdout_bytes, r.stdout_truncated, r.stderr_blob, "
      "r.stderr_bytes, r.stderr_truncated, r.full_stdout_blob, r.wall_us, 50000 + runs.id % 7 * 100, r.system_us, "
      "r.max_rss_kib, r.command_blob, r.kept_directory, r.started_us, r.tags FROM runs, (SELECT * FROM results WHERE "
      "run_id = 1) r WHERE runs.id > 1; ANALYZE");
  shell(": >" + server.file("data/server.log"));
  for (const char* command : {"history s/t7", "compare latest~1 latest", "compare latest~20 latest", "show latest",
                              "runs", "report --format json", "run --no-progress --quiet --filter 'name(s/t7)'"})
    EXPECT_LE(run(command).status, 1) << command;
  const std::string plans = read_file(server.file("data/server.log"));
  EXPECT_NE(plans.find("results_by_test"), std::string::npos);
  EXPECT_NE(plans.find("results_pkey"), std::string::npos);
  EXPECT_EQ(plans.find("Seq Scan on results"), std::string::npos)
      << plans.substr(plans.find("Seq Scan on results") - 1500, 2000);
}

}  // namespace
}  // namespace fatespec::test
