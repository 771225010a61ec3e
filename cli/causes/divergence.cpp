#include "cli/causes/divergence.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/program.hpp"
#include "base/text.hpp"
#include "checks/frame_comparison.hpp"
#include "checks/frame_report.hpp"
#include "cli/causes/bare_sound.hpp"
#include "runner/local/tool_process.hpp"
#include "runner/plan/command_line.hpp"
#include "runner/plan/environment.hpp"
#include "runner/plan/media_command.hpp"
#include "specs/spec_string.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

base::Error no_way(std::string why) { return {base::ErrorKind::invalid, std::move(why)}; }

/// A file to be decoded, and how.
struct Media {
  std::string path;
  std::string demuxer = {};
  BareSound bare = {};
  std::string sizes = {};  ///< a file with the size of each picture, where they change
  std::string made_by = {};
  int status = 0;  ///< of the command
  runner::MediaCommand command = {};
  runner::ToolRequest request = {};
};

/// The end of what a program said, for an error's line.
std::string last_words(const std::string& file) {
  constexpr std::uint64_t most = std::uint64_t{16} << 20;
  const auto text = base::read_file(file, most);
  if (!text) return "";
  const auto lines = base::split_lines(*text);
  return lines.empty() ? "" : ": " + base::printable(lines.back());
}

/// Runs one side's command and finds its file.
class Side {
 public:
  Side(const model::Project& project, const model::PlannedTest& test, const fs::path& scratch)
      : project_(project), test_(test), scratch_(scratch), directory_((scratch / "test").string()) {}

  /// `as_it_is`: what comes on stdout is compared, nothing of the command is replaced.
  base::Result<Media> make(const model::Variables& variables, bool as_it_is) {
    model::PlannedTest test = test_;
    test.variables = std::make_shared<const model::Variables>(variables);
    if (auto made = base::make_directories(directory_); !made) return made.error();
    const auto own = runner::with_test_directory(test, directory_);
    const std::string line = runner::command_line(project_, test, own);
    Media media;
    if (as_it_is) {
      media.command.words = {"/bin/sh", "-c", line};
    } else {
      auto command = runner::media_command(line, (scratch_ / "output.nut").string());
      if (!command) return command.error();
      media.command = std::move(*command);
    }
    media.made_by = line;
    media.request = request(test, own);
    if (auto run = run_command(media); !run) return run.error();
    if (auto found = locate(media, own); !found) return found.error();
    return media;
  }

  /// That of the test.
  const std::string& directory() const { return directory_; }

  /// Asks the command for the size of each picture.
  base::Result<void> add_sizes(Media& media) const {
    if (!media.command.is_nut) return no_way("its pictures change their size within a stream");
    runner::ToolRequest request = media.request;
    request.words = runner::with_picture_sizes(media.command).execution();
    request.output = "";
    const auto end = runner::run_tool(request);
    if (!end) return end.error();
    if (end->status != 0)
      return no_way("its pictures change their size, and the command does not take the filter that tells the sizes" +
                    last_words(request.error));
    const auto told = base::read_file(request.error);
    if (!told) return told.error();
    media.sizes = (scratch_ / "sizes").string();
    return base::write_file_atomically(media.sizes, runner::picture_sizes(*told));
  }

 private:
  runner::ToolRequest request(const model::PlannedTest& test, const model::Variables& variables) const {
    runner::ToolRequest request;
    request.directory = runner::working_directory(project_, test, variables);
    request.environment = runner::test_environment(project_, test, variables, directory_);
    if (test.spec->stdin_file)
      request.input = runner::absolute_path(test.spec->stdin_file->text, variables, test.suite->directory);
    request.output = (scratch_ / "stdout").string();
    request.error = (scratch_ / "stderr").string();
    if (test.timeout) request.limit = 2 * *test.timeout;  // NUT is larger than a digest
    return request;
  }

  static base::Result<void> run_command(Media& media) {
    media.request.words = media.command.execution();
    const auto end = runner::run_tool(media.request);
    if (!end) return end.error();
    if (end->timed_out) return no_way("it did not end in time: " + media.made_by);
    // A command that fails may still have written what differs.
    media.status = end->status;
    return {};
  }

