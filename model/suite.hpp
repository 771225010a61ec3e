// What spec files declare: suites of tests, as read, with no variable replaced yet.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/boxed.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/spec_string.hpp"

namespace fatespec::model {

using Variables = std::map<std::string, std::string, std::less<>>;
/// Where each name of a Variables was defined.
using Places = std::map<std::string, base::Origin, std::less<>>;

/// The exit status that a test must have.
struct ExpectedStatus {
  enum class Kind { exactly, nonzero, signal };
  Kind kind = Kind::exactly;
  int value = 0;  ///< a status, or a signal number
};

/// Text with the place it was written at.
struct PlacedText {
  std::string text;
  base::Origin origin;
};

struct SizeBounds {
  std::optional<std::uint64_t> min;  ///< bytes
  std::optional<std::uint64_t> max;  ///< bytes
};

enum class Comparison { exact, whitespace };

struct Expectation {
  ExpectedStatus status;
  base::Boxed<PlacedText> output;          ///< `stdout`
  base::Boxed<PlacedText> output_file;     ///< `stdout_file`, relative to the spec file
  base::Boxed<PlacedText> error;           ///< `stderr`
  base::Boxed<PlacedText> error_file;      ///< `stderr_file`
  base::Boxed<PlacedText> output_matches;  ///< `stdout_matches`
  base::Boxed<PlacedText> error_matches;   ///< `stderr_matches`
  base::Boxed<SizeBounds> size;
  base::Origin origin;  ///< of the `expect` map itself; unknown if there is none
};

/// All parts that are given must hold.
struct Condition {
  std::vector<std::string> configurations;  ///< globs; one must match
  std::vector<std::string> targets;         ///< globs; one must match
  std::vector<std::string> tags;            ///< the configuration has all; `!tag`: it lacks that
  std::string probe;                        ///< a shell command that must exit with 0
};

struct KnownFailure {
  std::string reason;
  std::string bug;
  std::string stdout_digest;  ///< lower-case hexadecimal; its length tells the algorithm
  std::string expires;        ///< "2026-12-31": from the day after, the test fails as any other; empty: never
};

/// What a test may take before it is ended. Nothing: as the configuration file says, else the built-in limit.
struct Limits {
  std::optional<std::uint64_t> output;     ///< bytes of stdout and stderr together
  std::optional<std::uint64_t> directory;  ///< bytes in $TEST_DIR
  std::optional<std::uint64_t> processes;  ///< alive at one moment
};

/// Which failures are known trouble of the infrastructure and worth another attempt; any one suffices.
struct RetryCondition {
  std::string output_matches;  ///< regular expression; empty: none
  std::string error_matches;
};

struct MatrixAxis {
  std::string name;
  std::vector<std::string> values;
};

struct TestSpec {
  std::string name;
  std::string description;
  PlacedText spec;
  SpecString parsed;  ///< `spec` taken apart
  Expectation expect;
  Comparison compare = Comparison::exact;
  std::optional<base::Duration> timeout = std::chrono::seconds(60);  ///< nothing: no limit
  std::vector<std::string> tags;
  Variables default_env;  ///< of the suite's `defaults`; `env` may use it, and goes before it
  Variables env;
  base::Boxed<PlacedText> cwd;         ///< relative to the spec file; default $TEST_DIR
  base::Boxed<PlacedText> stdin_file;  ///< relative to the spec file; default /dev/null
  int slots = 1;
  std::vector<std::string> locks;
  bool exclusive = false;
  int retries = 0;
  base::Boxed<RetryCondition> retry_if;                           ///< nothing: every failure is worth another attempt
  std::optional<base::Duration> slow = std::chrono::seconds(30);  ///< a test that runs longer is shown as slow
  std::uint64_t memory = 0;                                       ///< bytes that must be free for it to start
  Limits limits;
  bool agree = false;  ///< the combinations of its matrix are compared with each other
  base::Boxed<std::string> skip;
  std::vector<Condition> only_if;  ///< any one suffices; empty: always
  base::Boxed<KnownFailure> expect_fail;
  std::vector<MatrixAxis> matrix;
  base::Origin origin;
};

struct Suite {
  std::string name;
  base::Origin name_origin;  ///< without a line if the suite has its name from its file
  std::string description;
  std::string file;       ///< as named by the user or found by a glob
  std::string directory;  ///< absolute
  Variables variables;
  Places variable_origins;
  std::vector<std::shared_ptr<const TestSpec>> tests;
};

}  // namespace fatespec::model
