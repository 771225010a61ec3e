#include "player/picture/display.hpp"

#include <map>

namespace fatespec::player {

std::optional<UserAction> action_of_key(const std::string& key) {
  static const std::map<std::string, UserAction> keys = {
      {"q", {Action::quit}},
      {"escape", {Action::quit}},
      {"space", {Action::toggle_pause}},
      {"left", {Action::seek_by, -10}},
      {"right", {Action::seek_by, 10}},
      {"down", {Action::seek_by, -60}},
      {"up", {Action::seek_by, 60}},
      {"pagedown", {Action::seek_by, -600}},
      {"pageup", {Action::seek_by, 600}},
      {".", {Action::step}},
      {"f", {Action::toggle_full_screen}},
      {"m", {Action::toggle_mute}},
      {"9", {Action::change_volume, -5}},
      {"0", {Action::change_volume, 5}},
      {"i", {Action::toggle_overlay}},
  };
  const auto found = keys.find(key);
  return found == keys.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace fatespec::player
