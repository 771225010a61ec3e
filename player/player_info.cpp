#include "player/player_info.hpp"

#define SDL_MAIN_HANDLED
#include <SDL.h>
#include <sys/utsname.h>

#include <fmt/format.h>

#include "base/version.hpp"
#include "player/common/ffmpeg.hpp"

namespace fatespec::player {

std::string sdl_version() {
  SDL_version linked{};
  SDL_GetVersion(&linked);
  return fmt::format("{}.{}.{}", linked.major, linked.minor, linked.patch);
}

std::string host_name() {
  struct utsname name {};
  if (::uname(&name) != 0) return "";
  return fmt::format("{} {} {} {}", name.nodename, name.sysname, name.release, name.machine);
}

std::string player_info() {
  return fmt::format("player: fatespec {}\nFFmpeg: {}\nSDL: {}\nhost: {}\n", base::version, ffmpeg_versions(),
                     sdl_version(), host_name());
}

}  // namespace fatespec::player