  base::Result<void> locate(Media& media, const model::Variables& variables) const {
    const auto& spec = test_.spec->parsed;
    media.path = media.command.file.empty() ? media.request.output : media.command.file;
    if (spec.type == model::SpecType::digest_file && !media.command.is_nut)
      media.path = runner::expanded(spec, variables).arguments.front().value;
    media.path = runner::absolute_path(media.path, {}, media.request.directory);
    std::error_code ignored;
    if (fs::exists(media.path, ignored) && fs::file_size(media.path, ignored) > 0) return {};
    return no_way(fmt::format("it wrote nothing{}\n  {}", last_words(media.request.error), media.made_by));
  }

  const model::Project& project_;
  const model::PlannedTest& test_;
  fs::path scratch_;
  std::string directory_;
};

/// NUT has no end of its headers but the first frame's: https://ffmpeg.org/~michael/nut.txt, syncpoint_startcode.
bool is_without_frames(const Media& media) {
  constexpr std::string_view syncpoint("NK\xe4\xad\xee\xca\x45\x69", 8);
  constexpr std::size_t longest_headers = std::size_t{1} << 20;
  if (!media.command.is_nut) return false;
  const auto head = base::read_head(media.path, longest_headers);
  return head && head->find(syncpoint) == std::string::npos;
}

/// Asks fatespec-frames.
class Frames {
 public:
  explicit Frames(fs::path scratch) : scratch_(std::move(scratch)) {}

  /// Its exit status when a raw picture has another size than its container says.
  static constexpr int sizes_needed = 4;

  base::Result<std::string> ask(Words arguments, int& status) const {
    runner::ToolRequest request;
    request.words = {base::program_beside("fatespec-frames")};
    request.words.insert(request.words.end(), arguments.begin(), arguments.end());
    request.output = (scratch_ / "answer").string();
    request.error = (scratch_ / "complaint").string();
    const auto end = runner::run_tool(request);
    if (!end) return end.error();
    status = end->status;
    if (status != 0) return no_way("the output cannot be decoded" + last_words(request.error));
    return base::read_file(request.output);
  }

  static void add_side(Words& words, const char* side, const Media& media) {
    words.push_back(media.path);
    if (!media.demuxer.empty()) words.insert(words.end(), {fmt::format("--{}-format", side), media.demuxer});
    if (!media.demuxer.empty() && words.end() == std::find(words.begin(), words.end(), "--rate"))
      words.insert(words.end(),
                   {"--channels", std::to_string(media.bare.channels), "--rate", std::to_string(media.bare.rate)});
    if (!media.sizes.empty()) words.insert(words.end(), {fmt::format("--{}-sizes", side), media.sizes});
  }

 private:
  fs::path scratch_;
};

/// NUT counts time in fractions of its own, the same on both sides: they are counted in the largest steps that fit,
/// which for a constant frame rate are frames.
void use_plain_times(checks::FrameStream& expected, checks::FrameStream& actual) {
  if (expected.tb_num != actual.tb_num || expected.tb_den != actual.tb_den) return;
  std::int64_t step = expected.tb_den;
  for (const auto* stream : {&expected, &actual})
    for (const auto& packet : stream->packets)
      for (const auto time : {packet.pts, packet.dts})
        if (time != checks::no_frame_time) step = std::gcd(step, time);
  if (step <= 1) return;
  for (auto* stream : {&expected, &actual}) {
    stream->tb_den /= step;
    for (auto& packet : stream->packets)
      for (auto* time : {&packet.pts, &packet.dts})
        if (*time != checks::no_frame_time) *time /= step;
  }
}

class Comparison {
 public:
  Comparison(const Frames& frames, const Media& expected, const Media& actual, fs::path directory)
      : frames_(frames), expected_(expected), actual_(actual), directory_(std::move(directory)) {}

  /// Of every stream that differs.
  base::Result<std::vector<reports::StreamDivergence>> streams(const std::string& expected_list,
                                                               const std::string& actual_list) {
    const auto expected = checks::read_frame_report(expected_list);
    const auto actual = checks::read_frame_report(actual_list);
    if (!expected || !actual) return no_way("the output has no frames that could be listed");
    std::vector<reports::StreamDivergence> found;
    std::set<int> indices;
    for (const auto* report : {&*expected, &*actual})
      for (const auto& [index, stream] : report->streams) indices.insert(index);
    for (const int index : indices) {
      auto one = compare(index, *expected, *actual);
      if (!one) return one.error();
      if (*one) found.push_back(std::move(**one));
    }
    return found;
  }

