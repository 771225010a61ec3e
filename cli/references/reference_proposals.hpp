// The references that a run's output would change.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/common/inputs.hpp"
#include "results/store.hpp"

namespace fatespec::cli {

struct ProposalOptions {
  std::vector<std::string> names;  ///< tests, or spec files
  InputOptions inputs;
  std::string results;
  std::string run = "latest";
  std::string only_class;  ///< a glob; empty: all
};

/// Another test, or the same under another configuration, with the same reference and the same output.
struct Sharer {
  const model::PlannedTest* test;
  std::string command;  ///< of the run
};

/// A reference that would change.
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

/// Proposals point into the inputs.
struct Proposals {
  std::unique_ptr<results::Store> store;
  model::Run run;
  Inputs inputs;
  std::vector<Proposal> list;  ///< by class
  std::size_t refused = 0;     ///< what was meant and is not accepted
  bool cannot_change = false;  ///< among that is a reference that cannot be changed where it is
};

/// What is not accepted, and why, is printed. The exit code if something is wrong, which has been printed as well.
OrExit<Proposals> find_proposals(const ProposalOptions& options);

}  // namespace fatespec::cli
