#include "remote/file_command.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace fatespec::remote {
namespace {

constexpr std::array<std::pair<const char*, base::DigestAlgorithm>, 6> digest_tools = {{
    {"md5sum", base::DigestAlgorithm::md5},
    {"sha1sum", base::DigestAlgorithm::sha1},
    {"sha224sum", base::DigestAlgorithm::sha224},
    {"sha256sum", base::DigestAlgorithm::sha256},
    {"sha384sum", base::DigestAlgorithm::sha384},
    {"sha512sum", base::DigestAlgorithm::sha512},
}};

}  // namespace

runner::FileCommand file_command_for(const model::Target& target, const std::set<std::string>& programs,
                                     const std::string& path, std::optional<base::DigestAlgorithm> digest) {
  const std::string file = base::shell_quote(path);
  const std::string command =
      fmt::format("[ -e {0} ] || exit {1}; [ -f {0} ] || exit {2}; ", file, static_cast<int>(runner::file_missing),
                  static_cast<int>(runner::file_not_regular));
  for (const auto& [program, algorithm] : digest_tools)
    if (target.remote_digest && algorithm == digest && programs.contains(program))
      return {fmt::format("{0}{1} {2} && wc -c <{2}", command, program, file), true};
  return {fmt::format("{}exec {} {}", command, target.read_file, file), false};
}

}  // namespace fatespec::remote
