#include "imports/fluster.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/file_digest.hpp"
#include "base/text.hpp"
#include "imports/yaml_text.hpp"

namespace fatespec::imports {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t largest_suite = std::uint64_t{64} << 20;
constexpr int pixel_tolerance = 2;  // of fluster's pixel method

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_md5(const std::string& text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(),
                                          [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

/// Names of tests are words without what filters and paths need.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const char c : name)
    plain += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' ? c : '_';
  return plain.empty() ? "vector" : plain;
}

/// In an argument of a spec string.
std::string with_plain_dollars(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '$' ? "\\$" : std::string(1, c);
  return escaped;
}

bool leads_out(const fs::path& path) {
  return path.is_absolute() || std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

struct Stream {
  fs::path relative;  ///< to the samples
  std::string problem;
};

class Importer {
 public:
  Importer(const json& suite, const fs::path& samples) : suite_(suite), samples_(samples) {}

  base::Result<FlusterImport> run() {
    result_.name = plain_name(text_at(suite_, "name"));
    method_ = text_at(suite_, "test_method");
    negative_ = suite_.value("negative_test", json(false)) == json(true);
    const auto vectors = suite_.find("test_vectors");
    if (text_at(suite_, "name").empty() || vectors == suite_.end() || !vectors->is_array())
      return base::Error{base::ErrorKind::invalid,
                         "this is no suite of fluster: it has no `name` or no `test_vectors`"};
    if (vectors->empty()) return base::Error{base::ErrorKind::invalid, "its `test_vectors` are empty: nothing to run"};
    for (const auto& vector : *vectors) {
      if (!vector.is_object() || text_at(vector, "name").empty() || text_at(vector, "input_file").empty())
        return base::Error{base::ErrorKind::invalid, "a vector without `name` or `input_file`"};
      add(vector);
    }
    result_.yaml = head() + tests_;
    return std::move(result_);
  }

 private:
  std::string head() const {
    std::string text = "# Made by `fatespec import fluster`.\n";
    text += fmt::format("suite: {}\n", yaml_string(result_.name));
    if (const std::string about = text_at(suite_, "description"); !about.empty())
      text += fmt::format("description: {}\n", yaml_string(about));
    text += fmt::format("variables: {{SAMPLES_PATH: {}}}\n",
                        yaml_string(fs::absolute(samples_).lexically_normal().string()));
    text += fmt::format("defaults: {{tags: [fluster, {}], timeout: 5m}}\ntests:\n",
                        yaml_string(tag(text_at(suite_, "codec"))));
    return text;
  }

  static std::string tag(const std::string& text) { return base::lower(plain_name(text)); }

  void add(const json& vector) {
    std::string name = plain_name(text_at(vector, "name"));
    while (!names_.insert(name).second) name += "_";
    const Stream stream = find(vector);
    Spec spec = spec_of(vector, stream);
    tests_ += fmt::format("  - name: {}\n", yaml_string(name));
    std::string source = text_at(vector, "source");
    if (const auto checksum = checksum_of(vector)) source += fmt::format(" (MD5 {})", *checksum);
    tests_ += fmt::format("    description: {}\n", yaml_string(source));
    if (const std::string profile = text_at(vector, "profile"); !profile.empty())
      tests_ += fmt::format("    tags: [{}]\n", yaml_string("profile-" + tag(profile)));
    tests_ += fmt::format("    spec: {}\n", yaml_string(spec.text));
    if (!spec.expect.empty()) tests_ += fmt::format("    expect: {}\n", spec.expect);
    const std::string& why = stream.problem.empty() ? spec.problem : stream.problem;
    if (!why.empty()) tests_ += fmt::format("    skip: {}\n", yaml_string(why));
    result_.vectors.push_back({name, why});
  }

  Stream find(const json& vector) const {
    const std::string suite = text_at(suite_, "name");
    const fs::path file = text_at(vector, "input_file");
    std::vector<fs::path> places;
    if (file.has_parent_path()) places.push_back(fs::path(suite) / file);
    places.push_back(fs::path(suite) / text_at(vector, "name") / file);
    places.push_back(file);
    places.push_back(file.filename());
    std::error_code ignored;
    for (const auto& place : places) {
      if (leads_out(place)) return {file.filename(), "its path leads out of the samples"};
      if (fs::is_regular_file(samples_ / place, ignored)) return {place, checksum_problem(vector, samples_ / place)};
    }
    return {places.front(), fmt::format("{} is not in {}", file.string(), samples_.string())};
  }

  /// That of the download; nothing if the suite does not know it.
  static std::optional<std::string> checksum_of(const json& vector) {
    std::string checksum = base::lower(text_at(vector, "source_checksum"));
    return is_md5(checksum) ? std::optional(std::move(checksum)) : std::nullopt;
  }

  /// The checksum is that of the stream itself only where nothing was unpacked.
  static std::string checksum_problem(const json& vector, const fs::path& path) {
    const auto checksum = checksum_of(vector);
    const fs::path source = text_at(vector, "source");
    if (!checksum || source.filename() != path.filename()) return "";
    const auto is = base::digest_of_file(base::DigestAlgorithm::md5, path);
    if (!is) return is.error().message;
    return *is == *checksum ? ""
                            : fmt::format("{} is not the stream that is meant: its MD5 is {}, expected {}",
                                          path.filename().string(), *is, *checksum);
  }

  struct Spec {
    std::string text;
    std::string expect;
    std::string problem;
  };

  static std::string command_for(const fs::path& stream, const std::string& format) {
    std::string command =
        "\"$FFMPEG_PATH\" -nostdin -v error -i \"$SAMPLES_PATH\"/" + base::shell_quote(stream.string());
    command += " -map 0:v:0 -fps_mode passthrough -noautoscale";
    if (!format.empty()) command += " -vf format=pix_fmts=" + format;
    return command + " -f rawvideo -";
  }

  Spec spec_of(const json& vector, const Stream& stream) const {
    const std::string format = text_at(vector, "output_format");
    const std::string result = base::lower(text_at(vector, "result"));
    const bool known = !format.empty() && format != "Unknown" && format != "None" &&
                       std::all_of(format.begin(), format.end(),
                                   [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
    Spec spec;
    if (negative_) {
      spec.text = command_for(stream.relative, "") + " >/dev/null";
      spec.expect = "{status: nonzero}";
      return spec;
    }
    if (method_ == "pixel") return pixel_spec(stream, known ? format : "");
    spec.text = "{MD5} " + command_for(stream.relative, known ? format : "");
    if (method_ == "sample" || format == "fltp")
      spec.problem = "its result is that of a certain decoder's samples, which ffmpeg does not give to the bit";
    else if (!known) spec.problem = fmt::format("the pixel format of its result is not known (`{}`)", format);
    else if (!is_md5(result)) spec.problem = "the suite has no result for it";
    else spec.expect = fmt::format("{{stdout: {}}}", result);
    return spec;
  }

  /// Compared with the frames of a reference decoder that lie beside the stream.
  Spec pixel_spec(const Stream& stream, const std::string& format) const {
    Spec spec;
    const fs::path folder = (samples_ / stream.relative).parent_path();
    std::vector<fs::path> frames;
    std::error_code ignored;
    for (const auto& entry : base::directory_entries(folder))
      if (base::lower(entry.path().extension().string()) == ".yuv") frames.push_back(entry.path().filename());
    const fs::path own = stream.relative.stem().string() + ".yuv";
    const bool has_own = std::find(frames.begin(), frames.end(), own) != frames.end();
    const fs::path reference = has_own || frames.size() != 1 ? own : frames.front();
    const std::string file = (stream.relative.parent_path() / reference).string();
    const std::string place = "$SAMPLES_PATH/" + with_plain_dollars(file);
    spec.text =
        fmt::format("{{1OFF,\"{}\",u8,tolerance={}}} {}", place, pixel_tolerance, command_for(stream.relative, format));
    if (file.find_first_of("\"\\") != std::string::npos)
      spec.problem = "the name of its reference frames cannot be written";
    else if (!has_own && frames.size() != 1) spec.problem = "its reference frames (.yuv) are not beside the stream";
    return spec;
  }

  const json& suite_;
  const fs::path& samples_;
  std::string method_;
  bool negative_ = false;
  std::string tests_;
  std::set<std::string> names_;
  FlusterImport result_;
};

}  // namespace

std::size_t FlusterImport::skipped() const {
  return static_cast<std::size_t>(
      std::count_if(vectors.begin(), vectors.end(), [](const auto& vector) { return !vector.skipped.empty(); }));
}

base::Result<FlusterImport> import_fluster(const fs::path& suite_file, const fs::path& samples) {
  std::error_code ignored;
  if (!fs::is_directory(samples, ignored))
    return base::usage_error(fmt::format("there is no folder {} with samples", samples.string()));
  const auto text = base::read_file(suite_file, largest_suite);
  if (!text) return text.error();
  const json suite = json::parse(*text, nullptr, false);
  if (!suite.is_object())
    return base::Error{base::ErrorKind::invalid, suite_file.string() + ": this is no suite of fluster: no JSON object"};
  auto imported = Importer(suite, samples).run();
  if (!imported) return base::Error{imported.error().kind, suite_file.string() + ": " + imported.error().message};
  return imported;
}

}  // namespace fatespec::imports
