#include "specs/test_reader.hpp"

#include <chrono>

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/hex.hpp"
#include "base/pattern.hpp"
#include "base/text.hpp"
#include "specs/expect_reader.hpp"
#include "specs/shell.hpp"
#include "specs/spec_string.hpp"

namespace fatespec::specs {
namespace {

using model::TestSpec;

void read_compare(YamlNode node, model::Comparison& compare, Problems& problems) {
  const auto text = read_text(node, problems);
  if (!text) return;
  if (*text == "exact") compare = model::Comparison::exact;
  else if (*text == "whitespace") compare = model::Comparison::whitespace;
  else
    add_problem(problems, node,
                fmt::format("`{}` is no way to compare{}", *text, base::did_you_mean(*text, {"exact", "whitespace"})));
}

/// On one line, however it was written.
std::optional<std::string> read_reason(YamlNode node, Problems& problems) {
  const auto text = read_text(node, problems);
  if (!text) return std::nullopt;
  std::string line;
  for (const auto part : base::split_lines(base::trim(*text)))
    line += (line.empty() ? "" : " ") + std::string(base::trim(part));
  return line;
}

model::Condition read_condition(YamlNode node, Problems& problems) {
  model::Condition condition;
  const auto texts = [&](std::vector<std::string>& list) {
    return [&](YamlNode v) { list = read_texts(v, problems); };
  };
  MapReader::read(node, "`only_if`",
                  {{"configuration", texts(condition.configurations)},
                   {"target", texts(condition.targets)},
                   {"tags", texts(condition.tags)},
                   {"probe", [&](YamlNode v) { condition.probe = read_text(v, problems).value_or(""); }}},
                  problems);
  return condition;
}

void read_only_if(YamlNode node, std::vector<model::Condition>& conditions, Problems& problems) {
  conditions.clear();
  if (!node.is_sequence()) {
    conditions.push_back(read_condition(node, problems));
    return;
  }
  for (const auto& element : node.elements()) conditions.push_back(read_condition(element, problems));
}

void read_stdout_digest(YamlNode node, std::string& digest, Problems& problems) {
  digest = base::lower(read_text(node, problems).value_or(""));
  if (digest.empty()) return;
  if (!base::is_hex(digest) || !base::digest_of_length(digest.size()))
    add_problem(problems, node, "a hexadecimal MD5 or SHA digest is needed here");
}

/// A day such as 2026-12-31; it is compared as text.
void read_date(YamlNode node, std::string& date, Problems& problems) {
  date = read_text(node, problems).value_or("");
  static const auto form = base::Pattern::compile("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])").value();
  const auto number = [&](std::size_t at, std::size_t digits) {
    return static_cast<int>(base::parse_integer(std::string_view(date).substr(at, digits)).value_or(0));
  };
  if (!form.matches_whole(date)) {
    add_problem(problems, node, "a date such as 2026-12-31 is needed here");
    return;
  }
  const std::chrono::year_month_day day(std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2))));
  if (!day.ok()) add_problem(problems, node, "there is no such day");
}

/// Where a reason is awaited a word in quotes is one.
std::optional<bool> plain_boolean(YamlNode node) { return node.is_plain() ? boolean_of(node) : std::nullopt; }

/// `false` undoes the `expect_fail` of `defaults`.
void read_known_failure(YamlNode node, base::Boxed<model::KnownFailure>& known, Problems& problems) {
  if (const auto word = plain_boolean(node)) {
    if (*word) add_problem(problems, node, "`expect_fail` needs a `reason`");
    known = {};
    return;
  }
  model::KnownFailure failure;
  if (node.is_scalar()) {  // the short form: a reason alone
    failure.reason = read_reason(node, problems).value_or("");
  } else {
    MapReader::read(node, "`expect_fail`",
                    {{"reason", [&](YamlNode v) { failure.reason = read_reason(v, problems).value_or(""); }},
                     {"expires", [&](YamlNode v) { read_date(v, failure.expires, problems); }},
                     {"bug", [&](YamlNode v) { failure.bug = read_reason(v, problems).value_or(""); }},
                     {"stdout_digest", [&](YamlNode v) { read_stdout_digest(v, failure.stdout_digest, problems); }}},
                    problems);
  }
  if (failure.reason.empty() && failure.bug.empty()) add_problem(problems, node, "`expect_fail` needs a `reason`");
  known = failure;
}

void read_matrix(YamlNode node, std::vector<model::MatrixAxis>& matrix, Problems& problems) {
  constexpr std::size_t most = 100'000;
  matrix.clear();
  if (!node.is_map()) {
    add_problem(problems, node, "`matrix` must be a map of names and lists of values");
    return;
  }
  std::size_t combinations = 1;
  for (const auto& [key, value] : map_entries(node, problems)) {
    model::MatrixAxis axis{key.value(), read_texts(value, problems, most)};
    if (const auto wrong = variable_name_error(axis.name); !wrong.empty()) add_problem(problems, key, wrong);
    for (const auto& text : axis.values)
      if (text.find('\n') != std::string::npos)
        add_problem(problems, value, "a value of a matrix becomes part of the test's name: it is one line");
    if (axis.values.empty()) add_problem(problems, value, fmt::format("`{}` has no values", axis.name));
    combinations *= std::max<std::size_t>(1, axis.values.size());
    if (combinations > most) {
      add_problem(problems, key, fmt::format("the matrix has more than {} combinations", most));
      matrix.clear();
      return;
    }
    matrix.push_back(std::move(axis));
  }
}

