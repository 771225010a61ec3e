// Pickles made by Python itself.
#pragma once

#include <string>

#include "tests/support/support.hpp"

namespace fatespec::test {

/// The pickle (protocol 4) of what a Python program has put into `e`.
inline std::string pickled_by(const std::string& program) {
  const TemporaryDirectory directory;
  directory.write("make.py", program + "\nimport pickle\nopen('out', 'wb').write(pickle.dumps(e, protocol=4))\n");
  const auto made = shell(FATESPEC_PYTHON " make.py", directory.path());
  return made.status == 0 ? read_file(directory / "out") : made.err;
}

}  // namespace fatespec::test
