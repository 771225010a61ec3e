#include "imports/fate_programs.hpp"

#include <optional>

#include <fmt/format.h>

namespace fatespec::imports {

std::string portable_word(const FateTest& test, const std::string& word) {
  const auto replaced = [&](const std::string& place, const char* variable) -> std::optional<std::string> {
    if (place.empty() || !word.starts_with(place)) return std::nullopt;
    const bool whole = word.size() == place.size() || word[place.size()] == '/';
    return whole ? std::optional(variable + word.substr(place.size())) : std::nullopt;
  };
  if (const auto path = replaced(test.build, "$BUILD_PATH")) return *path;
  if (const auto path = replaced(test.samples, "$SAMPLES_PATH")) return *path;
  return word;
}

Words FatePrograms::launching(const std::string& program) const {
  if (test_.target_exec.empty()) return {program};
  return {"$TARGET_EXEC", program};
}

std::string FatePrograms::of_build(const std::string& path) const {
  return path.starts_with('/') ? here(path) : "$BUILD_PATH/" + path;
}

std::string FatePrograms::ffmpeg(const Words& parts) const {
  Words words = launching("$FFMPEG_PATH");
  words.insert(words.end(), {"-nostdin", "-nostats", "-noauto_conversion_filters", "-cpuflags", test_.cpu_flags});
  for (const auto& part : parts)
    for (const auto& word : split(part)) {
      if (word == "-i")
        words.insert(words.end(),
                     {"-hwaccel", test_.hwaccel, "-threads", test_.threads, "-thread_type", test_.thread_type});
      words.push_back(here(word));
    }
  return joined(words);
}

std::string FatePrograms::ffmpeg_of(const Words& before, const Words& after) const {
  Words parts = before;
  parts.insert(parts.end(), after.begin(), after.end());
  return ffmpeg(parts);
}

std::string FatePrograms::avconv(const Words& parts) const {
  Words words = launching("$FFMPEG_PATH");
  words.insert(words.end(), {"-nostdin", "-nostats", "-noauto_conversion_filters", "-y", "-cpuflags", test_.cpu_flags,
                             "-filter_threads", test_.threads});
  for (const auto& part : parts)
    for (const auto& word : split(part)) words.push_back(here(word));
  return joined(words);
}

std::string FatePrograms::ffprobe(const Words& options) const {
  Words words = launching("$BUILD_PATH/ffprobe");
  words.emplace_back("-bitexact");
  for (const auto& option : options) words.push_back(here(option));
  return joined(words);
}

std::string FatePrograms::decoder_options() const { return fmt::format("{} -threads {}", fate_common, test_.threads); }

std::string FatePrograms::encoder_options() { return fmt::format("{} -threads 1 -dct fastint", fate_common); }

}  // namespace fatespec::imports