void read_memory(YamlNode node, std::uint64_t& bytes, Problems& problems) {
  if (const auto size = read_bytes(node, problems)) bytes = *size;
}

void read_slow(YamlNode node, std::optional<base::Duration>& slow, Problems& problems) {
  if (const auto duration = read_duration(node, problems)) slow = *duration;
}

void read_retry_if(YamlNode node, base::Boxed<model::RetryCondition>& retry_if, Problems& problems) {
  model::RetryCondition condition;
  const auto pattern = [&](std::string& field) {
    return [&](YamlNode v) {
      if (auto text = read_regex(v, problems)) field = std::move(text->text);
    };
  };
  MapReader::read(
      node, "`retry_if`",
      {{"stdout_matches", pattern(condition.output_matches)}, {"stderr_matches", pattern(condition.error_matches)}},
      problems);
  if (node.is_map() && condition.output_matches.empty() && condition.error_matches.empty())
    add_problem(problems, node, "`retry_if` needs `stderr_matches` or `stdout_matches`");
  retry_if = condition;
}

/// `false` undoes the `skip` of `defaults`.
void read_skip(YamlNode node, base::Boxed<std::string>& skip, Problems& problems) {
  const auto word = plain_boolean(node);
  auto reason = word ? std::nullopt : read_reason(node, problems);
  if (word ? *word : reason && reason->empty()) add_problem(problems, node, "`skip` needs a reason");
  skip = std::move(reason);
}

void read_spec(YamlNode node, TestSpec& test, Problems& problems) {
  auto text = read_placed(node, problems);
  if (!text) return;
  test.spec = std::move(*text);
  auto parsed = parse_spec_string(test.spec.text);
  if (parsed) {
    test.parsed = std::move(*parsed);
    return;
  }
  const auto& error = parsed.error();
  problems.add(node.document().source(), node.origin_of(error.offset), error.message, static_cast<int>(error.length));
}

}  // namespace

void read_limits(YamlNode node, model::Limits& limits, Problems& problems) {
  const auto size = [&](std::optional<std::uint64_t>& limit) {
    return [&](YamlNode v) {
      if (v.is_scalar() && v.value() == "none") limit = UINT64_MAX;
      else if (const auto bytes = read_bytes(v, problems, ", or `none`")) limit = *bytes;
    };
  };
  const auto processes = [&](YamlNode v) {
    if (v.is_scalar() && v.value() == "none") limits.processes = UINT64_MAX;
    else if (const auto number = read_integer(v, 1, problems)) limits.processes = static_cast<std::uint64_t>(*number);
  };
  MapReader::read(node, "`limits`",
                  {{"output", size(limits.output)}, {"directory", size(limits.directory)}, {"processes", processes}},
                  problems);
}

std::vector<MapReader::Key> test_keys(TestSpec& test, Problems& problems) {
  const auto number = [&](int& field, int at_least, int at_most) {
    return [&field, at_least, at_most, &problems](YamlNode v) {
      const auto value = read_integer(v, at_least, problems);
      if (value && *value > at_most) add_problem(problems, v, fmt::format("{} are the most", at_most));
      else if (value) field = static_cast<int>(*value);
    };
  };
  return {{"spec", [&](YamlNode v) { read_spec(v, test, problems); }},
          {"description", [&](YamlNode v) { test.description = read_text(v, problems).value_or(""); }},
          {"expect", [&](YamlNode v) { read_expect(v, test.expect, problems); }, expect_keys()},
          {"compare", [&](YamlNode v) { read_compare(v, test.compare, problems); }},
          {"timeout",
           [&](YamlNode v) {
             if (const auto d = read_duration(v, problems)) test.timeout = *d;
           }},
          {"tags",
           [&](YamlNode v) {
             for (auto& tag : read_texts(v, problems)) test.tags.push_back(std::move(tag));
           }},
          {"env",
           [&](YamlNode v) {
             for (auto& [name, value] : read_variables(v, problems)) test.env[name] = value;
           }},
          {"cwd", [&](YamlNode v) { test.cwd = read_placed(v, problems); }},
          {"stdin_file", [&](YamlNode v) { test.stdin_file = read_placed(v, problems); }},
          {"slots", number(test.slots, 1, 100'000)},
          {"locks", [&](YamlNode v) { test.locks = read_texts(v, problems); }},
          {"exclusive", [&](YamlNode v) { test.exclusive = read_boolean(v, problems).value_or(false); }},
          {"retries", number(test.retries, 0, 1000)},
          {"retry_if", [&](YamlNode v) { read_retry_if(v, test.retry_if, problems); }},
          {"slow", [&](YamlNode v) { read_slow(v, test.slow, problems); }},
          {"memory", [&](YamlNode v) { read_memory(v, test.memory, problems); }},
          {"limits", [&](YamlNode v) { read_limits(v, test.limits, problems); }},
          {"agree", [&](YamlNode v) { test.agree = read_boolean(v, problems).value_or(false); }},
          {"skip", [&](YamlNode v) { read_skip(v, test.skip, problems); }},
          {"only_if", [&](YamlNode v) { read_only_if(v, test.only_if, problems); }},
          {"expect_fail", [&](YamlNode v) { read_known_failure(v, test.expect_fail, problems); }},
          {"matrix", [&](YamlNode v) { read_matrix(v, test.matrix, problems); }}};
}

}  // namespace fatespec::specs
