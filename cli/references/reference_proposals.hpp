// The references that a run's output would change.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/common/inputs.hpp"
#include "cli/references/proposal.hpp"
#include "results/store.hpp"

namespace fatespec::cli {

struct ProposalOptions {
  std::vector<std::string> names;  ///< tests, or spec files
  InputOptions inputs;
  std::string results;
  std::string run = "latest";
  std::string only_class;  ///< a glob; empty: all
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
