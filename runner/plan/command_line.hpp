// What a planned test runs, and where.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/plan.hpp"

namespace fatespec::runner {

/// Says where the player is.
inline constexpr const char* player_variable = "FATESPEC_PLAYER";

/// The arguments of a spec string with their variables replaced.
model::SpecString expanded(const model::SpecString& spec, const model::Variables& variables);

/// A path of a test with its variables replaced, absolute: relative ones begin at `base`.
std::string absolute_path(const std::string& text, const model::Variables& variables, const std::string& base);

/// The words of a command without shell syntax; nothing if a shell has to run it.
std::optional<std::vector<std::string>> direct_words(const std::string& command);
/// The variables of a test with TEST_DIR among them.
model::Variables with_test_directory(const model::PlannedTest& test, const std::string& directory);

/// The command with no variable replaced: the spec string's, or the make command with its target.
std::string command_as_written(const model::Project& project, const model::PlannedTest& test);

// The `variables` of all of these are those of with_test_directory().

/// The command with its variables replaced; of `{FILESIZE}`, the path as written.
std::string command_line(const model::Project& project, const model::PlannedTest& test,
                         const model::Variables& variables);
/// `cwd`, else the project's directory for a build and $TEST_DIR for everything else.
std::string working_directory(const model::Project& project, const model::PlannedTest& test,
                              const model::Variables& variables);
/// A name for a file of the test's: of its full name and configuration, without anything that a path could be made of.
std::string file_name_of(const std::string& configuration, const std::string& test);
std::string file_name_of(const model::PlannedTest& test);

/// The file that a `{PLAYER}` test records into, and the program that it runs: $FATESPEC_PLAYER, else the one beside
/// this program.
std::string recording_path(const model::Variables& variables);
std::string player_program(const model::Variables& variables);
/// The file that `{FILESIZE}` looks at. A relative one begins at `cwd`, else at the spec file.
std::string filesize_path(const model::Project& project, const model::PlannedTest& test,
                          const model::Variables& variables);
/// The command with what a prompt would lack: the directory where it is not $TEST_DIR, $TEST_DIR itself where it is
/// used, the test's own environment, stdin.
std::string paste_line(const model::Project& project, const model::PlannedTest& test,
                       const model::Variables& variables);
/// What stands for $TEST_DIR in the command of a test that was not begun.
inline constexpr const char* stand_in_directory = "/tmp/fatespec-test";
/// The line of such a test.
std::string paste_line(const model::Project& project, const model::PlannedTest& test);

}  // namespace fatespec::runner
