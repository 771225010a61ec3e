#include "model/verdict.hpp"

namespace fatespec::model {
namespace {
constexpr std::array<std::string_view, 8> names = {"pass",  "fail",  "crash", "timeout",
                                                   "xfail", "xpass", "skip",  "error"};
}

std::string_view name_of(Verdict verdict) { return names.at(static_cast<std::size_t>(verdict)); }

std::optional<Verdict> verdict_named(std::string_view name) {
  for (const Verdict verdict : all_verdicts)
    if (name_of(verdict) == name) return verdict;
  return std::nullopt;
}

bool is_bad(Verdict verdict) {
  return verdict != Verdict::pass && verdict != Verdict::xfail && verdict != Verdict::skip;
}

}  // namespace fatespec::model
