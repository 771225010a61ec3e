// fatespec-frames: what two outputs of a test hold, and where they part. For `fatespec diverge`; the answers are JSON.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "frames/audio_comparison.hpp"
#include "frames/frame_listing.hpp"
#include "frames/picture_comparison.hpp"
#include "frames/png_writer.hpp"

namespace fatespec::frames {
namespace {

using Json = nlohmann::ordered_json;

enum ExitStatus { success = 0, failure = 1, wrong_usage = 2, sizes_needed = 4 };

struct Options {
  Input expected;
  Input actual;
  std::string expected_sizes;
  std::string actual_sizes;
  int stream = 0;
  std::int64_t expected_frame = -1;  ///< -1: there is none
  std::int64_t actual_frame = -1;
  std::string directory = ".";
  double tolerance = 0;
};

int complain(const base::Error& error) {
  std::fprintf(stderr, "fatespec-frames: %s\n", base::printable_lines(error.str()).c_str());
  return error.kind == base::ErrorKind::usage ? sizes_needed : failure;
}

/// A line a picture: "352x288".
base::Result<std::vector<Geometry>> read_sizes(const std::string& file) {
  std::vector<Geometry> sizes;
  if (file.empty()) return sizes;
  const auto text = base::read_file(file);
  if (!text) return text.error();
  std::istringstream lines(*text);
  char by = 0;
  for (Geometry one; lines >> one.width >> by >> one.height;) sizes.push_back(one);
  return sizes;
}

base::Result<std::optional<ffmpeg::FramePtr>> find_picture(const Input& input, int stream, std::int64_t number) {
  if (number < 0) return std::optional<ffmpeg::FramePtr>();
  auto reader = MediaReader::open(input);
  if (!reader) return reader.error();
  for (;;) {
    auto decoded = reader->next();
    if (!decoded) return decoded.error();
    if (!*decoded)
      return base::Error{base::ErrorKind::not_found, fmt::format("{}: there is no picture {}", input.path, number)};
    if ((*decoded)->stream == stream && (*decoded)->number == number)
      return std::optional(std::move((*decoded)->frame));
  }
}

Json component_json(const ComponentDifference& one, const PictureDifference& picture) {
  Json object = {{"component", one.name},
                 {"width", one.width},
                 {"height", one.height},
                 {"differing", one.differing},
                 {"largest", one.largest}};
  if (one.differing == 0) return object;
  // Where codecs work: macroblocks of 16 x 16 pixels of the whole picture.
  constexpr int macroblock = 16;
  const int across = std::max(1, (picture.width + one.width - 1) / one.width);
  const int down = std::max(1, (picture.height + one.height - 1) / one.height);
  object["first"] = {{"x", one.first_x}, {"y", one.first_y}};
  object["block"] = {{"x", one.first_x * across / macroblock}, {"y", one.first_y * down / macroblock}};
  object["psnr"] = *one.psnr;
  return object;
}

std::string text_of(const Json& result) { return result.dump(1, ' ', false, Json::error_handler_t::replace); }

base::Result<std::string> compare_picture_pair(const Options& options) {
  const auto expected = find_picture(options.expected, options.stream, options.expected_frame);
  if (!expected) return expected.error();
  const auto actual = find_picture(options.actual, options.stream, options.actual_frame);
  if (!actual) return actual.error();
  const std::filesystem::path directory = options.directory;
  Json result = {{"version", 1}, {"kind", "video"}};
  const auto write = [&](const char* name, const AVFrame& frame) -> base::Result<void> {
    const std::string file = std::string(name) + ".png";
    result["pictures"][name] = {{"file", file}, {"width", frame.width}, {"height", frame.height}};
    return write_png(frame, directory / file);
  };
  if (*expected)
    if (auto written = write("expected", ***expected); !written) return written.error();
  if (*actual)
    if (auto written = write("actual", ***actual); !written) return written.error();
  if (!*expected || !*actual) return text_of(result);
  const auto difference = compare_pictures(***expected, ***actual);
  if (!difference) return difference.error();
  result["format"] = difference->format;
  result["comparable"] = difference->comparable;
  Json components = Json::array();
  for (const auto& component : difference->components) components.push_back(component_json(component, *difference));
  result["components"] = std::move(components);
  if (difference->map)
    if (auto written = write("difference", *difference->map); !written) return written.error();
  return text_of(result);
}

Json numbers(const std::vector<double>& values) {
  Json all = Json::array();
  for (const double value : values) all.push_back(std::isfinite(value) ? Json(value) : Json(nullptr));
  return all;
}

base::Result<std::string> compare_sounds(const Options& options) {
  const auto found = compare_sound(options.expected, options.actual, options.stream, options.tolerance);
  if (!found) return found.error();
  Json result = {{"version", 1},
                 {"kind", "audio"},
                 {"format", found->format},
                 {"rate", found->rate},
                 {"channels", found->channels},
                 {"not_comparable", found->not_comparable},
                 {"expected_samples", found->expected_samples},
                 {"actual_samples", found->actual_samples},
                 {"differing", found->differing},
                 {"differing_of_channel", found->differing_of_channel},
                 {"largest", found->largest},
                 {"level_seconds", found->level_seconds},
                 {"levels", numbers(found->levels)}};
  if (found->first)
    result["first"] = {{"sample", found->first->sample},
                       {"channel", found->first->channel},
                       {"expected", found->first->expected},
                       {"actual", found->first->actual}};
  result["wave"] = {
      {"from", found->wave_from}, {"expected", numbers(found->wave_expected)}, {"actual", numbers(found->wave_actual)}};
  return text_of(result);
}

int print(const base::Result<std::string>& result) {
  if (!result) return complain(result.error());
  std::printf("%s\n", result->c_str());
  return success;
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("What the outputs of a test hold, and where two of them part; fatespec diverge asks it.",
               "fatespec-frames");
  app.set_version_flag("--version", std::string("fatespec-frames ") + base::version);
  app.require_subcommand(1);
  const auto add_actual = [&](CLI::App& command) {
    command.add_option("ACTUAL", options.actual.path)->required();
    command.add_option("--actual-format", options.actual.format, "of FFmpeg's demuxers; probed by default");
    command.add_option("--actual-sizes", options.actual_sizes, "a file with WIDTHxHEIGHT for each picture");
    command.add_option("--channels", options.actual.channels, "of raw PCM")->multi_option_policy();
    command.add_option("--rate", options.actual.rate, "of raw PCM, Hz")->multi_option_policy();
  };
  const auto add_expected = [&](CLI::App& command) {
    command.add_option("EXPECTED", options.expected.path)->required();
    command.add_option("--expected-format", options.expected.format, "of FFmpeg's demuxers; probed by default");
    command.add_option("--expected-sizes", options.expected_sizes, "as --actual-sizes");
    command.add_option("--stream", options.stream);
  };
  CLI::App* list = app.add_subcommand("list", "a line for each frame, as framecrc has it");
  add_actual(*list);
  CLI::App* picture = app.add_subcommand("picture", "two pictures, their difference, and what differs");
  add_expected(*picture);
  add_actual(*picture);
  picture->add_option("--expected-frame", options.expected_frame, "its number in the stream; none by default");
  picture->add_option("--actual-frame", options.actual_frame, "its number in the stream; none by default");
  picture->add_option("-o", options.directory, "where the PNG files go");
  CLI::App* sound = app.add_subcommand("sound", "two sounds, sample against sample");
  add_expected(*sound);
  add_actual(*sound);
  sound->add_option("--tolerance", options.tolerance, "steps of the expected format that make no difference");
  app.footer("Example:\n  fatespec-frames picture a.nut b.nut --expected-frame 3 --actual-frame 3 -o .");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? success : wrong_usage;
  }
  options.expected.channels = options.actual.channels;
  options.expected.rate = options.actual.rate;
  for (auto [file, input] :
       {std::pair(&options.expected_sizes, &options.expected), std::pair(&options.actual_sizes, &options.actual)}) {
    auto sizes = read_sizes(*file);
    if (!sizes) return complain(sizes.error());
    input->pictures = std::move(*sizes);
  }
  if (*picture) return print(compare_picture_pair(options));
  if (*sound) return print(compare_sounds(options));
  const auto listed =
      list_frames(options.actual, [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); });
  return listed ? success : complain(listed.error());
}

}  // namespace
}  // namespace fatespec::frames

int main(int argc, char** argv) {
  av_log_set_level(AV_LOG_ERROR);
  return fatespec::frames::run(argc, argv);
}
