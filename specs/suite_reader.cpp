#include "specs/suite_reader.hpp"

#include <csignal>
#include <cstring>
#include <filesystem>
#include <unordered_map>

#include <fmt/format.h>
#include <boost/regex.hpp>

#include "base/signals.hpp"
#include "base/text.hpp"
#include "specs/map_reader.hpp"
#include "specs/shell.hpp"
#include "specs/spec_string.hpp"

namespace fatespec::specs {
namespace {

using model::TestSpec;

std::optional<model::PlacedText> read_placed(YamlNode node, Problems& problems) {
  auto text = read_text(node, problems);
  if (!text) return std::nullopt;
  return model::PlacedText{std::move(*text), node.origin()};
}

std::optional<model::PlacedText> read_regex(YamlNode node, Problems& problems) {
  auto text = read_placed(node, problems);
  if (!text) return std::nullopt;
  try {
    const boost::regex compiled(text->text);
  } catch (const boost::regex_error& error) {
    add_problem(problems, node, fmt::format("not a regular expression: {}", error.what()));
    return std::nullopt;
  }
  return text;
}

void read_status(YamlNode node, model::ExpectedStatus& status, Problems& problems) {
  const auto text = read_text(node, problems);
  if (!text) return;
  using Kind = model::ExpectedStatus::Kind;
  if (*text == "nonzero") {
    status = {Kind::nonzero, 0};
  } else if (const auto number = base::parse_integer(*text); number && *number >= 0 && *number <= 255) {
    status = {Kind::exactly, static_cast<int>(*number)};
  } else if (const auto signal = base::signal_named(*text)) {
    status = {Kind::signal, *signal};
  } else {
    add_problem(problems, node,
                fmt::format("`{}` is no status: a number from 0 to 255, `nonzero` or a signal such as SIGSEGV{}", *text,
                            base::did_you_mean(*text, base::signal_names())));
  }
}

void read_size(YamlNode node, std::optional<model::SizeBounds>& size, Problems& problems) {
  model::SizeBounds bounds;
  const auto read = [&](std::optional<std::uint64_t>& bound) {
    return [&](YamlNode value) {
      bound = value.is_scalar() ? base::parse_size(value.value()) : std::nullopt;
      if (!bound) add_problem(problems, value, "a number of bytes is needed here, such as 4096 or 2M");
    };
  };
  MapReader::read(node, "`size`", {{"min", read(bounds.min)}, {"max", read(bounds.max)}}, problems);
  if (bounds.min && bounds.max && *bounds.min > *bounds.max) add_problem(problems, node, "`min` is larger than `max`");
  size = bounds;
}

/// The two ways to give a reference exclude each other; the test's own takes the place of one from `defaults`.
void take_reference(YamlNode expect, const std::optional<model::PlacedText>& text,
                    const std::optional<model::PlacedText>& file, std::string_view key, Problems& problems,
                    std::optional<model::PlacedText>& known_text, std::optional<model::PlacedText>& known_file) {
  if (text && file) add_problem(problems, expect, fmt::format("`{0}` and `{0}_file` exclude each other", key));
  if (!text && !file) return;
  known_text = text;
  known_file = file;
}

void read_expect(YamlNode node, model::Expectation& expect, Problems& problems) {
  expect.origin = node.origin();
  model::Expectation own;
  const auto placed = [&](std::optional<model::PlacedText>& field) {
    return [&](YamlNode v) { field = read_placed(v, problems); };
  };
  MapReader::read(node, "`expect`",
                  {{"status", [&](YamlNode v) { read_status(v, expect.status, problems); }},
                   {"stdout", placed(own.output)},
                   {"stdout_file", placed(own.output_file)},
                   {"stderr", placed(own.error)},
                   {"stderr_file", placed(own.error_file)},
                   {"stdout_matches", [&](YamlNode v) { expect.output_matches = read_regex(v, problems); }},
                   {"stderr_matches", [&](YamlNode v) { expect.error_matches = read_regex(v, problems); }},
                   {"size", [&](YamlNode v) { read_size(v, expect.size, problems); }}},
                  problems);
  take_reference(node, own.output, own.output_file, "stdout", problems, expect.output, expect.output_file);
  take_reference(node, own.error, own.error_file, "stderr", problems, expect.error, expect.error_file);
}

void read_compare(YamlNode node, model::Comparison& compare, Problems& problems) {
  const auto text = read_text(node, problems);
  if (!text) return;
  if (*text == "exact") compare = model::Comparison::exact;
  else if (*text == "whitespace") compare = model::Comparison::whitespace;
  else
    add_problem(problems, node,
                fmt::format("`{}` is no way to compare{}", *text, base::did_you_mean(*text, {"exact", "whitespace"})));
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
  const bool hex = digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hex || !base::digest_of_length(digest.size()))
    add_problem(problems, node, "a hexadecimal MD5 or SHA digest is needed here");
}

void read_known_failure(YamlNode node, std::optional<model::KnownFailure>& known, Problems& problems) {
  model::KnownFailure failure;
  if (node.is_scalar()) {  // the short form: a reason alone
    failure.reason = node.value();
  } else {
    MapReader::read(node, "`expect_fail`",
                    {{"reason", [&](YamlNode v) { failure.reason = read_text(v, problems).value_or(""); }},
                     {"bug", [&](YamlNode v) { failure.bug = read_text(v, problems).value_or(""); }},
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
    model::MatrixAxis axis{key.value(), read_texts(value, problems)};
    if (!is_variable_name(axis.name))
      add_problem(problems, key,
                  fmt::format("`{}` cannot be the name of a variable: letters, digits and `_` only", axis.name));
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

void read_skip(YamlNode node, std::optional<std::string>& skip, Problems& problems) {
  skip = read_text(node, problems);
  if (skip && base::trim(*skip).empty()) add_problem(problems, node, "`skip` needs a reason");
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

/// The keys that a test and `defaults` share.
std::vector<MapReader::Key> shared_keys(TestSpec& test, Problems& problems) {
  const auto number = [&](int& field, int at_least) {
    return [&field, at_least, &problems](YamlNode v) {
      if (const auto value = read_integer(v, at_least, problems))
        field = static_cast<int>(std::min<std::int64_t>(*value, 100000));
    };
  };
  return {{"spec", [&](YamlNode v) { read_spec(v, test, problems); }},
          {"description", [&](YamlNode v) { test.description = read_text(v, problems).value_or(""); }},
          {"expect", [&](YamlNode v) { read_expect(v, test.expect, problems); }},
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
          {"slots", number(test.slots, 1)},
          {"locks", [&](YamlNode v) { test.locks = read_texts(v, problems); }},
          {"exclusive", [&](YamlNode v) { test.exclusive = read_boolean(v, problems).value_or(false); }},
          {"retries", number(test.retries, 0)},
          {"skip", [&](YamlNode v) { read_skip(v, test.skip, problems); }},
          {"only_if", [&](YamlNode v) { read_only_if(v, test.only_if, problems); }},
          {"expect_fail", [&](YamlNode v) { read_known_failure(v, test.expect_fail, problems); }},
          {"matrix", [&](YamlNode v) { read_matrix(v, test.matrix, problems); }}};
}

class SuiteReader {
 public:
  SuiteReader(const YamlDocument& document, Problems& problems) : document_(document), problems_(problems) {}

  std::shared_ptr<model::Suite> run() {
    namespace fs = std::filesystem;
    suite_->file = document_.source().file();
    suite_->name = fs::path(suite_->file).stem().string();
    suite_->directory = fs::absolute(suite_->file).lexically_normal().parent_path().string();
    YamlNode tests;
    MapReader::read(
        document_.root(), "the suite",
        {{"suite", [&](YamlNode v) { read_name(v); }},
         {"description", [&](YamlNode v) { suite_->description = read_text(v, problems_).value_or(""); }},
         {"variables",
          [&](YamlNode v) { suite_->variables = read_variables(v, problems_, &suite_->variable_origins); }},
         {"defaults",
          [&](YamlNode v) { MapReader::read(v, "`defaults`", shared_keys(defaults_, problems_), problems_); }},
         {"tests", [&](YamlNode v) { tests = v; }}},
        problems_);
    check_circles();
    read_tests(tests);
    return std::move(suite_);
  }

 private:
  void read_name(YamlNode node) {
    const auto name = read_text(node, problems_);
    if (!name) return;
    if (name->empty() || name->find_first_of("/\n") != std::string::npos)
      add_problem(problems_, node, "a suite's name is not empty and has no `/`");
    suite_->name = *name;
  }

  void check_circles() {
    const auto resolved = resolve_variables(suite_->variables, suite_->variable_origins);
    if (!resolved) problems_.add(document_.source(), resolved.error().origin, resolved.error().message);
  }

  void read_tests(YamlNode tests) {
    if (!tests) {
      if (document_.root().is_map()) add_problem(problems_, document_.root(), "the suite has no `tests`");
      return;
    }
    if (!tests.is_sequence()) {
      add_problem(problems_, tests, "`tests` must be a list (`- name: …`)");
      return;
    }
    for (const auto& node : tests.elements()) read_test(node);
  }

  void read_test(YamlNode node) {
    auto test = std::make_shared<TestSpec>(defaults_);
    test->origin = node.origin();
    const std::size_t before = problems_.size();
    auto keys = shared_keys(*test, problems_);
    keys.insert(keys.begin(), {"name", [&](YamlNode v) { read_test_name(v, *test); }});
    MapReader::read(node, "a test", keys, problems_);
    if (test->name.empty() && problems_.size() == before) add_problem(problems_, node, "the test has no `name`");
    if (test->spec.text.empty() && problems_.size() == before) add_problem(problems_, node, "the test has no `spec`");
    check_make(node, *test);
    suite_->tests.push_back(std::move(test));
  }

  // Only the status of a build counts: its log is none to compare.
  void check_make(YamlNode node, const TestSpec& test) {
    const bool make = test.parsed.type == model::SpecType::make || test.parsed.type == model::SpecType::make_test;
    const auto& expect = test.expect;
    if (make && (expect.output || expect.output_file || expect.output_matches || expect.size))
      add_problem(
          problems_, node,
          fmt::format("`{}` is a build: of its output nothing is compared, only `status` can be expected", test.name));
  }

  void read_test_name(YamlNode node, TestSpec& test) {
    const auto name = read_text(node, problems_);
    if (!name) return;
    test.name = *name;
    if (name->empty() || name->find('\n') != std::string::npos)
      add_problem(problems_, node, "a test's name is one line and not empty");
    const auto [first, added] = names_.try_emplace(*name, node.origin());
    if (!added)
      add_problem(problems_, node,
                  fmt::format("the test `{}` is already there, in line {}", *name, first->second.line));
  }

  const YamlDocument& document_;
  Problems& problems_;
  std::shared_ptr<model::Suite> suite_ = std::make_shared<model::Suite>();
  TestSpec defaults_;
  std::unordered_map<std::string, base::Origin> names_;
};

}  // namespace

std::shared_ptr<model::Suite> read_suite(const YamlDocument& document, Problems& problems) {
  return SuiteReader(document, problems).run();
}

std::shared_ptr<model::Suite> read_suite(const std::string& file, Problems& problems) {
  const auto document = YamlDocument::load(file, problems);
  return document ? read_suite(*document, problems) : nullptr;
}

}  // namespace fatespec::specs
