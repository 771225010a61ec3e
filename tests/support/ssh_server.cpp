#include "tests/support/ssh_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "tests/support/spawn.hpp"

namespace fatespec::test {
namespace {

constexpr const char* sshd = "/usr/sbin/sshd";

bool answers(const std::string& host, int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool open = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return open;
}

}  // namespace

std::string no_ssh_server() {
  for (const char* program : {sshd, "/usr/bin/ssh-keygen"})
    if (::access(program, X_OK) != 0) return std::string(program) + " is not installed (openssh-server)";
  return "";
}

SshServer::SshServer(const std::string& extra, std::string wrapper, std::string address)
    : wrapper_(std::move(wrapper)), address_(std::move(address)), port_(free_port()) {
  for (const char* key : {"host", "id"})
    shell(std::string("ssh-keygen -q -t ed25519 -N '' -f ") + key, directory_.path());
  shell("cp id.pub authorized_keys; mkdir home; mkdir -p /run/sshd 2>/dev/null", directory_.path());
  const std::string host_key = shell("cut -d' ' -f1,2 host.pub", directory_.path()).out;
  directory_.write("known_hosts", "[" + address_ + "]:" + std::to_string(port_) + " " + host_key);
  const std::string more = extra.find("MaxStartups") == std::string::npos ? "MaxStartups 100\n" : "";
  directory_.write("sshd_config", "Port " + std::to_string(port_) + "\nListenAddress " + address_ + "\nHostKey " +
                                      file("host") + "\nAuthorizedKeysFile " + file("authorized_keys") + "\nPidFile " +
                                      file("pid") + "\nSetEnv HOME=" + file("home") + "\nStrictModes no\nUsePAM no\n" +
                                      more + extra);
  start();
}

SshServer::~SshServer() { stop(); }

void SshServer::start() {
  pid_ = spawn("exec " + wrapper_ + " " + sshd + " -D -f " + file("sshd_config") + " -E " + file("log"));
  for (int i = 0; i < 500 && !answers(address_, port_); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (!answers(address_, port_)) throw std::runtime_error("sshd does not start: " + read_file(file("log")));
}

void SshServer::stop() {
  if (pid_ < 0) return;
  // Its connections are processes of their own: one or two each, as its version has it.
  shell(
      "servers() { case $(cat /proc/$1/comm) in sshd*) for c in $(pgrep -P $1); do servers $c; done; echo $1 ;; esac; "
      "}; "
      "kill -KILL $(servers " +
      std::to_string(pid_) + ") 2>/dev/null");
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string SshServer::target(const std::string& extra, int port) const {
  if (port != 0) {
    const std::string known = read_file(file("known_hosts"));
    const std::string key = known.substr(known.find(' '));
    const std::string line = "[127.0.0.1]:" + std::to_string(port) + key;
    if (known.find(line) == std::string::npos) directory_.write("known_hosts", known + line);
  }
  return "host: " + address_ + ", port: " + std::to_string(port == 0 ? port_ : port) +
         ", identity_file: " + file("id") + ", known_hosts_file: " + file("known_hosts") + ", directory: " + scratch() +
         (extra.empty() ? "" : ", " + extra);
}

SlowLine::SlowLine(int target_port, double delay_ms) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  pid_ = spawn(
      std::string("exec " FATESPEC_SLOW_LINE " 0 ") + std::to_string(target_port) + " " + std::to_string(delay_ms),
      ends[1]);
  ::close(ends[1]);
  char text[16] = {};
  if (::read(ends[0], text, sizeof text - 1) <= 0) throw std::runtime_error("slow_line does not start");
  ::close(ends[0]);
  port_ = std::stoi(text);
}

SlowLine::~SlowLine() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void SlowLine::cut() const { ::kill(pid_, SIGUSR1); }

void SlowLine::go_dead() const { ::kill(pid_, SIGUSR2); }

void SlowLine::newest_goes_dead() const { ::kill(pid_, SIGHUP); }

std::string processes_of(const std::string& directory) {
  return shell("for p in $(grep -lsF '" + directory +
               "' /proc/[0-9]*/environ /proc/[0-9]*/cmdline | cut -d/ -f3); do "
               "[ $p = $$ ] || { ps -o pid=,ppid=,args= -p $p | grep -v 'sshd\\|grep\\|slow_line'; }; done")
      .out;
}

}  // namespace fatespec::test
