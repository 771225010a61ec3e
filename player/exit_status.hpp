// How the player ends; docs/player.md.
#pragma once

namespace fatespec::player {

enum class ExitStatus : int {
  played = 0,  ///< to the end
  failed = 1,  ///< could not be opened or decoded, or not all of it
  usage = 2,
  ended_by_user = 3,
};

}  // namespace fatespec::player
