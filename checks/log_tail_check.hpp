// `{MAKE}`: nothing is compared; of a log, the last lines matter.
#pragma once

#include "checks/check.hpp"
#include "checks/excerpt.hpp"

namespace fatespec::checks {

/// The stdout becomes the last 30 lines of what arrived. Whether they are shown is for the verdict to say.
class LogTailCheck final : public Check {
 public:
  void consume(std::string_view bytes) override { excerpt_.append(bytes); }
  Reading finish() override;

 private:
  ExcerptBuilder excerpt_;
};

/// The last `count` lines of an excerpt.
std::string last_lines(const model::Excerpt& excerpt, std::size_t count);

}  // namespace fatespec::checks
