// How a host is reached, and what is said when it cannot be.
#include <unistd.h>

#include "tests/remote/background_run.hpp"
#include "tests/remote/held_board.hpp"

namespace fatespec::test {
namespace {

/// The reason of the one test of a run that had to be an error.
std::string error_of(const SuiteRun& run) {
  EXPECT_EQ(run.status, 3) << run.out << run.err;
  EXPECT_EQ(run["a"]["verdict"], "error");
  return run["a"]["reason"].get<std::string>();
}

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(Hosts, ThatRefuseTheConnectionAreAnErrorOfEveryTest) {
  FATESPEC_NEEDS_SSH_SERVER();
  SshServer server;
  const BoardProject project(server.target("reconnect: 300ms"));
  server.stop();
  const auto run = project.run("tests: [{name: a, spec: /bin/true}, {name: b, spec: '{FILESIZE} fatespec.yaml'}]");
  const std::string reason = error_of(run);
  EXPECT_HAS(reason, "board: 127.0.0.1:");
  EXPECT_HAS(reason, "refused");
  EXPECT_EQ(run["b"]["verdict"], "pass") << "it stays here";
  EXPECT_HAS(run.out, "board is out of this run: 127.0.0.1:");
  EXPECT_HAS(run.out, "lost    board: 127.0.0.1:");
}

TEST(Hosts, WithUnknownKeysAreRefusedWithTheLineToAdd) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const std::string line = shell("cat known_hosts", std::filesystem::path(server.file(".")).parent_path()).out;
  const std::string target = server.target();
  shell(": >" + server.file("known_hosts"));
  const std::string reason = error_of(BoardProject(target).run(one_test));
  EXPECT_HAS(reason, "the host key is not known; if SHA256:");
  EXPECT_HAS(reason, "add this line to " + server.file("known_hosts") + ": " + line.substr(0, line.size() - 1));
  EXPECT_HAS(reason, shell("ssh-keygen -lf " + server.file("host.pub") + " | cut -d' ' -f2 | tr -d '\\n'").out);
}

TEST(Hosts, WithChangedKeysAreRefused) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  const std::string other = shell("cut -d' ' -f1,2 " + server.file("id.pub")).out;
  const std::string target = server.target();
  shell("echo '[127.0.0.1]:" + std::to_string(server.port()) + " " + other.substr(0, other.size() - 1) + "' >" +
        server.file("known_hosts"));
  EXPECT_HAS(error_of(BoardProject(target).run(one_test)), "the host key has CHANGED");
}

TEST(Hosts, ThatAcceptNoKeySayWhatWasTried) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  shell(": >" + server.file("authorized_keys"));
  ::unsetenv("SSH_AUTH_SOCK");
  const std::string reason = error_of(BoardProject(server.target()).run(one_test));
  EXPECT_HAS(reason, "no key of " + shell("id -un | tr -d '\\n'").out + " was accepted (tried: " + server.file("id") +
                         ", no agent: SSH_AUTH_SOCK is not set); add the public key to its authorized_keys");
}

TEST(Hosts, ThatOpenFewSessionsRunFewerTestsAtOnce) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server("MaxSessions 3\n");
  std::string tests = "tests:\n";
  for (int i = 0; i < 20; ++i) tests += "  - {name: t" + std::to_string(i) + ", spec: sleep 0.05}\n";
  const auto run = BoardProject(server.target("jobs: 5")).run(tests);
  EXPECT_EQ(run.status, 0) << run.out << run.err;
}

// Another holds the board until strangers have taken all places for connections that are not logged in yet.
TEST(Hosts, ThatTakeFewConnectionsRunFewerTestsAtOnce) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server("MaxStartups 3\n");
  const BoardProject project(server.target("jobs: 40"));
  HeldBoard held(server);
  const TemporaryDirectory directory;
  std::string tests = "tests:\n";
  for (int i = 0; i < 60; ++i) tests += "  - {name: t" + std::to_string(i) + ", spec: sleep 0.1}\n";
  BackgroundRun run(project, tests);
  EXPECT_TRUE(wait_until([&] { return run.out().find("held by another") != std::string::npos; })) << run.out();
  const std::string line = "/dev/tcp/127.0.0.1/" + std::to_string(server.port());
  shell(
      "bash -c 'exec 3<>" + line + " 4<>" + line + " 5<>" + line +
          "; head -c 3 <&3; head -c 3 <&4; head -c 3 <&5; touch full; exec sleep 60' >/dev/null 2>&1 & echo $! >lines",
      directory.path());
  EXPECT_TRUE(wait_until([&] { return std::filesystem::exists(directory / "full"); }));
  held.release();
  EXPECT_EQ(run.wait(), 0) << run.out();
  shell("kill $(cat lines)", directory.path());
  EXPECT_HAS(run.out(), "; fewer tests run there at once");
  EXPECT_EQ(run.out().find("lost the connection"), std::string::npos) << run.out();
}

