#include "cli/store_options.hpp"

namespace fatespec::cli {

void add_store_options(CLI::App& command, StoreOptions& options) {
  command
      .add_option("--config", options.inputs.config, "the configuration file (default: fatespec.yaml here or above)")
      ->type_name("FILE");
  command.add_option("--results", options.results, "where results are kept")->type_name("FILE|postgresql://…");
}

std::variant<std::unique_ptr<results::Store>, ExitCode> open_store(const StoreOptions& options) {
  auto project = load_project(options.inputs);
  if (const auto* code = std::get_if<ExitCode>(&project)) return *code;
  auto store = results::Store::open_existing(results_location(*std::get<0>(project), options.results));
  if (!store) return complain(store.error());
  return std::move(*store);
}

}  // namespace fatespec::cli
