// Faults to order, so that tests reach what goes wrong in the field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "player/common/time.hpp"

namespace fatespec::player {

enum class FaultKind {
  crash,          ///< the video decoder's thread, else the audio decoder's, writes where it must not
  stall_decoder,  ///< the video decoder gives nothing for a while
  stall_audio,    ///< the audio decoder gives nothing for a while
  drop_packets,   ///< that many video packets (without video: audio packets) are lost
  slow_display,   ///< showing one frame takes that much longer
};

struct Fault {
  FaultKind kind{};
  Time at = 0;             ///< media time from the start of the sample
  Time length = 0;         ///< of a stall
  std::int64_t count = 0;  ///< of packets
  std::string text;        ///< as it was ordered
};

/// "crash@1.5s,stall_decoder@2s:300ms,drop_packets@3s:5"
base::Result<std::vector<Fault>> parse_faults(std::string_view text);

/// Ends the process as a bad pointer does.
void crash_now();

/// The faults of one kind, each to happen once. One thread.
class PendingFaults {
 public:
  PendingFaults(const std::vector<Fault>& all, FaultKind kind);
  /// The fault whose time has come by `media`; nullptr if none has. It is not given again.
  const Fault* due(Time media);

 private:
  std::vector<Fault> faults_;
  std::size_t next_ = 0;
};

}  // namespace fatespec::player
