// A recording of any bytes: read, metered and reported.
#include <cstdint>
#include <cstdlib>

#include "sessions/counter_report.hpp"
#include "sessions/recording_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fatespec::sessions;
  auto reader = RecordingReader::open({reinterpret_cast<const char*>(data), size});
  if (!reader) return 0;
  DefectMeter meter;
  Event event;
  std::size_t events = 0;
  while (reader->next(event)) {
    meter.consume(event);
    if (++events > size) std::abort();  // an event takes at least a byte
  }
  (void)counter_report(meter.finish(reader->header()));
  return 0;
}
