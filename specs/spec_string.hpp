// The grammar of a spec string: `[{TYPE[,ARGUMENT]...} ]REST`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/spec_string.hpp"

namespace fatespec::specs {

/// What is wrong with a spec string, and where in it.
struct SpecStringError {
  std::string message;
  std::size_t offset = 0;
  std::size_t length = 1;
};

template <class T>
using SpecResult = boost::system::result<T, SpecStringError>;

/// Takes a spec string apart and checks its type, the number of its arguments and those of their values that hold no
/// variable.
SpecResult<model::SpecString> parse_spec_string(std::string_view text);

/// Every TYPE there is: "FILESIZE", "MD5", …
const std::vector<std::string>& spec_type_names();

}  // namespace fatespec::specs
