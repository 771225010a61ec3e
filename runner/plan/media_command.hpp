// What an ffmpeg command of a test writes, as a file that can be decoded again: the way from a digest back to pictures.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace fatespec::runner {

struct MediaCommand {
  std::string before;              ///< commands of the same shell that come first, with what joins them
  std::vector<std::string> words;  ///< of the ffmpeg command at the end
  std::string file;                ///< that it writes; empty: it is what comes on its stdout
  bool is_nut = false;             ///< its output format was replaced

  /// What to execute: the words, or a shell with all of it.
  std::vector<std::string> execution() const;
};

/// `line`: a command line that ends in an ffmpeg command. A muxer that writes checksums or bare samples is replaced by
/// NUT into `nut`, which keeps the same pictures and samples with their times; any other format stays as it is. An
/// error says why there is no way.
base::Result<MediaCommand> media_command(const std::string& line, const std::string& nut);

/// The same command, which now tells the size of each picture on stderr and writes nothing: FFmpeg's filter `showinfo`
/// at the end of the chain.
MediaCommand with_picture_sizes(MediaCommand command);
/// The sizes that it has told: "352x288", a line each.
std::string picture_sizes(const std::string& text);

}  // namespace fatespec::runner
