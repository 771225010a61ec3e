// What can go wrong in a play of a sample, by name. docs/defects.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
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

}  // namespace fatespec::model
