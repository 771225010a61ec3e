// Machines with cables between them, as far as one machine can have them: network namespaces.
#pragma once

#include <string>

namespace fatespec::test {

/// A switch with some hosts, and this machine. Hosts count from 1.
class Network {
 public:
  /// Why there can be none here; empty if there can.
  static std::string impossible();

  explicit Network(int hosts);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network();

  /// In front of a command: it runs on the host.
  std::string inside(int host) const;
  std::string address(int host) const;
  /// This machine's, as the hosts reach it.
  std::string own_address() const;
  void pull_cable(int host) const;
  void put_cable_back(int host) const;

 private:
  std::string device(int host) const;

  const int hosts_;
  std::string name_;
  std::string network_;
};

}  // namespace fatespec::test
