#include "specs/suite_reader.hpp"

#include <filesystem>
#include <unordered_map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "specs/map_reader.hpp"
#include "specs/test_reader.hpp"
#include "specs/variable_resolution.hpp"

namespace fatespec::specs {
namespace {

using model::TestSpec;

class SuiteReader {
 public:
  SuiteReader(const YamlDocument& document, Problems& problems) : document_(document), problems_(problems) {}

  std::shared_ptr<model::Suite> run() {
    namespace fs = std::filesystem;
    suite_->file = document_.source().file();
    suite_->name = fs::path(suite_->file).stem().string();
    suite_->name_origin.file = suite_->file;
    suite_->directory = fs::absolute(suite_->file).lexically_normal().parent_path().string();
    YamlNode tests;
    const auto defaults = test_keys(defaults_, problems_);
    std::vector<std::string_view> default_names;
    for (const auto& key : defaults) default_names.push_back(key.name);
    MapReader::read(
        document_.root(), "the suite",
        {{"suite", [&](YamlNode v) { read_name(v); }},
         {"description", [&](YamlNode v) { suite_->description = read_text(v, problems_).value_or(""); }},
         {"variables",
          [&](YamlNode v) { suite_->variables = read_variables(v, problems_, &suite_->variable_origins); }},
         {"defaults", [&](YamlNode v) { MapReader::read(v, "`defaults`", defaults, problems_); }, default_names},
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
    check_utf8(node, *name);
    suite_->name = *name;
    suite_->name_origin = node.origin();
  }

  /// Names are kept, shown and asked for: in one encoding.
  void check_utf8(YamlNode node, const std::string& name) {
    if (!base::is_utf8(name)) add_problem(problems_, node, "a name in another encoding than UTF-8");
  }

  void check_circles() {
    for (const auto& problem : resolve_variables(suite_->variables, suite_->variable_origins).problems)
      problems_.add(document_.source(), problem.origin, problem.message);
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
    test->default_env = std::exchange(test->env, {});
    const std::size_t before = problems_.found();
    auto keys = test_keys(*test, problems_);
    keys.insert(keys.begin(), {"name", [&](YamlNode v) { read_test_name(v, *test); }});
    MapReader::read(node, "a test", keys, problems_);
    if (test->name.empty() && problems_.found() == before) add_problem(problems_, node, "the test has no `name`");
    if (test->spec.text.empty() && problems_.found() == before) add_problem(problems_, node, "the test has no `spec`");
    drop_what_defaults_cannot_mean(*test);
    check_make(node, *test);
    check_filesize(node, *test);
    check_agree(node, *test);
    suite_->tests.push_back(std::move(test));
  }

  /// What `defaults` expect of tests that can have it is not expected of those that cannot.
  void drop_what_defaults_cannot_mean(TestSpec& test) const {
    const auto& given = defaults_.expect;
    auto& expect = test.expect;
    const auto drop = [](base::Boxed<model::PlacedText>& text, const base::Boxed<model::PlacedText>& of_defaults) {
      if (text && of_defaults && text->origin.str() == of_defaults->origin.str()) text = {};
    };
    if (model::is_build(test.parsed.type)) {
      drop(expect.output, given.output);
      drop(expect.output_file, given.output_file);
      drop(expect.output_matches, given.output_matches);
      if (expect.size && given.size && expect.size->min == given.size->min && expect.size->max == given.size->max)
        expect.size = {};
    } else if (test.parsed.type == model::SpecType::filesize) {
      drop(expect.error, given.error);
      drop(expect.error_file, given.error_file);
      drop(expect.error_matches, given.error_matches);
    }
  }

  // Only the status of a build counts: its log is none to compare.
  void check_make(YamlNode node, const TestSpec& test) {
    const auto& expect = test.expect;
    if (model::is_build(test.parsed.type) &&
        (expect.output || expect.output_file || expect.output_matches || expect.size))
      add_problem(
          problems_, node,
          fmt::format("`{}` is a build: of its stdout nothing is compared, only `status` and `stderr` can be expected",
                      test.name));
  }

  void check_filesize(YamlNode node, const TestSpec& test) {
    const auto& expect = test.expect;
    if (test.parsed.type == model::SpecType::filesize && (expect.error || expect.error_file || expect.error_matches))
      add_problem(problems_, node, fmt::format("`{}` only looks at a file: there is no stderr to expect", test.name));
  }

  // The combinations are each other's reference: a second one could only contradict them.
  void check_agree(YamlNode node, const TestSpec& test) {
    if (!test.agree) return;
    if (test.matrix.empty())
      add_problem(problems_, node, fmt::format("`{}`: `agree` compares the combinations of a `matrix`", test.name));
    if (test.expect.output || test.expect.output_file)
      add_problem(problems_, node, fmt::format("`{}`: `agree` and an expected stdout exclude each other", test.name));
  }

  void read_test_name(YamlNode node, TestSpec& test) {
    const auto name = read_text(node, problems_);
    if (!name) return;
    test.name = *name;
    if (name->empty() || name->find('\n') != std::string::npos)
      add_problem(problems_, node, "a test's name is one line and not empty");
    check_utf8(node, *name);
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
