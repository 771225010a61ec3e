// A reference that would change.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/plan.hpp"

namespace fatespec::cli {

/// Another test, or the same under another configuration, with the same reference and the same output.
struct Sharer {
  const model::PlannedTest* test;
  std::string command;  ///< of the run
};

struct Proposal {
  const model::PlannedTest* test = nullptr;
  std::string stream;  ///< "stdout" or "stderr", as the expectation's key is
  std::vector<Sharer> also;
  std::optional<std::string> old_text;  ///< none: there is no reference yet
  std::string new_text;
  std::string reference_file;  ///< empty: the text stands in the spec file
  bool adds_file_key = false;  ///< the spec file does not name the reference yet
  std::string change;          ///< its class
  std::string command;         ///< of the run
  std::string command_now;     ///< where it is another by now; empty: it is not
  std::string pictures;        ///< what there is to say of pictures; for the terminal
};

}  // namespace fatespec::cli