TEST(Hosts, TakeManyTestsAtOnceOnSeveralConnections) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  std::string tests = "tests:\n";
  for (int i = 0; i < 48; ++i) tests += "  - {name: t" + std::to_string(i) + ", spec: sleep 0.1}\n";
  const auto run = BoardProject(server.target("jobs: 16")).run(tests);
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(processes_of(server.scratch()), "");
}

TEST(Hosts, ThatCannotBeWrittenToSaySo) {
  FATESPEC_NEEDS_SSH_SERVER();
  const SshServer server;
  std::string target = server.target();
  target.replace(target.find(server.scratch()), server.scratch().size(), "/proc/none");
  EXPECT_HAS(error_of(BoardProject(target).run(one_test)), "cannot write in /proc/none");
}

// What would remove files in place of ours does not, should this test ever fail.
TEST(Hosts, WhoseStartUpFilesReadOurOrdersAreRefused) {
  FATESPEC_NEEDS_SSH_SERVER();
  const TemporaryDirectory tools;
  tools.write("rm", "#!/bin/sh\necho \"$@\" >>" + tools / "removed" + "\n");
  shell("chmod 755 rm", tools.path());
  const SshServer server("SetEnv PATH=" + tools.path().string() +
                         ":/usr/bin:/bin\nForceCommand read -r eaten; eval \"$SSH_ORIGINAL_COMMAND\"\n");
  EXPECT_HAS(error_of(BoardProject(server.target("reconnect: 1s")).run(one_test)),
             "the start-up files of the login there read from stdin, where our orders come: they must not");
  EXPECT_EQ(read_file(tools / "removed"), "");
}

TEST(Hosts, WithBusyboxOnlyGiveTheSameVerdicts) {
  FATESPEC_NEEDS_SSH_SERVER();
  if (::access("/usr/bin/busybox", X_OK) != 0 && ::access("/bin/busybox", X_OK) != 0)
    GTEST_SKIP() << "busybox is not installed";
  // Every shell and tool that the supervisors find is busybox's: its `sh` prefers its own applets as well.
  const TemporaryDirectory tools;
  shell("b=$(command -v busybox); for a in $($b --list); do ln -s $b $a; done", tools.path());
  for (const char* shell_name : {"busybox", "dash", "bash"}) {
    const SshServer server("SetEnv PATH=" + tools.path().string() + "\nForceCommand exec " +
                           (std::string(shell_name) == "busybox" ? tools / "sh" : std::string("/bin/") + shell_name) +
                           " -c \"$(echo \"$SSH_ORIGINAL_COMMAND\" | sed 's,/bin/sh,sh,g')\"\n");
    const auto run = BoardProject(server.target("exec: env X=1, jobs: 2"))
                         .run(
                             "tests: [{name: pass, spec: 'env | grep ^X=', expect: {stdout: \"X=1\\n\"}}, "
                             "{name: crash, spec: 'kill -SEGV $$'}, {name: timeout, spec: sleep 97, timeout: 200ms}, "
                             "{name: leaky, spec: 'sleep 96 & echo x'}, {name: status, spec: 'exit 3'}, "
                             "{name: daemon, spec: 'setsid sleep 95 </dev/null >/dev/null 2>&1 & echo x'}]");
    EXPECT_EQ(run["pass"]["verdict"], "pass") << shell_name << run.out << run.err;
    EXPECT_EQ(run["crash"]["verdict"], "crash") << shell_name << run.out;
    EXPECT_EQ(run["timeout"]["verdict"], "timeout") << shell_name << run.out;
    EXPECT_EQ(run["leaky"]["leaky"], true) << shell_name << run.out;
    EXPECT_EQ(run["status"]["status"], 3) << shell_name << run.out;
    EXPECT_EQ(run["daemon"]["verdict"], "pass") << shell_name << run.out;
    EXPECT_EQ(processes_of(server.scratch()), "") << shell_name;
  }
}

