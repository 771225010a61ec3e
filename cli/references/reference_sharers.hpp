// Who has a reference: combinations of a matrix, configurations and tests may share one.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/references/proposal.hpp"

namespace fatespec::cli {

/// What all that have a reference say of it, by its place (place_of). Those that are meant propose a new one, the
/// others are bystanders. `who`: as messages name it.
class ReferenceSharers {
 public:
  struct Refused {
    std::string who;
    std::string why;
    std::string stream;
  };
  struct Settled {
    std::vector<Proposal> agreed;  ///< one for each place
    std::vector<Refused> refused;
  };

  void propose(const std::string& place, std::string who, Proposal proposal) {
    proposed_[place].push_back({std::move(who), std::move(proposal)});
  }
  bool nothing_is_proposed() const { return proposed_.empty(); }
  bool is_proposed(const std::string& place) const { return proposed_.contains(place); }
  void agrees(const std::string& place, const std::string& who) { agreeing_.try_emplace(place, who); }
  /// Of a bystander, in place of the reference.
  void writes(const std::string& place, std::string who, std::string text) {
    bystanders_[place].push_back({std::move(who), std::move(text)});
  }

  /// A reference is changed if all of them agree. Takes what was proposed.
  Settled settle();

 private:
  struct Candidate {
    std::string who;
    Proposal proposal;
  };
  struct Bystander {
    std::string who;
    std::string text;
  };
  std::string why_it_stays(const std::string& place, const Proposal& proposal) const;

  std::map<std::string, std::vector<Candidate>> proposed_;
  std::map<std::string, std::string> agreeing_;
  std::map<std::string, std::vector<Bystander>> bystanders_;
};

}  // namespace fatespec::cli
