// Faults that the player can be ordered to have, so that tests reach what goes wrong in the field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace fatespec::model {

enum class FaultKind {
  crash,          ///< the video decoder's thread, else the audio decoder's, writes where it must not
  stall_decoder,  ///< the video decoder gives nothing for a while
  stall_audio,    ///< the audio decoder gives nothing for a while
  drop_packets,   ///< that many video packets (without video: audio packets) are lost
  slow_display,   ///< showing one frame takes that much longer
};

struct Fault {
  FaultKind kind{};
  std::int64_t at = 0;      ///< media time from the start of the sample, in ns
  std::int64_t length = 0;  ///< of a stall, in ns
  std::int64_t count = 0;   ///< of packets
  std::string text;         ///< as it was ordered
};

/// "crash@1.5s,stall_decoder@2s:300ms,drop_packets@3s:5"
base::Result<std::vector<Fault>> parse_faults(std::string_view text);

}  // namespace fatespec::model
