// Changes expectations in the text of a suite file, keeping its comments and layout.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace fatespec::specs {

struct ExpectationEdit {
  std::string test;  ///< the test's name without the suite's
  std::string key;   ///< "stdout", "stdout_file" or "stderr"
  std::string value;
};

/// The text of a suite with one expectation set: replaced where it stands, else added. An error, with what to do by
/// hand, if that cannot be done without touching anything else; the result is read again to make sure.
base::Result<std::string> edit_expectation(const std::string& file, const std::string& text,
                                           const ExpectationEdit& edit);

}  // namespace fatespec::specs
