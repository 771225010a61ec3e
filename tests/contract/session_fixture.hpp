// A directory with samples, and `fatespec session` in it.
#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/player/samples.hpp"
#include "tests/support/support.hpp"

namespace fatespec::test {

/// npm and its registry may be out of reach where this was built; the product goes on without plots, saying so.
#define FATESPEC_NEEDS_PLOTS() \
  if (!FATESPEC_CAN_PLOT) GTEST_SKIP() << "this build has no uPlot: npm could not install it"

class SessionFixture : public testing::Test {
 protected:
  ProgramResult session(const std::string& arguments) { return fatespec("session " + arguments, directory_.path()); }
  /// With another player: a script of this directory.
  ProgramResult session_with(const std::string& player, const std::string& arguments) {
    return shell("FATESPEC_PLAYER=" + directory_ / player + " " FATESPEC_PROGRAM " session " + arguments,
                 directory_.path());
  }
  void add_sample(const std::string& name) { std::filesystem::copy_file(sample(name), directory_ / name); }
  void write_program(const std::string& name, const std::string& text) {
    std::filesystem::permissions(directory_.write(name, text), std::filesystem::perms::owner_all);
  }
  std::string file(const std::string& name) { return read_file(directory_ / name); }
  bool exists(const std::string& name) { return std::filesystem::exists(directory_ / name); }

  TemporaryDirectory directory_;
};

}  // namespace fatespec::test