/// A home directory of the user in place of his own, in a mount namespace: ssh programs take it from the password file.
class Home {
 public:
  static std::string impossible() {
    if (::geteuid() != 0) return "only root can put another home directory in place";
    return shell("unshare -m true").status == 0 ? "" : "no mount namespaces here";
  }
  explicit Home(const std::string& config) {
    directory_.write(".ssh/config", config);
    shell("chmod 700 . .ssh; chmod 600 .ssh/config", directory_.path());
  }
  std::string file(const std::string& name) const { return directory_ / (".ssh/" + name); }
  ProgramResult run(const TemporaryDirectory& project, const std::string& environment = "") const {
    return shell("unshare -m sh -c 'mount --bind " + directory_.path().string() + " ~root && exec env " + environment +
                     " " FATESPEC_PROGRAM " run suite.yaml --results none'",
                 project.path());
  }

 private:
  TemporaryDirectory directory_;
};

#define NEEDS_HOME() \
  if (const std::string why = Home::impossible(); !why.empty()) GTEST_SKIP() << why

TEST(Hosts, AreFoundThroughTheUsersConfiguration) {
  FATESPEC_NEEDS_SSH_SERVER();
  NEEDS_HOME();
  const SshServer server;
  const SshServer jump;
  const std::string port = std::to_string(server.port());
  const Home home("Host pi\n  HostName 127.0.0.1\n  Port " + port + "\n  IdentityFile " + server.file("id") +
                  "\nHost door\n  HostName 127.0.0.1\n  Port " + std::to_string(jump.port()) + "\n  IdentityFile " +
                  jump.file("id") + "\nHost inner\n  HostName 127.0.0.1\n  Port " + port + "\n  IdentityFile " +
                  server.file("id") + "\n  ProxyJump door\n");
  // Hashed names, as Debian's default writes them.
  shell("cat " + server.file("known_hosts") + " " + jump.file("known_hosts") + " >" + home.file("known_hosts") +
        "; ssh-keygen -q -H -f " + home.file("known_hosts"));
  for (const char* host : {"pi", "inner"}) {
    const BoardProject project(std::string("host: ") + host + ", directory: " + server.scratch());
    project.directory().write("suite.yaml", one_test);
    const auto run = home.run(project.directory());
    EXPECT_EQ(run.status, 0) << host << run.out << run.err;
  }
}

TEST(Hosts, TakeKeysOfEveryTypeAndFromTheAgent) {
  FATESPEC_NEEDS_SSH_SERVER();
  NEEDS_HOME();
  const SshServer server("ListenAddress ::1\n");
  const auto run_with = [&](const std::string& host, const std::string& identity, const std::string& environment) {
    const Home home("Host pi\n  HostName " + host + "\n  Port " + std::to_string(server.port()) + "\n" + identity);
    shell("sed 's/127.0.0.1/" + host + "/' " + server.file("known_hosts") + " >" + home.file("known_hosts"));
    const BoardProject project("host: pi, directory: " + server.scratch());
    project.directory().write("suite.yaml", one_test);
    const auto run = home.run(project.directory(), environment);
    EXPECT_EQ(run.status, 0) << host << " " << identity << run.out << run.err;
  };
  for (const char* type : {"rsa", "ecdsa", "ed25519"}) {
    const std::string key = server.file(type);
    shell("ssh-keygen -q -N '' -t " + std::string(type) + " -f " + key + "; cat " + key + ".pub >" +
          server.file("authorized_keys"));
    run_with("127.0.0.1", "  IdentityFile " + key + "\n", "");
  }
  run_with("::1", "  IdentityFile " + server.file("ed25519") + "\n", "");
  const std::string agent = server.file("agent");
  shell("ssh-agent -a " + agent + " >" + agent + ".env; SSH_AUTH_SOCK=" + agent + " ssh-add -q " +
        server.file("ed25519") + "; mv " + server.file("ed25519") + " " + server.file("hidden"));
  run_with("127.0.0.1", "", "SSH_AUTH_SOCK=" + agent);
  shell(". " + agent + ".env >/dev/null; kill $SSH_AGENT_PID");
}

}  // namespace
}  // namespace fatespec::test
