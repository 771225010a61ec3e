#include "cli/references/reference_sharers.hpp"

namespace fatespec::cli {

ReferenceSharers::Settled ReferenceSharers::settle() {
  Settled settled;
  for (auto& [place, candidates] : proposed_) {
    Proposal& first = candidates.front().proposal;
    if (why_it_stays(place, first).empty()) {
      for (std::size_t i = 1; i < candidates.size(); ++i)
        first.also.push_back({candidates[i].proposal.test, candidates[i].proposal.command});
      settled.agreed.push_back(std::move(first));
      continue;
    }
    for (const auto& [who, proposal] : candidates)
      settled.refused.push_back({who, why_it_stays(place, proposal), proposal.stream});
  }
  proposed_.clear();
  return settled;
}

/// Who would not meet the new one; empty if there is nobody.
std::string ReferenceSharers::why_it_stays(const std::string& place, const Proposal& proposal) const {
  if (const auto agreeing = agreeing_.find(place); agreeing != agreeing_.end())
    return agreeing->second + " agrees with the same reference";
  const std::string differing = " gives another output for the same reference";
  for (const auto& other : proposed_.at(place))
    if (other.proposal.new_text != proposal.new_text) return other.who + differing;
  if (const auto bystanders = bystanders_.find(place); bystanders != bystanders_.end())
    for (const auto& other : bystanders->second)
      if (other.text != proposal.new_text) return other.who + differing;
  return "";
}

}  // namespace fatespec::cli
