// What can go wrong in a play of a sample, by name. docs/defects.md.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fatespec::model {

enum class Defect : std::uint8_t {
  crash,
  no_progress,
  dropped_frame,
  late_frame,
  no_image,
  no_frame,
  scheduling_in_past,
  freeze,
  underrun,
  drift,
  decode_error,
  demux_error,
  missing_frame,
  video_ended_early,
  audio_ended_early,
  duration_off,
  open_error,
};

inline constexpr std::array<std::string_view, 17> defect_names = {
    "crash",        "no_progress",        "dropped_frame", "late_frame",        "no_image",
    "no_frame",     "scheduling_in_past", "freeze",        "underrun",          "drift",
    "decode_error", "demux_error",        "missing_frame", "video_ended_early", "audio_ended_early",
    "duration_off", "open_error"};
inline constexpr std::size_t defect_kinds = defect_names.size();

inline std::string_view name_of(Defect defect) { return defect_names.at(static_cast<std::size_t>(defect)); }
inline std::optional<Defect> defect_named(std::string_view name) {
  for (std::size_t i = 0; i < defect_kinds; ++i)
    if (defect_names.at(i) == name) return static_cast<Defect>(i);
  return std::nullopt;
}

/// Faults that the player can be ordered to have; player/common/faults.hpp says what each is.
inline constexpr std::array<std::string_view, 5> fault_names = {"crash", "stall_decoder", "stall_audio", "drop_packets",
                                                                "slow_display"};

/// The arguments of `{PLAYER}`.
struct PlayerOptions {
  bool virtual_clock = false;
  std::uint64_t max_defects = 0;           ///< of each kind that has no limit of its own
  std::map<Defect, std::uint64_t> limits;  ///< how many of that kind there may be
  std::string inject;                      ///< faults to order, for tests of the player
};

}  // namespace fatespec::model
