#include "runner/groups/attribution.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::runner {
namespace {

/// The values of one axis.
struct Axis {
  std::string name;
  std::vector<std::string> known;  ///< those of which anything is known, in the order of the matrix
  std::set<std::string> failed;
  bool is_whole = true;  ///< something is known of every value
  bool counts = true;    ///< it is said of the failures

  bool tells() const { return failed.size() < known.size(); }
};

void add_once(std::vector<std::string>& values, const std::string& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

std::vector<Axis> axes_of(const std::vector<Outcome>& outcomes, const std::vector<model::MatrixAxis>& declared) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < outcomes.front().combination.size(); ++i) {
    Axis axis{outcomes.front().combination[i].first, {}, {}};
    std::vector<std::string> all = i < declared.size() ? declared[i].values : std::vector<std::string>();
    for (const auto& outcome : outcomes) {
      const std::string& value = outcome.combination[i].second;
      add_once(all, value);
      if (outcome.failed) add_once(axis.known, value);
      if (outcome.failed.value_or(false)) axis.failed.insert(value);
    }
    axis.is_whole = axis.known.size() == all.size();
    axis.counts = axis.tells();
    axes.push_back(std::move(axis));
  }
  return axes;
}

bool in_box(const std::vector<Axis>& axes, const Outcome& outcome) {
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (axes[i].counts && !axes[i].failed.contains(outcome.combination[i].second)) return false;
  return outcome.failed.has_value();
}

std::ptrdiff_t size_of_box(const std::vector<Axis>& axes, const std::vector<Outcome>& outcomes) {
  return std::count_if(outcomes.begin(), outcomes.end(), [&](const auto& outcome) { return in_box(axes, outcome); });
}

/// Of a matrix that was not run whole, an axis may tell nothing that the others do not. Where any of several could go,
/// but not all of them, nobody knows which.
void drop_what_tells_nothing(std::vector<Axis>& axes, const std::vector<Outcome>& outcomes) {
  const auto size = size_of_box(axes, outcomes);
  auto fewer = axes;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    auto without = axes;
    without[i].counts = false;
    if (size_of_box(without, outcomes) == size) fewer[i].counts = false;
  }
  if (size_of_box(fewer, outcomes) == size) axes = std::move(fewer);
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
  if (!axis.is_whole) return "";  // it would claim something of the others
  std::vector<std::string> good;
  for (const auto& value : axis.known)
    if (!axis.failed.contains(value)) good.push_back(value);
  const auto low = numbers(good);
  const auto high = numbers({axis.failed.begin(), axis.failed.end()});
  if (low.empty() || high.empty() || axis.failed.size() < 2) return "";
  const auto text_of = [&](double number) {
    return *std::find_if(axis.known.begin(), axis.known.end(),
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
  for (const auto& value : axis.known) (axis.failed.contains(value) ? bad : good).push_back(value);
  if (good.size() == 1 && axis.is_whole) return fmt::format("{}!={}", axis.name, good.front());
  return fmt::format("{} is {}", axis.name, fmt::join(bad, " or "));
}

bool has_failed(const Outcome& outcome) { return outcome.failed.value_or(false); }

/// "A=1,B=x" of the test's full name.
std::string_view brackets_of(std::string_view test, const std::string& declared) {
  return test.substr(declared.size() + 1, test.size() - declared.size() - 2);
}

/// Where each NAME= stands that may begin the value of an axis: in front, and behind commas.
std::vector<std::string> axes_named_in(std::string_view brackets) {
  std::vector<std::string> names;
  for (const auto part : base::split(brackets, ','))
    if (specs::is_assignment(part)) names.emplace_back(part.substr(0, part.find('=')));
  return names;
}

/// A value may hold `,` and `=`: axes are what all combinations name in the same order.
std::vector<std::string> common_axes(const std::vector<std::string_view>& all_brackets) {
  std::vector<std::string> common = axes_named_in(all_brackets.front());
  for (const auto brackets : all_brackets) {
    const auto names = axes_named_in(brackets);
    auto at = names.begin();
    std::erase_if(common, [&](const auto& name) {
      const auto found = std::find(at, names.end(), name);
      if (found != names.end()) at = found + 1;
      return found == names.end();
    });
  }
  return common;
}

/// Empty if the text names other axes.
model::Combination combination_of(std::string_view brackets, const std::vector<std::string>& axes) {
  model::Combination combination;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (!brackets.starts_with(axes[i] + "=")) return {};
    brackets.remove_prefix(axes[i].size() + 1);
    const auto end = i + 1 < axes.size() ? brackets.find("," + axes[i + 1] + "=") : brackets.size();
    if (end == std::string_view::npos) return {};
    const std::string_view value = brackets.substr(0, end);
    if (value.find("][") != std::string_view::npos) return {};  // the name has brackets of its own
    combination.emplace_back(axes[i], value);
    brackets.remove_prefix(std::min(brackets.size(), end + 1));
  }
  return combination;
}

}  // namespace

