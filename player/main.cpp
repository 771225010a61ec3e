// fatespec-player: the debugging player.
#define SDL_MAIN_HANDLED
#include "player/application.hpp"

int main(int argc, char** argv) {
  using namespace fatespec::player;
  const ParsedOptions parsed = parse_options(argc, argv);
  if (!parsed.run) return parsed.exit_status;
  return static_cast<int>(run_application(parsed.options));
}
