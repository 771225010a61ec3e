// What commands begin with that look at earlier runs.
#pragma once

#include <memory>
#include <string>

#include "cli/common/inputs.hpp"

namespace fatespec::cli {

struct StoreOptions {
  InputOptions inputs;
  std::string results;
};

void add_store_options(CLI::App& command, StoreOptions& options);

/// The options as they were typed: " --results r.db".
std::string text_of(const StoreOptions& options);

/// The store, or the exit code after what is wrong has been printed.
OrExit<std::unique_ptr<results::Store>> open_store(const StoreOptions& options);

}  // namespace fatespec::cli
