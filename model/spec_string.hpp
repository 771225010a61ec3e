// A spec string taken apart: `{TYPE,ARGUMENT,…} REST`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"

namespace fatespec::model {

enum class SpecType { command, filesize, digest, digest_file, one_off, rms, stddev, make, make_test, player };

/// One argument of a TYPE. `name` is empty for a positional one.
struct SpecArgument {
  std::string name;
  std::string value;
  std::size_t offset = 0;  ///< of the argument's first character in the spec string
};

struct SpecString {
  SpecType type = SpecType::command;
  std::string type_name = {};  ///< TYPE as it stands there: "MD5"; empty if there is none
  base::DigestAlgorithm digest = base::DigestAlgorithm::md5;  ///< of `digest` and `digest_file`
  std::vector<SpecArgument> arguments;
  std::string command;             ///< REST: a shell command, a path, a make target or a sample
  std::size_t command_offset = 0;  ///< where REST begins in the spec string
};

/// The types whose command may write what can be decoded.
bool may_write_media(SpecType type);
/// `{1OFF}`, `{RMS}` and `{STDDEV}`.
bool compares_samples(SpecType type);
/// `{MAKE}` and `{MAKETEST}`.
bool is_build(SpecType type);
/// The types that always stay on this machine.
bool stays_local(SpecType type);

/// Sample formats that comparisons know. All are little endian.
enum class SampleFormat { s8, u8, s16, s24, s32, f32, f64 };

std::size_t bytes_per_sample(SampleFormat format);
bool is_float(SampleFormat format);
/// "s16le", "u8", …
std::string_view name_of(SampleFormat format);

}  // namespace fatespec::model
