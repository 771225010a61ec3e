#include "cli/causes/show_divergence.hpp"

#include <cerrno>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/scratch_directory.hpp"
#include "base/text.hpp"
#include "cli/causes/divergence.hpp"
#include "cli/common/inputs.hpp"
#include "runner/plan/command_line.hpp"
#include "runner/plan/media_command.hpp"
#include "runner/plan/variables.hpp"

namespace fatespec::cli {
namespace {

namespace fs = std::filesystem;

/// The file that a test writes into its directory, relative to that; empty if it writes none that could be found.
std::string written_file(const model::Project& project, const model::PlannedTest& test) {
  if (test.spec->parsed.type == model::SpecType::digest_file)
    return runner::expanded(test.spec->parsed, *test.variables).arguments.front().value;
  const std::string directory = "/test-directory";
  const auto variables = runner::with_test_directory(test, directory);
  if (runner::working_directory(project, test, variables) != directory) return "";
  const auto command = runner::media_command(runner::command_line(project, test, variables), "");
  if (!command || command->is_nut || command->file.empty()) return "";
  const fs::path file = (directory / fs::path(command->file)).lexically_relative(directory);
  return *file.begin() == ".." ? "" : file.string();
}

/// The file that an earlier run kept of this test (`--keep all`), of the latest pass; empty if there is none.
std::string kept_file(const DivergenceOptions& options, const model::Project& project, const model::PlannedTest& test) {
  const std::string file = written_file(project, test);
  auto store = results::Store::open_existing(results_location(project, options.results));
  if (file.empty() || !store) return "";
  const auto directories = (*store)->kept_directories(test.name, test.configuration->name);
  if (!directories) return "";
  for (const auto& directory : *directories)
    if (std::error_code ignored; fs::is_regular_file(fs::path(directory) / file, ignored))
      return (fs::path(directory) / file).string();
  return "";
}

base::Result<Baseline> baseline_of(const DivergenceOptions& options, const model::Project& project,
                                   const model::PlannedTest& test) {
  Baseline baseline;
  if (!options.expected.empty()) {
    baseline.kind = Baseline::Kind::file;
    baseline.file = fs::absolute(options.expected).string();
    return baseline;
  }
  auto reference = test.configuration->reference.empty() ? project.reference : test.configuration->reference;
  if (!options.reference.empty())
    reference["FFMPEG_PATH"] = runner::located_value("FFMPEG_PATH", options.reference, fs::current_path().string());
  if (!reference.empty()) {
    baseline.variables = *test.variables;
    // As with `variables`: a relative path begins where the configuration is.
    for (const auto& [name, value] : reference)
      baseline.variables[name] = runner::located_value(name, value, project.directory);
    return baseline;
  }
  if (model::compares_samples(test.spec->parsed.type)) {
    baseline.kind = Baseline::Kind::samples;
    return baseline;
  }
  baseline.kind = Baseline::Kind::file;
  baseline.file = kept_file(options, project, test);
  if (!baseline.file.empty()) return baseline;
  return base::usage_error(
      "there is nothing to compare with: name a good ffmpeg by --reference FFMPEG or as `reference: "
      "{FFMPEG_PATH: …}` in fatespec.yaml, or a file by --expected FILE; a file that the test writes is also there "
      "from a run with --keep all that passed");
}

/// Page and pictures of another time say nothing of this one.
base::Result<void> remove_earlier(const fs::path& directory) {
  std::error_code code;
  fs::remove(directory / "index.html", code);
  std::vector<fs::path> old;
  for (const auto& entry : base::directory_entries(directory))
    if (entry.path().filename().string().starts_with("stream")) old.push_back(entry.path());
  for (const auto& path : old)
    if (auto removed = base::remove_tree(path); !removed) return removed;
  return {};
}

std::string text_of(const reports::DivergencePage& page) {
  std::string text = base::printable(page.test) + "\n";
  if (!page.status.empty()) text += "  " + page.status + "\n";
  for (const auto& stream : page.streams) {
    const char* indent = "  ";
    for (const auto& line : reports::divergence_lines(stream)) {
      text += indent + base::printable(line) + "\n";
      indent = "    ";
    }
  }
  return text;
}

}  // namespace

std::string obstacle_of_divergence(const model::Project& project, const model::PlannedTest& test) {
  if (const auto* board = model::board_of(project, test); board != nullptr)
    return fmt::format("it runs on {}; choose a configuration of this machine by --configuration", board->name);
  if (!model::may_write_media(test.spec->parsed.type)) return "it has no command whose output could be decoded";
  return "";
}

base::Result<ShownDivergence> show_divergence(const model::Project& project, const model::PlannedTest& test,
                                              const DivergenceOptions& options) {
  if (std::string why = obstacle_of_divergence(project, test); !why.empty()) return base::usage_error(std::move(why));
  const auto baseline = baseline_of(options, project, test);
  if (!baseline) return baseline.error();
  const auto scratch = base::ScratchDirectory::make("diverge");
  if (!scratch) return scratch.error();
  const fs::path directory = options.output.empty()
                                 ? fs::path(project.directory) / ".fatespec/diverge" / runner::file_name_of(test)
                                 : fs::path(options.output);
  if (auto cleared = remove_earlier(directory); !cleared) return cleared.error();
  const auto page = find_divergence(project, test, *baseline, scratch->path(), directory);
  if (!page && page.error().kind == base::ErrorKind::usage) return page.error();
  if (!page) return base::Error{base::ErrorKind::io, page.error().message};
  if (!page->differs())
    return ShownDivergence{false,
                           base::printable(test.name) +
                               ": no difference: every frame is the same (time base, subtitles and text of the output "
                               "are not looked at)\n",
                           {}};
  if (auto made = base::make_directories(directory); !made) return made.error();
  const fs::path file = directory / "index.html";
  if (auto written = base::write_file_atomically(file, reports::divergence_html(*page)); !written)
    return written.error();
  return ShownDivergence{true, text_of(*page) + "  page: " + file.string() + "\n", reports::lowest_psnr(*page)};
}

}  // namespace fatespec::cli
