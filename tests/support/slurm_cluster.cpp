#include "tests/support/slurm_cluster.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "tests/support/spawn.hpp"

namespace fatespec::test {
namespace {

namespace fs = std::filesystem;

/// The numbers of all processes.
std::vector<pid_t> all_processes() {
  std::vector<pid_t> all;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") == std::string::npos) all.push_back(std::stoi(name));
  }
  return all;
}

std::string proc_file(pid_t pid, const char* name) { return read_file("/proc/" + std::to_string(pid) + "/" + name); }

/// True if the environment that the process began with has that entry.
bool has_environment(pid_t pid, const std::string& entry) {
  const std::string text = '\0' + proc_file(pid, "environ");
  return text.find('\0' + entry + '\0') != std::string::npos;
}

pid_t parent_of(pid_t pid) {
  const std::string text = proc_file(pid, "stat");
  const auto end = text.rfind(')');
  if (end == std::string::npos) return 0;
  std::istringstream rest(text.substr(end + 1));
  char state = 0;
  pid_t parent = 0;
  rest >> state >> parent;
  return parent;
}

/// The first line that a command prints.
std::string line_of(const std::string& command) {
  const std::string text = shell(command).out;
  return text.substr(0, text.find('\n'));
}

void end(pid_t& pid) {
  if (pid <= 0) return;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  pid = -1;
}

}  // namespace

std::string no_slurm_cluster() {
  for (const char* program : {"/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/munged", "/usr/bin/sbatch"})
    if (::access(program, X_OK) != 0)
      return std::string(program) + " is not installed (slurmctld, slurmd, slurm-client, munge)";
  return "";
}

SlurmCluster::SlurmCluster(int nodes, Nodes where) : port_(free_port()), nodes_(static_cast<std::size_t>(nodes), -1) {
  if (where == Nodes::machines && Network::impossible().empty()) network_.emplace(nodes);
  const std::string path = directory_.path().string();
  host_ = line_of("hostname -s");
  directory_.write("slurm.conf", configuration(nodes));
  std::string resources;
  for (int i = 1; i <= std::min(nodes, 2); ++i)
    resources += "NodeName=n" + std::to_string(i) + " Name=board Type=pi" + std::to_string(i) + " Count=1\n";
  directory_.write("gres.conf", resources);
  directory_.write("cgroup.conf", "CgroupPlugin=cgroup/v1\n");
  shell("mkdir -p munge state; chmod 755 . munge; head -c 1024 /dev/urandom >munge.key; chmod 600 munge.key", path);
  munge_ = spawn("cd " + path +
                 " && exec munged -F --force --key-file=munge.key --socket=munge/s --pid-file=munge/pid "
                 "--log-file=munge.log --seed-file=munge.seed --num-threads=2");
  if (!wait_until([&] { return shell("munge -n -S munge/s", path).status == 0; }))
    throw std::runtime_error("munged did not come up");
  start_controller();
  for (int i = 1; i <= nodes; ++i) start_node(i);
  const std::string all = std::to_string(nodes) + "\n";
  if (!wait_until([&] { return ask("sinfo -h -N -t idle -o %N | wc -l") == all; }))
    throw std::runtime_error("the nodes did not come up: " + ask("sinfo") + read_file(directory_ / "slurmctld.log"));
}

std::string SlurmCluster::configuration(int nodes) const {
  const std::string path = directory_.path().string();
  const std::string me = line_of("id -un");
  std::string config =
      "ClusterName=tests\nSlurmctldHost=" + host_ + "(" + (network_ ? network_->own_address() : "127.0.0.1") +
      ")\nSlurmUser=" + me + "\nSlurmdUser=" + me + "\nSlurmctldPort=" + std::to_string(port_) +
      "\nAuthType=auth/munge\nCredType=cred/munge\nAuthInfo=socket=" + path +
      "/munge/s,cred_expire=10\nStateSaveLocation=" + path + "/state\nSlurmdSpoolDir=" + path +
      "/spool-%n\nSlurmctldPidFile=" + path + "/slurmctld.pid\nSlurmdPidFile=" + path +
      "/slurmd-%n.pid\nSlurmctldLogFile=" + path + "/slurmctld.log\nSlurmdLogFile=" + path +
      "/slurmd-%n.log\n"
      "ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nJobAcctGatherType=jobacct_gather/none\n"
      "SelectType=select/cons_tres\nSelectTypeParameters=CR_CPU\nSlurmdParameters=config_overrides\n"
      "MpiDefault=none\nReturnToService=2\nSlurmdTimeout=5\nSlurmctldTimeout=30\nKillWait=2\n"
      "GresTypes=board\nAccountingStorageType=accounting_storage/none\n"
      "SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=1\n";
  for (int i = 1; i <= nodes; ++i) config += node_line(i, i == nodes);
  return config + "PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n";
}

