#include "player/options.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "base/version.hpp"
#include "player/player_info.hpp"

namespace fatespec::player {
namespace {

constexpr const char* keys_and_examples = R"(Keys:
  space        pause                      f      full screen
  left, right  10 s back, on              m      mute
  down, up     1 minute back, on          9, 0   volume
  page down/up 10 minutes back, on        i      what goes on inside
  .            one frame                  q      quit

Faults of --inject: crash@TIME, stall_decoder@TIME:LENGTH, stall_audio@TIME:LENGTH, drop_packets@TIME:COUNT,
slow_display@TIME:LENGTH; TIME counts from the start of the sample.

Exit status: 0 played to the end, 1 could not be opened or not all of it decoded, 2 usage, 3 ended by the user.

Examples:
  fatespec play clip.mp4
  fatespec play --record clip.dbg clip.mp4
  fatespec play --clock virtual --record clip.dbg clip.mp4
  fatespec play --headless --inject stall_decoder@2s:300ms --record clip.dbg clip.mp4)";

bool ends_paused(const std::vector<PlannedPress>& presses) {
  bool paused = false;
  for (const auto& press : presses) {
    if (press.action.action == Action::toggle_pause) paused = !paused;
    else if (press.action.action == Action::step) paused = true;
    else if (press.action.action == Action::quit) return false;
  }
  return paused;
}

base::Result<void> convert(const std::string& inject, const std::string& press, const std::string& limit,
                           Options& options) {
  auto faults = model::parse_faults(inject);
  if (!faults) return faults.error();
  options.faults = std::move(*faults);
  auto presses = parse_presses(press);
  if (!presses) return presses.error();
  options.presses = std::move(*presses);
  if (options.virtual_clock && ends_paused(options.presses))
    return base::usage_error(
        "the last keys leave the player paused, and by the virtual clock nobody goes on: add a "
        "`space` or `q`");
  const auto hang_limit = base::parse_duration(limit);
  if (!hang_limit) return base::usage_error(fmt::format("`{}` is no duration", limit));
  options.hang_limit = hang_limit->count();
  return {};
}

std::string joined(int argc, char** argv) {
  std::string text;
  for (int i = 1; i < argc; ++i) text += (text.empty() ? "" : " ") + base::shell_quote(argv[i]);
  return text;
}

}  // namespace

base::Result<std::vector<PlannedPress>> parse_presses(std::string_view text) {
  std::vector<PlannedPress> presses;
  if (text.empty()) return presses;
  for (const auto part : base::split(text, ',')) {
    const std::string_view press = base::trim(part);
    const auto at = press.find('@');
    const auto action = action_of_key(base::lower(press.substr(0, at)));
    const auto time = at == std::string_view::npos ? std::nullopt : base::parse_duration(press.substr(at + 1));
    if (!action || !time) return base::usage_error(fmt::format("`{}` is no key and time, as in right@2s", press));
    presses.push_back({time->count(), *action});
  }
  std::stable_sort(presses.begin(), presses.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return presses;
}

ParsedOptions parse_options(int argc, char** argv) {
  ParsedOptions parsed;
  Options& options = parsed.options;
  std::string clock = "real";
  std::string inject;
  std::string press;
  std::string limit = "10s";
  CLI::App app("Plays a sample and can record what happens inside while it does.", "fatespec-player");
  app.set_version_flag("--version", std::string("fatespec-player ") + base::version);
  app.get_formatter()->column_width(32);
  bool info = false;
  app.add_flag("--info", info, "versions of the player, of its libraries, and the host");
  CLI::Option* sample = app.add_option("SAMPLE", options.sample, "the file to play");
  app.add_option("--record", options.recording, "write a recording to this file")->check([](const std::string& file) {
    return std::string(file.empty() ? "the name of a file is missing" : "");
  });
  app.add_option("--clock", clock, "real, or virtual: as fast as it goes, and the same recording every time")
      ->check(CLI::IsMember({"real", "virtual"}));
  app.add_flag("--headless", options.headless, "no window; by itself where there is no display");
  app.add_flag("!--no-video", options.video, "do not decode pictures");
  app.add_flag("!--no-audio", options.audio, "do not decode sound");
  app.add_flag("--null-audio", options.null_audio, "sound takes its time, and nobody hears it");
  app.add_flag("--full-screen", options.full_screen, "begin with the whole screen");
  app.add_flag("--overlay", options.overlay, "begin with the overlay (key i)");
  app.add_option("--volume", options.volume, "percent")->check(CLI::Range(0, AudioFeed::full_volume));
  app.add_option("--inject", inject, "faults to order, with commas between");
  app.add_option("--press", press, "keys that press themselves: right@2s,space@3s");
  app.add_option("--hang-limit", limit, "give up when nothing moves for that long; 0: never")->capture_default_str();
  app.add_flag("-q,--quiet", options.quiet, "no state on the terminal");
  app.footer(keys_and_examples);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    parsed.exit_status = app.exit(error) == 0 ? 0 : static_cast<int>(ExitStatus::usage);
    return parsed;
  }
  if (info) {
    std::printf("%s", player_info().c_str());
    return parsed;
  }
  if (sample->empty()) {
    std::fprintf(stderr, "fatespec-player: a SAMPLE is needed (fatespec play --help)\n");
    parsed.exit_status = static_cast<int>(ExitStatus::usage);
    return parsed;
  }
  options.virtual_clock = clock == "virtual";
  if (const auto converted = convert(inject, press, limit, options); !converted) {
    std::fprintf(stderr, "fatespec-player: %s\n", converted.error().message.c_str());
    parsed.exit_status = static_cast<int>(ExitStatus::usage);
    return parsed;
  }
  options.text = joined(argc, argv);
  parsed.run = true;
  return parsed;
}

}  // namespace fatespec::player
