// A run as a static site: pages that work from a disk, without a network.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/result.hpp"
#include "results/run_matrix.hpp"
#include "results/trend.hpp"

namespace fatespec::reports {

/// What belongs to one result besides itself.
struct SiteExtras {
  std::size_t result = 0;             ///< its place among the results
  std::string attribution;            ///< "fails exactly when THREADS>1"
  std::vector<std::string> pictures;  ///< of a divergence, relative to the site
  std::string divergence;             ///< its page, relative to the site
  std::string plot;                   ///< of a player's recording, relative to the site
  std::string provenance;             ///< where the reference came from, a few lines
};

struct Site {
  const model::Run& run;
  const std::vector<model::TestResult>& results;
  const results::RunMatrix& history;
  const std::vector<results::CpuTrend>& trends;
  const std::vector<SiteExtras>& extras;
};

/// Writes `index.html` and what it needs into `directory`. Outputs are clipped: a page is no archive.
base::Result<void> write_site(const Site& site, const std::filesystem::path& directory);

}  // namespace fatespec::reports
