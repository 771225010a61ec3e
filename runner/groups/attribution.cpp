#include "runner/groups/attribution.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::runner {
namespace {

/// The values of one axis, all of them and those of the failures.
struct Axis {
  std::string name;
  std::vector<std::string> all;  ///< in the order of the matrix
  std::set<std::string> failed;

  bool tells() const { return failed.size() < all.size(); }
};

std::vector<Axis> axes_of(const std::vector<Outcome>& outcomes) {
  std::vector<Axis> axes;
  for (const auto& [name, value] : outcomes.front().combination) axes.push_back({name, {}, {}});
  for (const auto& outcome : outcomes)
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const std::string& value = outcome.combination[i].second;
      if (std::find(axes[i].all.begin(), axes[i].all.end(), value) == axes[i].all.end()) axes[i].all.push_back(value);
      if (outcome.failed) axes[i].failed.insert(value);
    }
  return axes;
}

bool in_box(const std::vector<Axis>& axes, const Outcome& outcome) {
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (!axes[i].failed.contains(outcome.combination[i].second)) return false;
  return true;
}

/// The values as numbers; empty if one is none.
std::vector<double> numbers(const std::vector<std::string>& texts) {
  std::vector<double> all;
  for (const auto& text : texts) {
    const auto number = base::parse_number(text);
    if (!number) return {};
    all.push_back(*number);
  }
  return all;
}

/// "THREADS>1" or "THREADS<4" if a threshold parts the failures from the rest; empty otherwise.
std::string threshold(const Axis& axis) {
  std::vector<std::string> good;
  for (const auto& value : axis.all)
    if (!axis.failed.contains(value)) good.push_back(value);
  const auto low = numbers(good);
  const auto high = numbers({axis.failed.begin(), axis.failed.end()});
  if (low.empty() || high.empty() || axis.failed.size() < 2) return "";
  const auto text_of = [&](double number) {
    return *std::find_if(axis.all.begin(), axis.all.end(),
                         [&](const auto& text) { return base::parse_number(text) == number; });
  };
  const double largest_good = *std::max_element(low.begin(), low.end());
  const double smallest_good = *std::min_element(low.begin(), low.end());
  if (*std::min_element(high.begin(), high.end()) > largest_good)
    return fmt::format("{}>{}", axis.name, text_of(largest_good));
  if (*std::max_element(high.begin(), high.end()) < smallest_good)
    return fmt::format("{}<{}", axis.name, text_of(smallest_good));
  return "";
}

std::string describe(const Axis& axis) {
  if (axis.failed.size() == 1) return fmt::format("{}={}", axis.name, *axis.failed.begin());
  if (std::string text = threshold(axis); !text.empty()) return text;
  std::vector<std::string> bad;
  std::vector<std::string> good;
  for (const auto& value : axis.all) (axis.failed.contains(value) ? bad : good).push_back(value);
  if (good.size() == 1) return fmt::format("{}!={}", axis.name, good.front());
  return fmt::format("{} is {}", axis.name, fmt::join(bad, " or "));
}

}  // namespace

std::string attribute(const std::vector<Outcome>& outcomes) {
  // A suite that was changed before its run went on may have other axes now.
  const auto is_like_first = [&](const Outcome& outcome) {
    return std::ranges::equal(outcome.combination, outcomes.front().combination, {},
                              &model::Combination::value_type::first, &model::Combination::value_type::first);
  };
  if (!std::all_of(outcomes.begin(), outcomes.end(), is_like_first)) return "";
  const auto failures = std::count_if(outcomes.begin(), outcomes.end(), [](const auto& o) { return o.failed; });
  if (failures == 0 || failures == static_cast<std::ptrdiff_t>(outcomes.size())) return "";
  const auto axes = axes_of(outcomes);
  std::vector<std::string> conditions;
  for (const auto& axis : axes)
    if (axis.tells()) conditions.push_back(describe(axis));
  if (conditions.empty()) return "";
  const auto inside = std::count_if(outcomes.begin(), outcomes.end(), [&](const auto& o) { return in_box(axes, o); });
  if (inside == failures) return fmt::format("fails exactly when {}", fmt::join(conditions, " and "));
  return fmt::format("fails only when {} ({} of {})", fmt::join(conditions, " and "), failures, inside);
}

// Skipped tests and infrastructure tell nothing of the program.
static bool tells_nothing(model::Verdict verdict) {
  return verdict == model::Verdict::skip || verdict == model::Verdict::error;
}

void AttributionCollector::add(const model::PlannedTest& test, model::Verdict verdict) {
  if (tells_nothing(verdict) || test.matrix.empty()) return;
  model::TestId group = model::group_of(test);
  std::size_t combinations = 1;
  for (const auto& axis : test.spec->matrix) combinations *= axis.values.size();
  declared_[group] = combinations;
  note(std::move(group), test.matrix, verdict);
}

void AttributionCollector::add(const std::string& test, const std::string& configuration, model::Verdict verdict) {
  if (!test.ends_with(']')) return;
  auto [declared, combination] = model::parse_full_name(test);
  const auto commas = std::count(test.begin() + static_cast<std::ptrdiff_t>(declared.size()), test.end(), ',');
  const bool is_clear = !combination.empty() && static_cast<std::ptrdiff_t>(combination.size()) == commas + 1 &&
                        std::none_of(combination.begin(), combination.end(),
                                     [](const auto& part) { return part.second.find('=') != std::string::npos; });
  model::TestId group{std::move(declared), configuration};
  ++declared_[group];
  if (tells_nothing(verdict)) return;
  if (is_clear) note(std::move(group), std::move(combination), verdict);
  else unclear_.insert(std::move(group));
}

void AttributionCollector::note(model::TestId group, model::Combination combination, model::Verdict verdict) {
  const bool bad = model::is_bad(verdict);
  const bool failed = verdict == model::Verdict::xfail || (bad && verdict != model::Verdict::xpass);
  if (bad) bad_.insert(group);
  outcomes_[std::move(group)].push_back({std::move(combination), failed});
}

std::vector<model::Attribution> AttributionCollector::conclude() const {
  std::vector<model::Attribution> all;
  for (const auto& [group, outcomes] : outcomes_) {
    std::string text = unclear_.contains(group) || !bad_.contains(group) ? "" : attribute(outcomes);
    if (text.empty()) continue;
    const auto declared = declared_.find(group);
    if (declared != declared_.end() && outcomes.size() < declared->second)
      text += fmt::format(" (going by {} of {} combinations)", outcomes.size(), declared->second);
    all.push_back({group.test, group.configuration, std::move(text)});
  }
  return all;
}

std::vector<model::Attribution> attributions_of(const model::Run& run, const std::vector<model::TestResult>& results) {
  if (results.size() < run.planned) return {};
  AttributionCollector collector;
  for (const auto& result : results) collector.add(result.test, result.configuration, result.verdict);
  return collector.conclude();
}

}  // namespace fatespec::runner