  /// Of bare samples, which have no packets.
  base::Result<std::vector<reports::StreamDivergence>> samples(std::uint64_t tolerance) {
    auto content = sounds(0, tolerance);
    if (!content) return content.error();
    if (reports::are_equal_sounds(*content)) return std::vector<reports::StreamDivergence>();
    reports::StreamDivergence divergence;
    divergence.content = std::move(*content);
    return std::vector{std::move(divergence)};
  }

 private:
  static checks::FrameReport only(const checks::FrameReport& report, int stream) {
    checks::FrameReport one;
    const auto found = report.streams.find(stream);
    one.streams[stream] = found == report.streams.end() ? checks::FrameStream() : found->second;
    // What the header says of it, but for the time base, which is the container's.
    const std::string ending = fmt::format(" {}", stream);
    for (const auto& [key, value] : report.header)
      if (key.ends_with(ending) && !key.starts_with("tb ")) one.header[key] = value;
    return one;
  }

  /// What else differs of the frames themselves: times and headers follow from that, or matter less.
  static std::vector<std::string> further_frames(checks::FrameReport expected, checks::FrameReport actual) {
    for (auto* report : {&expected, &actual}) {
      report->header.clear();
      for (auto& [index, stream] : report->streams)
        for (auto& packet : stream.packets) packet.pts = packet.dts = packet.duration = 0;
    }
    auto difference = checks::compare_frame_reports(expected, actual);
    return difference ? std::move(difference->further) : std::vector<std::string>();
  }

  base::Result<std::optional<reports::StreamDivergence>> compare(int index, const checks::FrameReport& expected,
                                                                 const checks::FrameReport& actual) {
    auto before = only(expected, index);
    auto now = only(actual, index);
    use_plain_times(before.streams.at(index), now.streams.at(index));
    const auto difference = checks::compare_frame_reports(before, now);
    if (!difference) return std::optional<reports::StreamDivergence>();
    reports::StreamDivergence divergence;
    divergence.stream = index;
    divergence.finding = difference->summary;
    for (const auto& further : further_frames(before, now)) divergence.finding += "; " + further;
    divergence.folder = fmt::format("stream{}", index);
    if (!difference->first) return std::optional(std::move(divergence));
    divergence.expected_frame = difference->first->expected;
    divergence.actual_frame = difference->first->actual;
    const checks::FrameStream& old_stream = before.streams.at(index);
    const checks::FrameStream& new_stream = now.streams.at(index);
    const bool sound = old_stream.media_type == "audio" || new_stream.media_type == "audio";
    const bool one_alone = old_stream.packets.empty() || new_stream.packets.empty();
    if (sound && one_alone) return std::optional(std::move(divergence));
    // What has no frame at all cannot be opened.
    if (is_without_frames(expected_) || is_without_frames(actual_)) return std::optional(std::move(divergence));
    auto content = sound ? sounds(index) : pictures(*difference->first, divergence.folder);
    if (!content) return content.error();
    divergence.content = std::move(*content);
    return std::optional(std::move(divergence));
  }

  base::Result<std::string> pictures(const checks::FirstFrames& first, const std::string& folder) {
    const fs::path place = directory_ / folder;
    if (auto made = base::make_directories(place); !made) return made.error();
    Words words = sides("picture", first.stream);
    if (first.expected) words.insert(words.end(), {"--expected-frame", std::to_string(*first.expected)});
    if (first.actual) words.insert(words.end(), {"--actual-frame", std::to_string(*first.actual)});
    words.insert(words.end(), {"-o", place.string()});
    int status = 0;
    return frames_.ask(std::move(words), status);
  }

  base::Result<std::string> sounds(int stream, std::uint64_t tolerance = 0) {
    int status = 0;
    Words words = sides("sound", stream);
    if (tolerance > 0) words.insert(words.end(), {"--tolerance", std::to_string(tolerance)});
    return frames_.ask(std::move(words), status);
  }

  Words sides(const char* command, int stream) const {
    Words words = {command};
    Frames::add_side(words, "expected", expected_);
    Frames::add_side(words, "actual", actual_);
    words.insert(words.end(), {"--stream", std::to_string(stream)});
    return words;
  }

  const Frames& frames_;
  const Media& expected_;
  const Media& actual_;
  fs::path directory_;
};

