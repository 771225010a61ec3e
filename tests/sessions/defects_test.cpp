#include "sessions/defects.hpp"

#include <gtest/gtest.h>

#include "sessions/counter_report.hpp"

namespace fatespec::sessions {
namespace {

constexpr std::int64_t ms = 1'000'000;

Event event(EventKind kind, std::int64_t wall, std::initializer_list<std::optional<std::int64_t>> fields = {}) {
  Event made;
  made.kind = kind;
  made.wall = wall;
  std::size_t i = 0;
  for (const auto& field : fields) {
    if (field) made.fields.at(i) = {Value::Type::integer, *field, {}};
    ++i;
  }
  return made;
}

RecordingHeader header_of(std::optional<std::int64_t> frames = std::nullopt) {
  RecordingHeader header;
  header.sample.duration = 3000 * ms;
  StreamHeader video;
  video.index = 0;
  video.type = "video";
  video.played = true;
  video.duration = 3000 * ms;
  video.frames = frames;
  StreamHeader audio = video;
  audio.index = 1;
  audio.type = "audio";
  audio.frames.reset();
  header.sample.streams = {video, audio};
  return header;
}

DefectCounts counts_of(const std::vector<Event>& events, const RecordingHeader& header = {}) {
  DefectMeter meter;
  for (const auto& one : events) meter.consume(one);
  return meter.finish(header);
}

Event ended(int status = 0) { return event(EventKind::ended, 3000 * ms, {status}); }

TEST(Defects, APerfectPlayHasNone) {
  const auto counts = counts_of({event(EventKind::frame_shown, 10 * ms, {0, 10 * ms, 0}),
                                 event(EventKind::frame_shown, 50 * ms, {40 * ms, 50 * ms, -3 * ms}),
                                 event(EventKind::rescheduled, 51 * ms, {0, 80 * ms}),
                                 event(EventKind::no_frame, 90 * ms, {0, 1}), ended()});
  EXPECT_EQ(counts.total(), 0U);
  EXPECT_EQ(counter_report(counts), "No anomalies detected.");
}

TEST(Defects, EachEventThatIsOneCountsOnce) {
  const std::vector<std::pair<EventKind, Defect>> direct = {
      {EventKind::frame_dropped, Defect::dropped_frame}, {EventKind::image_missing, Defect::no_image},
      {EventKind::no_frame, Defect::no_frame},           {EventKind::underrun, Defect::underrun},
      {EventKind::decode_error, Defect::decode_error},   {EventKind::demux_error, Defect::demux_error},
      {EventKind::no_progress, Defect::no_progress},     {EventKind::crash, Defect::crash}};
  for (const auto& [kind, defect] : direct) {
    const auto counts = counts_of({event(kind, 0), event(kind, 1), ended()});
    EXPECT_EQ(counts[defect], 2U) << model::name_of(defect);
    EXPECT_EQ(counts.total(), 2U) << model::name_of(defect);
  }
}

TEST(Defects, LimitsAreThoseOfTheTable) {
  const auto shown = [](std::int64_t late, std::int64_t drift) {
    return event(EventKind::frame_shown, 100 * ms + late, {40 * ms, 100 * ms, drift});
  };
  EXPECT_EQ(counts_of({shown(20 * ms, 0), ended()}).total(), 0U);
  EXPECT_EQ(counts_of({shown(20 * ms + 1, 0), ended()})[Defect::late_frame], 1U);
  EXPECT_EQ(counts_of({shown(0, 45 * ms), ended()}).total(), 0U);
  EXPECT_EQ(counts_of({shown(0, -45 * ms - 1), ended()})[Defect::drift], 1U);
}

TEST(Defects, AFreezeIsAPictureThatStaysTooLong) {
  const auto at = [](std::int64_t wall, std::int64_t time) { return event(EventKind::frame_shown, wall, {time}); };
  EXPECT_EQ(counts_of({at(0, 0), at(140 * ms, 40 * ms), ended()}).total(), 0U);
  EXPECT_EQ(counts_of({at(0, 0), at(141 * ms, 40 * ms), ended()})[Defect::freeze], 1U);
  // A slide that is to stay five seconds does.
  EXPECT_EQ(counts_of({at(0, 0), at(5000 * ms, 5000 * ms), ended()}).total(), 0U);
  // Neither a pause nor a seek is a freeze.
  EXPECT_EQ(counts_of({at(0, 0), event(EventKind::paused, 1), at(9000 * ms, 40 * ms), ended()}).total(), 0U);
  EXPECT_EQ(counts_of({at(0, 0), event(EventKind::seek_requested, 1), at(9000 * ms, 40 * ms), ended()}).total(), 0U);
}

// Frame by frame, with the player at a halt, as long as the user looks at each.
TEST(Defects, StepsByHandAreNoFreeze) {
  const auto step = [](std::int64_t wall, std::int64_t time) {
    return event(EventKind::frame_shown, wall, {time, std::nullopt, 900 * ms});
  };
  EXPECT_EQ(counts_of({event(EventKind::frame_shown, 0, {0, 0, 0}), event(EventKind::paused, 1),
                       step(3000 * ms, 40 * ms), step(9000 * ms, 80 * ms), event(EventKind::resumed, 9500 * ms),
                       event(EventKind::frame_shown, 9540 * ms, {120 * ms, 9540 * ms, 0}), ended()})
                .total(),
            0U);
}

TEST(Defects, RightAfterASeekThereIsNoFrameYet) {
  const auto none = event(EventKind::no_frame, 11 * ms, {0, 0});
  const auto shown = event(EventKind::frame_shown, 20 * ms, {0, 20 * ms, 0});
  EXPECT_EQ(counts_of({event(EventKind::seek_requested, 10 * ms), none, shown, ended()})[Defect::no_frame], 0U);
  EXPECT_EQ(counts_of({event(EventKind::seek_requested, 10 * ms), none, shown, none, ended()})[Defect::no_frame], 1U);
}

TEST(Defects, OnlyTheNegativeReschedulingIsInThePast) {
  EXPECT_EQ(counts_of({event(EventKind::rescheduled, 0, {-1, 0}), event(EventKind::rescheduled, 0, {0, 0}),
                       event(EventKind::update, 0), ended()})[Defect::scheduling_in_past],
            1U);
}

TEST(Defects, WithoutAnEndThePlayerCrashed) {
  EXPECT_EQ(counts_of({event(EventKind::update, 0)})[Defect::crash], 1U);
  EXPECT_EQ(counts_of({event(EventKind::update, 0), event(EventKind::crash, 1, {11})})[Defect::crash], 1U);
  EXPECT_EQ(counts_of({event(EventKind::no_progress, 0)})[Defect::crash], 0U);
}

TEST(Defects, EndsAreComparedWithTheContainer) {
  const auto stream_ended = [](int stream, std::int64_t time, std::int64_t frames) {
    return event(EventKind::stream_ended, 0, {stream, time, frames, frames});
  };
  const auto whole =
      counts_of({stream_ended(0, 3000 * ms, 75), stream_ended(1, 3020 * ms, 130), ended()}, header_of(75));
  EXPECT_EQ(whole.total(), 0U);
  // One frame of ninety is not perfect.
  const auto one = counts_of({stream_ended(0, 40 * ms, 1), stream_ended(1, 3000 * ms, 130), ended()}, header_of(90));
  EXPECT_EQ(one[Defect::missing_frame], 89U);
  EXPECT_EQ(one[Defect::video_ended_early], 1U);
  EXPECT_EQ(one[Defect::duration_off], 0U);
  // Nor is sound that ends early and takes the picture with it.
  const auto both = counts_of({stream_ended(0, 1500 * ms, 90), stream_ended(1, 1500 * ms, 60), ended()}, header_of(90));
  EXPECT_EQ(both[Defect::video_ended_early], 1U);
  EXPECT_EQ(both[Defect::audio_ended_early], 1U);
  EXPECT_EQ(both[Defect::duration_off], 1U);
  // Who quits has not lost anything.
  EXPECT_EQ(counts_of({stream_ended(0, 40 * ms, 1), ended(3)}, header_of(90)).total(), 0U);
  // After a seek nobody can tell how many frames there should have been.
  EXPECT_EQ(counts_of({event(EventKind::seek_requested, 0), stream_ended(0, 3000 * ms, 10),
                       stream_ended(1, 3000 * ms, 9), ended()},
                      header_of(90))
                .total(),
            0U);
}

// What ended, is sought back into and ends anew has one end: and the end of the other stream counts as well.
TEST(Defects, AfterASeekTheLastEndOfEachStreamCounts) {
  const auto stream_ended = [](int stream, std::int64_t time) {
    return event(EventKind::stream_ended, 0, {stream, time, 1, 1});
  };
  const auto counts = counts_of({stream_ended(1, 3000 * ms), event(EventKind::seek_requested, 0),
                                 stream_ended(1, 3000 * ms), stream_ended(0, 1000 * ms), ended()},
                                header_of(1));
  EXPECT_EQ(counts[Defect::video_ended_early], 1U);
  EXPECT_EQ(counts[Defect::audio_ended_early], 0U);
  // The end of before the seek says nothing any more.
  const auto sought = counts_of({stream_ended(0, 1000 * ms), stream_ended(1, 1000 * ms),
                                 event(EventKind::seek_requested, 0), stream_ended(0, 3000 * ms), ended()},
                                header_of(1));
  EXPECT_EQ(sought.total(), 0U);
}

TEST(Defects, TheReportIsSortedByDescription) {
  DefectCounts counts;
  counts[Defect::underrun] = 3;
  counts[Defect::dropped_frame] = 12345;
  counts[Defect::crash] = 1;
  EXPECT_EQ(counter_report(counts),
            "Counts of anomalies\nqtty anomaly\n   3 Audio underruns\n12345 Discard video frame too old,\n   1 "
            "media_player crashed.");
}

TEST(Defects, EveryOneHasANameAndADescription) {
  for (const auto& info : all_defects()) {
    EXPECT_EQ(model::defect_named(model::name_of(info.defect)), info.defect);
    EXPECT_FALSE(info.description.empty());
  }
}

}  // namespace
}  // namespace fatespec::sessions
