// The spec string, and the shell scanner on the same text.
#include <cstdint>
#include <cstdlib>

#include "specs/shell.hpp"
#include "specs/shell_words.hpp"
#include "specs/spec_string.hpp"
#include "specs/variable_resolution.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fatespec;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = specs::parse_spec_string(text);
  if (!parsed && parsed.error().offset > text.size()) std::abort();
  const model::Variables variables = {{"A", "a b"}, {"B", "$A'\""}, {"FFMPEG_PATH", "/usr/bin/ffmpeg"}};
  for (const auto& use : specs::variables_of_command(text))
    if (use.offset + use.length > text.size()) std::abort();
  (void)specs::simple_words(specs::expand_command(text, variables));
  (void)specs::expand_text(text, variables);
  (void)specs::resolve_variables({{"X", text}, {"Y", "$X$X"}}, {});
  return 0;
}
