// What `fatespec.yaml` declares.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/suite.hpp"

namespace fatespec::model {

/// Where tests run. `local` is this machine; any other has a host or is a pool of such.
struct Target {
  std::string name = "local";
  std::string host;
  std::vector<std::string> pool;
  int jobs = 0;  ///< 0: as `--jobs` says
  Variables env;
  double timeout_factor = 1.0;

  bool is_local() const { return host.empty() && pool.empty(); }
};

/// One way to run every suite: its variables, tags and target.
struct Configuration {
  std::string name = "default";
  Variables variables;
  Places variable_origins;
  std::vector<std::string> tags;
  Variables env;
  std::string target = "local";
  std::optional<std::string> make;
  std::optional<std::string> maketest;
};

struct Project {
  std::string file;       ///< of the configuration; empty if there is none
  std::string directory;  ///< absolute: where the file is, or the working directory
  std::vector<PlacedText> suites;
  std::string results = ".fatespec/results.db";
  Variables variables;
  Places variable_origins;
  Variables env;
  std::string make = "make %s";
  std::string maketest;
  Limits limits;
  std::vector<Configuration> configurations;
  std::map<std::string, Target, std::less<>> targets;
};

}  // namespace fatespec::model