std::string attribute(const std::vector<Outcome>& outcomes, const std::vector<model::MatrixAxis>& declared) {
  // A suite that was changed before its run went on may have other axes now.
  const auto is_like_first = [&](const Outcome& outcome) {
    return std::ranges::equal(outcome.combination, outcomes.front().combination, {},
                              &model::Combination::value_type::first, &model::Combination::value_type::first);
  };
  if (!std::all_of(outcomes.begin(), outcomes.end(), is_like_first)) return "";
  const auto failures = std::count_if(outcomes.begin(), outcomes.end(), has_failed);
  if (failures == 0) return "";
  auto axes = axes_of(outcomes, declared);
  drop_what_tells_nothing(axes, outcomes);
  std::vector<std::string> conditions;
  for (const auto& axis : axes)
    if (axis.counts) conditions.push_back(describe(axis));
  if (conditions.empty()) return "";
  const auto inside = size_of_box(axes, outcomes);
  if (inside == failures) return fmt::format("fails exactly when {}", fmt::join(conditions, " and "));
  return fmt::format("fails only when {} ({} of {})", fmt::join(conditions, " and "), failures, inside);
}

// Skipped tests and infrastructure tell nothing of the program.
static bool tells_nothing(model::Verdict verdict) {
  return verdict == model::Verdict::skip || verdict == model::Verdict::error;
}

void AttributionCollector::add(const model::PlannedTest& test, model::Verdict verdict) {
  if (test.matrix.empty()) return;
  Group& group = groups_[model::group_of(test)];
  group.axes = test.spec->matrix;
  note(group, test.matrix, verdict);
}

void AttributionCollector::add(const std::string& test, const std::string& configuration, model::Verdict verdict) {
  if (!test.ends_with(']')) return;
  const std::string declared = model::parse_full_name(test).declared;
  if (declared.size() == test.size()) return;  // the brackets are its own
  groups_[{declared, configuration}].named.emplace_back(brackets_of(test, declared), verdict);
}

void AttributionCollector::note(Group& group, model::Combination combination, model::Verdict verdict) {
  const bool bad = model::is_bad(verdict);
  const bool failed = verdict == model::Verdict::xfail || (bad && verdict != model::Verdict::xpass);
  if (tells_nothing(verdict)) {
    group.outcomes.push_back({std::move(combination), std::nullopt});
    return;
  }
  group.has_bad = group.has_bad || bad;
  group.outcomes.push_back({std::move(combination), failed});
}

/// Those that are known by their names alone as well. Nothing if it is not clear what a name means.
std::optional<AttributionCollector::Group> AttributionCollector::whole(Group group) {
  if (group.named.empty()) return group;
  std::vector<std::string> axes;
  for (const auto& axis : group.axes) axes.push_back(axis.name);
  if (axes.empty()) {
    std::vector<std::string_view> texts;
    for (const auto& [brackets, verdict] : group.named) texts.push_back(brackets);
    axes = common_axes(texts);
  }
  for (const auto& [brackets, verdict] : group.named) {
    auto combination = combination_of(brackets, axes);
    if (combination.empty()) return std::nullopt;
    note(group, std::move(combination), verdict);
  }
  return group;
}

std::vector<model::Attribution> AttributionCollector::conclude() const {
  std::vector<model::Attribution> all;
  for (const auto& [id, collected] : groups_) {
    const auto group = whole(collected);
    std::string text = group && group->has_bad ? attribute(group->outcomes, group->axes) : "";
    if (text.empty()) continue;
    std::size_t combinations = 1;
    for (const auto& axis : group->axes) combinations *= axis.values.size();
    combinations = std::max(combinations, group->outcomes.size());
    const auto known = static_cast<std::size_t>(std::count_if(group->outcomes.begin(), group->outcomes.end(),
                                                              [](const auto& o) { return o.failed.has_value(); }));
    if (known < combinations) text += fmt::format(" (going by {} of {} combinations)", known, combinations);
    all.push_back({id.test, id.configuration, std::move(text)});
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
