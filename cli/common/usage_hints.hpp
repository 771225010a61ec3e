// What the library for command lines does not tell of a misspelt one: the nearest name. Both print to stderr.
#pragma once

#include <span>
#include <string>

#include <CLI/CLI.hpp>

namespace fatespec::cli {

/// Before `words` are parsed: true if there stands no command where one is needed. `before`: the words before them.
bool told_unknown_command(const CLI::App& app, std::span<char* const> words, const std::string& before = "fatespec");
/// After parsing failed: true if it did because of an option that there is not.
bool told_unknown_option(const CLI::App& app);

}  // namespace fatespec::cli
