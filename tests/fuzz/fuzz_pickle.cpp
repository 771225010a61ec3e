// Pickles of any bytes: read as a recording and as a crash state, reported and put on a timeline. What a stranger
// sends.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sessions/alignment.hpp"
#include "sessions/crash_pickle.hpp"
#include "sessions/recording.hpp"
#include "sessions/text_reports.hpp"
#include "sessions/timeline.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fatespec::sessions;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (const auto state = read_crash_pickle(bytes)) {
    std::size_t names = 0;
    for (const auto* list : {&state->sometimes, &state->still})
      for (const auto& name : *list) names += name.size();
    if (names > 2 * size) std::abort();
  }
  const auto recording = Recording::of_bytes(bytes);
  if (!recording) return 0;
  if (recording->events().size() > size) std::abort();  // an event takes at least a byte
  const auto ignore = [](std::string_view) {};
  report_all(*recording, ignore);
  report_anomalies(*recording, ignore);
  (void)report_counter(*recording);
  timeline_csv(*recording, ignore);
  timeline_pickle(*recording, ignore);
  if (align("a", *recording, "a", *recording).parting) std::abort();  // from itself
  return 0;
}
