// Two plays of one sample, event against event: where they part, and what only one of them has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sessions/recording.hpp"

namespace fatespec::sessions {

/// Neighbouring events of one kind that only one of the two recordings has.
struct LoneEvents {
  bool in_second = false;
  EventKind kind{};
  std::size_t count = 0;
  double wall = 0;                ///< seconds, of the first
  std::optional<double> media{};  ///< seconds: where the play stood, as far as known
  std::string text;               ///< the first, as reports put it
};

struct Parting {
  double wall_a = 0;  ///< seconds: when they part
  double wall_b = 0;
  std::string text;  ///< for people
};

/// What happened in a play is compared, not when: frames shown and dropped, errors, seeks, ends; not updates, audio
/// callbacks and other things of the clock.
struct Alignment {
  std::string first;  ///< names, for texts
  std::string second;
  std::size_t common = 0;
  std::size_t only_first = 0;
  std::size_t only_second = 0;
  std::optional<Parting> parting;
  std::vector<LoneEvents> lone;  ///< in the order of time, the first thousand
  double median_shift = 0;       ///< seconds by which the second has the common events later, since both started
  double p95_shift = 0;          ///< of the distance from that median
  std::string summary;           ///< a line for people
};

/// Takes N log N steps, however different the two are: events that occur once in both (a frame's time does) are matched
/// first, by their longest common order, then the others between them.
Alignment align(const std::string& first_name, const Recording& first, const std::string& second_name,
                const Recording& second);

std::string alignment_text(const Alignment& alignment);
std::string alignment_json(const Alignment& alignment);

}  // namespace fatespec::sessions
