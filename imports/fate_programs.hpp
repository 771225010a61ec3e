// How FATE calls programs: the options that its script gives to each of them.
#pragma once

#include <string>

#include "imports/fate.hpp"
#include "imports/fate_words.hpp"

namespace fatespec::imports {

/// A path of the build or source tree, or of the samples, with the variable that stands for it; for a shell.
std::string portable_word(const FateTest& test, const std::string& word);

// The flags that the script has for these purposes. What its encoders and decoders get is defined there twice; when a
// test runs, the second definition counts.
inline constexpr const char* fate_bitexact = "-flags +bitexact -sws_flags +accurate_rnd+bitexact -fflags +bitexact";
inline constexpr const char* fate_common =
    "-flags +bitexact -idct simple -sws_flags +accurate_rnd+bitexact -fflags +bitexact";

/// Command lines of one test, which must outlive it. Parts of lines are split again where there are blanks, as the
/// script does.
class FatePrograms {
 public:
  explicit FatePrograms(const FateTest& test) : test_(test) {}

  /// The words that begin a command of that program: what FATE has for a foreign machine, a checker or an emulator
  /// stands in front of it.
  Words launching(const std::string& program) const;
  std::string here(const std::string& word) const { return portable_word(test_, word); }
  /// A path of the script's, which is the target's: relative ones begin at the build directory.
  std::string of_build(const std::string& path) const;

  /// The ffmpeg under test with the options that every call gets; a decoder's stand in front of each input.
  std::string ffmpeg(const Words& parts) const;
  std::string ffmpeg_of(const Words& before, const Words& after) const;
  /// The script's other way to call it, for muxers.
  std::string avconv(const Words& parts) const;
  std::string ffprobe(const Words& options) const;

  std::string decoder_options() const;
  static std::string encoder_options();

 protected:
  const FateTest& test_;
};

}  // namespace fatespec::imports
