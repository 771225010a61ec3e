// When each picture is shown.
#pragma once

#include <optional>

#include "player/common/faults.hpp"
#include "player/media/pipeline.hpp"
#include "player/picture/display.hpp"
#include "player/picture/media_clock.hpp"
#include "sessions/defects.hpp"

namespace fatespec::player {

/// Takes frames out of the pipeline and shows them when the media clock has come to their times: late ones are
/// dropped as long as there is a newer one whose time has come. Main thread.
class Presenter {
 public:
  struct Parts {
    Pipeline& pipeline;
    MediaClock& media;
    Clock& clock;
    Display& display;
    EventLog& log;
    const std::vector<Fault>& faults;
    Time start;     ///< of the sample
    bool is_cover;  ///< one picture, shown throughout
  };
  explicit Presenter(const Parts& parts);

  /// Does what is due now. The wall time at which there is more to do; `never` at the end.
  Time update();
  /// The next frame, whatever the time. False if there is none yet.
  bool step();
  /// True if the first frame of the current generation, or the end, is there.
  bool is_ready();
  /// Waits for that (virtual clock).
  void wait_until_ready();
  /// Makes the front frame ready to be shown.
  void prepare_front();
  /// Frames of before are thrown away; the first that comes answers the seek.
  void seek(Time target);
  bool finished() const { return finished_; }
  /// The decoder had no frame when one was due.
  bool starving() const { return starving_; }
  /// Time of the frame that is shown.
  std::optional<Time> current() const { return current_; }
  /// Its distance from the sound when it was shown; nothing without sound.
  std::optional<Time> drift() const { return drift_; }

 private:
  VideoItem* front();
  VideoItem* item_at(std::size_t position);
  const VideoFrame* frame_at(std::size_t position);
  bool take_aside(VideoItem& item);
  Time starve(Time now);
  Time wait_for_end(const VideoEnd& end, Time media, Time now);
  void drop_old(Time media);
  Time show_front(Time media, Time now);
  Time plan_next(Time shown_end);
  void announce_seek(Time reached);
  bool jumps(const VideoFrame& frame, Time media) const;

  Pipeline& pipeline_;
  MediaClock& media_;
  Clock& clock_;
  Display& display_;
  EventLog& log_;
  PendingFaults slow_displays_;
  Time start_;
  bool is_cover_;
  bool finished_ = false;
  bool starving_ = false;
  bool prepared_ = false;  ///< the front frame is ready to be shown
  Time stalled_until_ = 0;
  Time show_cost_ = 0;  ///< what showing takes, lately
  std::optional<Time> last_update_;
  std::optional<Time> current_;
  std::optional<Time> drift_;
  Time current_end_ = 0;
  std::optional<Time> seek_target_;
  int reached_generation_ = 0;  ///< what is in line belongs to it
};

}  // namespace fatespec::player
