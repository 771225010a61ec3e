// The keys of a test.
#pragma once

#include <vector>

#include "model/suite.hpp"
#include "specs/map_reader.hpp"

namespace fatespec::specs {

/// The keys that a test and `defaults` share: all but `name`. They read into `test`, which must outlive them.
std::vector<MapReader::Key> test_keys(model::TestSpec& test, Problems& problems);

/// `limits` of a test or of the configuration file.
void read_limits(YamlNode node, model::Limits& limits, Problems& problems);

}  // namespace fatespec::specs
