#include "cli/run/run_order.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/text.hpp"
#include "results/location.hpp"
#include "runner/plan/variables.hpp"

namespace fatespec::cli {

std::filesystem::path farm_directory(const model::Project& project) {
  return project.slurm.directory.empty() ? std::filesystem::path(project.directory) / ".fatespec" / "farm"
                                         : std::filesystem::path(project.slurm.directory);
}

farm::RunOrder order_of(const RunOptions& options, const std::string& run) {
  farm::RunOrder order;
  order.run = run;
  order.directory = std::filesystem::current_path().string();
  order.specs = options.inputs.specs;
  order.config = options.inputs.config;
  order.configurations = options.inputs.configurations;
  order.set = options.inputs.set;
  for (const auto& [name, value] : runner::classic_environment()) order.environment[name] = base::to_utf8(value);
  order.timeout = options.timeout;
  order.retries = options.retries;
  order.stress = options.stress;
  order.keep = options.keep;
  order.results = results::shown(options.results);
  order.session = options.session;
  return order;
}

base::Result<RunOptions> enter_order(const farm::RunOrder& order) {
  if (::chdir(order.directory.c_str()) != 0)
    return base::io_error(order.directory + ", where the run was begun and which all nodes must have", errno);
  for (const char* name : runner::classic_names) {
    const auto value = order.environment.find(name);
    if (value == order.environment.end()) ::unsetenv(name);
    else ::setenv(name, value->second.c_str(), 1);
  }
  RunOptions options;
  options.inputs.specs = order.specs;
  options.inputs.config = order.config;
  options.inputs.configurations = order.configurations;
  options.inputs.set = order.set;
  options.timeout = order.timeout;
  options.retries = order.retries;
  options.stress = order.stress;
  options.keep = order.keep;
  options.results = order.results;
  options.session = order.session;
  options.order = "file";
  options.on = "slurm";
  return options;
}

}  // namespace fatespec::cli
