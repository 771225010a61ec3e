// `{PLAYER}`: the stdout becomes the counter report of the recording.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.hpp"
#include "checks/check.hpp"
#include "checks/text_check.hpp"
#include "model/spec_parameters.hpp"

namespace fatespec::checks {

/// Takes the bytes of a recording, keeps them in a file, and judges the play that they tell of.
class PlayerCheck final : public Check {
 public:
  /// `file`: where the recording is kept; empty: nowhere.
  PlayerCheck(model::PlayerOptions options, TextExpectation expectation, std::string file);

  void consume(std::string_view bytes) override;
  Reading finish() override;

 private:
  Reading read();

  model::PlayerOptions options_;
  TextExpectation expected_;
  std::string path_;
  base::FileDescriptor file_;
  std::uint64_t size_ = 0;
  std::string problem_;
};

}  // namespace fatespec::checks