std::string SlurmCluster::node_line(int number, bool last) const {
  const std::string name = "n" + std::to_string(number);
  return "NodeName=" + name + " NodeHostname=" + (network_ ? name : host_) +
         " NodeAddr=" + (network_ ? network_->address(number) : "127.0.0.1") + " Port=" + std::to_string(free_port()) +
         " CPUs=2 RealMemory=4000 State=UNKNOWN Feature=" + (last ? "x86,bigmem" : "x86") +
         (number <= 2 ? " Gres=board:pi" + std::to_string(number) + ":1" : "") + "\n";
}

SlurmCluster::~SlurmCluster() {
  for (std::size_t i = 1; i <= nodes_.size(); ++i) kill_node(static_cast<int>(i));
  end(controller_);
  end(munge_);
}

std::string SlurmCluster::ask(const std::string& command) const {
  return shell("export " + environment() + "; " + command).out;
}

void SlurmCluster::start_controller() {
  controller_ = spawn("export " + environment() + "; exec slurmctld -D");
  if (!wait_until([&] { return ask("scontrol ping").find("is UP") != std::string::npos; }))
    throw std::runtime_error("slurmctld did not come up");
}

void SlurmCluster::stop_controller() {
  ::kill(controller_, SIGTERM);
  const auto has_gone = [&] { return ::waitpid(controller_, nullptr, WNOHANG) != 0; };
  if (wait_until(has_gone, std::chrono::seconds(60))) controller_ = -1;
  end(controller_);
}

void SlurmCluster::start_node(int number) {
  const std::string name = "n" + std::to_string(number);
  std::string command = "exec slurmd -D -N " + name;
  // The daemon is the first of the machine's processes: all end with it, and it with `unshare`, which is ours to kill.
  if (network_)
    command = "exec " + network_->inside(number) +
              " unshare --uts --pid --fork --kill-child --mount-proc sh -c 'hostname " + name + "; " + command + "'";
  nodes_.at(static_cast<std::size_t>(number - 1)) = spawn("export " + environment() + "; " + command);
}

void SlurmCluster::kill_daemon(int number) { end(nodes_.at(static_cast<std::size_t>(number - 1))); }

// On the loopback there is no cable: the daemon hears and says nothing while it is stopped.
void SlurmCluster::pull_cable(int number) {
  if (network_) network_->pull_cable(number);
  else ::kill(nodes_.at(static_cast<std::size_t>(number - 1)), SIGSTOP);
}

void SlurmCluster::put_cable_back(int number) {
  if (network_) network_->put_cable_back(number);
  else ::kill(nodes_.at(static_cast<std::size_t>(number - 1)), SIGCONT);
}

std::vector<pid_t> SlurmCluster::processes_of_jobs(int node) const {
  std::set<pid_t> found;
  const auto processes = all_processes();
  for (const pid_t pid : processes) {
    if (!has_environment(pid, environment()) || !has_environment(pid, "SLURMD_NODENAME=n" + std::to_string(node)))
      continue;
    found.insert(pid);
    if (const pid_t parent = parent_of(pid); proc_file(parent, "comm").starts_with("slurmstepd")) found.insert(parent);
  }
  for (bool more = true; more;) {  // tests have an environment of their own
    more = false;
    for (const pid_t pid : processes)
      if (found.contains(parent_of(pid))) more = found.insert(pid).second || more;
  }
  return {found.begin(), found.end()};
}

void SlurmCluster::kill_node(int number) {
  kill_daemon(number);
  if (network_) return;
  for (int round = 0; round < 10; ++round) {
    const auto processes = processes_of_jobs(number);
    if (processes.empty()) return;
    for (const pid_t pid : processes) ::kill(pid, SIGKILL);
  }
}

}  // namespace fatespec::test
