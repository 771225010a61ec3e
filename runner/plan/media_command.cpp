#include "runner/plan/media_command.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "specs/shell_words.hpp"

namespace fatespec::runner {
namespace {

using Words = std::vector<std::string>;

base::Error no_way(const std::string& why) { return {base::ErrorKind::invalid, why}; }

/// Muxers whose output is a text of checksums; all encode to raw pictures and 16-bit PCM if nothing else is said.
bool is_checksum(std::string_view format) {
  constexpr std::array<std::string_view, 8> names = {"framecrc", "framemd5",   "framehash", "crc",
                                                     "md5",      "streamhash", "hash",      "uncodedframecrc"};
  return std::find(names.begin(), names.end(), format) != names.end();
}

/// FFmpeg's raw PCM formats are called as their codecs are, without `pcm_`.
bool is_pcm(std::string_view format) {
  constexpr std::array<std::string_view, 22> names = {
      "s8",    "u8",    "s16le", "s16be", "u16le", "u16be", "s24le", "s24be", "u24le", "u24be", "s32le",
      "s32be", "u32le", "u32be", "f32le", "f32be", "f64le", "f64be", "alaw",  "mulaw", "s64le", "s64be"};
  return std::find(names.begin(), names.end(), format) != names.end();
}

/// The words of the output: from behind the last input to the end. FFmpeg reads options there for the file at the end.
class OutputWords {
 public:
  explicit OutputWords(Words& words) : words_(words) {
    for (std::size_t i = 1; i + 1 < words.size(); ++i)
      if (words[i] == "-i") begin_ = i + 2;
  }

  bool has_input() const { return begin_ > 1 && begin_ < words_.size(); }
  std::string& file() { return words_.back(); }
  /// True if another output goes to stdout than the last one.
  bool has_several_files() const {
    return std::any_of(words_.begin() + static_cast<std::ptrdiff_t>(begin_), words_.end() - 1,
                       [](const auto& word) { return word == "-" || word == "pipe:" || word == "pipe:1"; });
  }

  /// The place of an option's value; nothing if it is not there. Of several, the last counts.
  std::optional<std::size_t> value_of(std::initializer_list<std::string_view> names) const {
    std::optional<std::size_t> found;
    for (std::size_t i = begin_; i + 2 < words_.size(); ++i)
      if (std::find(names.begin(), names.end(), words_[i]) != names.end()) found = i + 1;
    return found;
  }
  std::string text_of(std::initializer_list<std::string_view> names) const {
    const auto at = value_of(names);
    return at ? words_[*at] : "";
  }
  void remove(std::initializer_list<std::string_view> names) {
    while (const auto at = value_of(names))
      words_.erase(words_.begin() + static_cast<std::ptrdiff_t>(*at) - 1,
                   words_.begin() + static_cast<std::ptrdiff_t>(*at) + 1);
  }
  void add(std::initializer_list<std::string_view> more) { words_.insert(words_.end() - 1, more.begin(), more.end()); }
  void set(std::initializer_list<std::string_view> names, std::string_view value) {
    if (const auto at = value_of(names)) words_[*at] = value;
    else add({*names.begin(), value});
  }
  void add_unless(std::initializer_list<std::string_view> names, std::string_view value) {
    if (!value_of(names)) add({*names.begin(), value});
  }

 private:
  Words& words_;
  std::size_t begin_ = 1;
};

bool is_stdout(std::string_view file) { return file == "-" || file == "pipe:" || file == "pipe:1"; }
bool is_protocol(std::string_view file) { return file.starts_with("md5:") || file.starts_with("crypto:"); }

/// FFmpeg doubles and drops frames for muxers without times; NUT has times, and would keep them as they are.
bool has_constant_rate(std::string_view format) { return format == "rawvideo" || format == "crc"; }

void write_nut(OutputWords& output, const std::string& format, const std::string& nut, MediaCommand& command) {
  output.set({"-f"}, "nut");
  output.remove({"-hash"});
  if (has_constant_rate(format) && !output.value_of({"-fps_mode", "-vsync", "-fps_mode:v"}))
    output.add({"-fps_mode", "cfr"});
  output.add_unless({"-c:v", "-vcodec", "-codec:v", "-c", "-codec"}, "rawvideo");
  const std::string codec = is_pcm(format) ? "pcm_" + format : "pcm_s16le";
  output.add_unless({"-c:a", "-acodec", "-codec:a", "-c", "-codec"}, codec);
  output.file() = nut;
  command.file = nut;
  command.is_nut = true;
  command.words.insert(command.words.begin() + 1, "-y");
}

}  // namespace

namespace {

/// The last command of a line, if it needs no shell for itself; the text before it goes to `before`.
std::optional<Words> last_command(const std::string& line, std::string& before) {
  if (auto words = specs::simple_words(line)) return words;
  // A place within quotes is none: the words of what follows it do not come out even.
  for (std::size_t at = line.size(); at-- > 0;) {
    const bool joins = line[at] == ';' || line[at] == '\n' || (line[at] == '&' && at > 0 && line[at - 1] == '&');
    if (!joins) continue;
    if (auto words = specs::simple_words(std::string_view(line).substr(at + 1)); words && !words->empty()) {
      before = line.substr(0, at + 1);
      return words;
    }
  }
  return std::nullopt;
}

}  // namespace

Words MediaCommand::execution() const {
  if (before.empty()) return words;
  std::string line = before;
  for (const auto& word : words) line += " " + base::shell_quote(word);
  return {"/bin/sh", "-c", line};
}

base::Result<MediaCommand> media_command(const std::string& line, const std::string& nut) {
  MediaCommand command;
  auto words = last_command(line, command.before);
  if (!words) return no_way("the command does not end in a plain ffmpeg command that could be taken apart");
  command.words = *std::move(words);
  OutputWords output(command.words);
  if (!output.has_input()) return no_way("the command has no `-i INPUT` and output that ffmpeg has");
  if (output.has_several_files())
    return no_way("the command has several outputs: which of them is meant cannot be told");
  const std::string format = output.text_of({"-f"});
  if (is_checksum(format) || is_pcm(format) || format == "rawvideo") {
    write_nut(output, format, nut, command);
    return command;
  }
  if (is_protocol(output.file())) {
    // What was digested is the whole file: it is written in place of that.
    output.file() = nut;
    command.file = nut;
    command.words.insert(command.words.begin() + 1, "-y");
    return command;
  }
  if (format == "null") return no_way("the command writes nothing (`-f null`)");
  if (!is_stdout(output.file())) command.file = output.file();
  return command;
}

MediaCommand with_picture_sizes(MediaCommand command) {
  OutputWords output(command.words);
  if (const auto filters = output.value_of({"-vf", "-filter:v"})) command.words[*filters] += ",showinfo";
  else output.add({"-vf", "showinfo"});
  output.set({"-f"}, "null");
  output.file() = "-";
  for (std::size_t i = 1; i + 1 < command.words.size(); ++i)
    if (command.words[i] == "-v" || command.words[i] == "-loglevel") command.words[i + 1] = "info";
  return command;
}

std::string picture_sizes(const std::string& text) {
  std::string sizes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto mark = line.find("showinfo");
    const auto size = line.find(" s:", mark);
    if (mark == std::string::npos || line.find(" n:", mark) == std::string::npos || size == std::string::npos) continue;
    constexpr std::size_t label = 3;
    sizes += line.substr(size + label, line.find(' ', size + label) - size - label) + "\n";
  }
  return sizes;
}

}  // namespace fatespec::runner
