// Programs that serve tests: each ends with the test that started it.
#pragma once

#include <sys/types.h>

#include <string>

namespace fatespec::test {

/// Of TCP, on the loopback.
int free_port();

/// Starts a shell command line in a process group of its own, without output unless a descriptor is given for it.
pid_t spawn(const std::string& command, int output = -1);

}  // namespace fatespec::test
