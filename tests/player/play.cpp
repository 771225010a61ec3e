#include "tests/player/play.hpp"

namespace fatespec::test {
namespace {

RecordedEvent kept(const sessions::Event& event) {
  RecordedEvent copy{event.kind, event.wall, event.media, {}, {}};
  for (const auto& field : event.fields) {
    copy.numbers.push_back(field.number());
    copy.texts.emplace_back(field.text);
  }
  return copy;
}

}  // namespace

std::vector<RecordedEvent> Play::of(sessions::EventKind kind) const {
  std::vector<RecordedEvent> found;
  for (const auto& event : events)
    if (event.kind == kind) found.push_back(event);
  return found;
}

Play read_play(const std::string& recording) {
  Play play;
  play.bytes = read_file(recording);
  auto reader = sessions::RecordingReader::open(play.bytes);
  play.readable = reader.has_value();
  if (!reader) return play;
  sessions::DefectMeter meter;
  sessions::Event event;
  while (reader->next(event)) {
    meter.consume(event);
    play.events.push_back(kept(event));
  }
  play.readable = reader->damage().places == 0;
  play.header = reader->header();
  play.defects = meter.finish(play.header);
  return play;
}

Play play(const std::string& sample, const std::string& options, const std::string& before) {
  const TemporaryDirectory directory;
  const std::string recording = directory / "play.dbg";
  const ProgramResult program = shell(before + " timeout -k 5 100 " + FATESPEC_PLAYER_PROGRAM + " " + options +
                                          " --record " + recording + " '" + sample + "'",
                                      directory.path());
  Play play = read_play(recording);
  play.program = program;
  return play;
}

Play play_virtually(const std::string& sample, const std::string& options) {
  return play(sample, "--clock virtual " + options);
}

}  // namespace fatespec::test