base::Result<std::string> list_of(const Frames& frames, const Side& side, Media& media) {
  int status = 0;
  if (is_without_frames(media)) return std::string("#software: none\n");
  const auto list = [&] {
    Words words = {"list"};
    Frames::add_side(words, "actual", media);
    return frames.ask(std::move(words), status);
  };
  auto listed = list();
  if (listed || status != Frames::sizes_needed) return listed;
  if (auto added = side.add_sizes(media); !added) return added.error();
  return list();
}

bool has_frames(const std::string& list) {
  const auto report = checks::read_frame_report(list);
  return report && std::any_of(report->streams.begin(), report->streams.end(),
                               [](const auto& stream) { return !stream.second.packets.empty(); });
}

std::string reference_of(const model::PlannedTest& test, const std::string& test_directory) {
  const auto spec = runner::expanded(test.spec->parsed, runner::with_test_directory(test, test_directory));
  return runner::absolute_path(spec.arguments.front().value, {}, test.suite->directory);
}

/// The side that has a header speaks for the one that has none.
base::Result<void> describe_samples(const SampleComparison& samples, const fs::path& scratch, Media& expected,
                                    Media& actual) {
  BareSound bare = bare_sound_of(actual.made_by);
  for (const Media* media : {&expected, &actual}) bare = sound_of_wave(media->path).value_or(bare);
  if (samples.shift != 0) {
    Media& longer = samples.shift > 0 ? expected : actual;
    auto rest = without_first(longer.path, static_cast<std::uint64_t>(std::abs(samples.shift)), scratch / "shifted");
    if (!rest) return rest.error();
    longer.path = std::move(*rest);
  }
  for (auto [media, format] : {std::pair(&expected, samples.expected), std::pair(&actual, samples.actual)}) {
    if (is_wave(media->path)) continue;
    media->demuxer = model::name_of(format);
    media->bare = bare;
  }
  return {};
}

}  // namespace

base::Result<reports::DivergencePage> find_divergence(const model::Project& project, const model::PlannedTest& test,
                                                      const Baseline& baseline, const fs::path& scratch,
                                                      const fs::path& directory) {
  Side actual_side(project, test, scratch / "actual");
  const bool are_samples = baseline.kind == Baseline::Kind::samples;
  auto actual = actual_side.make(*test.variables, are_samples);
  if (!actual) return base::Error{actual.error().kind, "actual: " + actual.error().message};
  Side expected_side(project, test, scratch / "expected");
  // The reference of a comparison may be made by the test itself.
  const std::string file = are_samples ? reference_of(test, actual_side.directory()) : baseline.file;
  base::Result<Media> expected = Media{.path = file, .made_by = file};
  if (baseline.kind == Baseline::Kind::program) expected = expected_side.make(baseline.variables, false);
  if (!expected) return base::Error{expected.error().kind, "expected: " + expected.error().message};
  const Frames frames(scratch);
  reports::DivergencePage page{test.name, test.configuration->name, expected->made_by, actual->made_by, {}, ""};
  Comparison comparison(frames, *expected, *actual, directory);
  if (are_samples) {
    if (actual->made_by.find("-f rawvideo") != std::string::npos)
      return no_way(
          "its reference is bare pictures, and nothing says how large they are: name a good ffmpeg by "
          "--reference, and frames are compared");
    const auto samples = sample_comparison(runner::expanded(test.spec->parsed, *test.variables));
    if (auto told = describe_samples(samples, scratch, *expected, *actual); !told) return told.error();
    auto streams = comparison.samples(samples.tolerance);
    if (!streams) return streams.error();
    page.streams = std::move(*streams);
    return page;
  }
  const auto expected_list = list_of(frames, expected_side, *expected);
  if (!expected_list) return base::Error{expected_list.error().kind, "expected: " + expected_list.error().message};
  const auto actual_list = list_of(frames, actual_side, *actual);
  if (!actual_list) return base::Error{actual_list.error().kind, "actual: " + actual_list.error().message};
  const bool ends_alike = baseline.kind != Baseline::Kind::program || actual->status == expected->status;
  if (ends_alike && !has_frames(*expected_list) && !has_frames(*actual_list))
    return base::usage_error("neither output has pictures or sound, and only these are compared");
  auto streams = comparison.streams(*expected_list, *actual_list);
  if (!streams) return streams.error();
  page.streams = std::move(*streams);
  if (!ends_alike)
    page.status = fmt::format("the command ends with status {}, expected {}", actual->status, expected->status);
  return page;
}

}  // namespace fatespec::cli
