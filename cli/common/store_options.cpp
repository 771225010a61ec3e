#include "cli/common/store_options.hpp"

#include "base/text.hpp"
#include "cli/common/complain.hpp"
#include "results/location.hpp"

namespace fatespec::cli {

void add_store_options(CLI::App& command, StoreOptions& options) {
  command
      .add_option("--config", options.inputs.config, "the configuration file (default: fatespec.yaml here or above)")
      ->type_name("FILE");
  command.add_option("--results", options.results, "where results are kept")->type_name("FILE|postgresql://…");
}

std::string text_of(const StoreOptions& options) {
  std::string text;
  if (!options.inputs.config.empty()) text += " --config " + base::shell_quote(options.inputs.config);
  if (!options.results.empty()) text += " --results " + base::shell_quote(results::shown(options.results));
  return text;
}

OrExit<std::unique_ptr<results::Store>> open_store(const StoreOptions& options) {
  auto project = load_project(options.inputs);
  if (!project) return project.error();
  auto store = results::Store::open_existing(results_location(**project, options.results));
  if (!store) return complain(store.error());
  return std::move(*store);
}

}  // namespace fatespec::cli
