// A play by the player's program, and what it recorded.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sessions/defects.hpp"
#include "sessions/recording_reader.hpp"
#include "tests/support/support.hpp"

namespace fatespec::test {

constexpr std::int64_t ms = 1'000'000;  // ns

struct RecordedEvent {
  sessions::EventKind kind{};
  std::int64_t wall = 0;
  std::optional<std::int64_t> media;
  std::vector<std::optional<std::int64_t>> numbers;
  std::vector<std::string> texts;
};

struct Play {
  ProgramResult program;
  std::string bytes;  ///< of the recording
  sessions::RecordingHeader header;
  std::vector<RecordedEvent> events;
  sessions::DefectCounts defects;
  bool readable = false;

  std::vector<RecordedEvent> of(sessions::EventKind kind) const;
  std::size_t count(sessions::EventKind kind) const { return of(kind).size(); }
};

/// Runs `fatespec-player OPTIONS --record … SAMPLE` in a directory of its own. `before`: variables, a wrapper.
Play play(const std::string& sample, const std::string& options, const std::string& before = "");
/// The same with a virtual clock.
Play play_virtually(const std::string& sample, const std::string& options = "");

Play read_play(const std::string& recording);

}  // namespace fatespec::test
