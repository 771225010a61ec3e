// Output that nobody looks at.
#pragma once

#include "checks/check.hpp"

namespace fatespec::checks {

class DiscardCheck final : public Check {
 public:
  void consume(std::string_view) override {}
  Reading finish() override { return {}; }
};

}  // namespace fatespec::checks
