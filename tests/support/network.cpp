#include "tests/support/network.hpp"

#include <unistd.h>

#include <stdexcept>

#include "tests/support/support.hpp"

namespace fatespec::test {
namespace {

bool done(const std::string& command) { return shell(command).status == 0; }

}  // namespace

std::string Network::impossible() {
  if (::geteuid() != 0) return "only root can lay a cable to a network namespace";
  if (!done("command -v ip")) return "ip (iproute2) is not installed";
  const std::string probe = "fsp" + std::to_string(::getpid());
  const bool works =
      done("ip netns add " + probe + " && ip netns exec " + probe + " true && ip link add " + probe + " type bridge");
  shell("ip netns del " + probe + "; ip link del " + probe);
  return works ? "" : "no network namespaces here";
}

Network::Network(int hosts) : hosts_(hosts) {
  // Addresses for trying out networks (RFC 2544): nobody else's. The switch's name is the claim to its part of them.
  for (int part = 0; name_.empty(); ++part) {
    if (part == 512) throw std::runtime_error("no network could be made");
    const std::string name = "fs" + std::to_string(part);
    if (!done("ip link add " + name + " type bridge")) continue;
    name_ = name;
    network_ = "198." + std::to_string(18 + part / 256) + "." + std::to_string(part % 256) + ".";
  }
  shell("ip addr add " + own_address() + "/24 dev " + name_ + "; ip link set " + name_ + " up");
  for (int host = 1; host <= hosts; ++host) {
    const std::string end = device(host);
    shell("ip netns del " + end);  // of a process that was killed
    if (!done("ip netns add " + end + " && ip link add " + end + " type veth peer name eth0 netns " + end +
              " && ip link set " + end + " master " + name_ + " up && ip -n " + end + " addr add " + address(host) +
              "/24 dev eth0 && ip -n " + end + " link set eth0 up && ip -n " + end + " link set lo up"))
      throw std::runtime_error("no cable to host " + std::to_string(host));
  }
}

Network::~Network() {
  for (int host = 1; host <= hosts_; ++host) shell("ip netns del " + device(host) + "; ip link del " + device(host));
  shell("ip link del " + name_);
}

std::string Network::device(int host) const { return name_ + "n" + std::to_string(host); }
std::string Network::inside(int host) const { return "ip netns exec " + device(host); }
std::string Network::address(int host) const { return network_ + std::to_string(host); }
std::string Network::own_address() const { return network_ + "254"; }
void Network::pull_cable(int host) const { shell("ip link set " + device(host) + " down"); }
void Network::put_cable_back(int host) const { shell("ip link set " + device(host) + " up"); }

}  // namespace fatespec::test
