#include "remote/supervisor.hpp"

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <random>

#include <fmt/format.h>

#include "base/text.hpp"
#include "remote/supervisor_scripts.hpp"

namespace fatespec::remote {
namespace {

std::string_view script(std::string_view name) {
  for (const auto& file : scripts::embedded_files)
    if (file.name == name) return file.text;
  return {};
}

/// `own`: what this script alone is told.
std::string with_settings(const SupervisorSettings& settings, std::string_view name, const std::string& own = "") {
  return fmt::format("{}\n{}token={} run={} directory={} root={} patience={}\n{}", script_mark, own, settings.token,
                     base::shell_quote(settings.run), base::shell_quote(settings.directory),
                     base::shell_quote(settings.root), settings.patience, script("common.sh")) +
         std::string(script(name));
}

}  // namespace

std::string new_token() {
  std::array<std::uint64_t, 2> random{};
  if (::getrandom(random.data(), sizeof random, 0) != sizeof random) {
    std::random_device device;
    for (auto& word : random) word = (std::uint64_t{device()} << 32) | device();
  }
  return fmt::format("fatespec-{:016x}{:016x}", random[0], random[1]);
}

std::string supervisor_command() {
  // A shell's `read` takes the line and no byte more.
  const std::string script =
      fmt::format("read -r mark; [ \"$mark\" = \"{}\" ] || {{ echo \"{}\" >&2; exit 3; }}; exec /bin/sh -s",
                  script_mark, script_was_read);
  return "exec /bin/sh -c " + base::shell_quote(script);
}

std::string control_script(const SupervisorSettings& settings) { return with_settings(settings, "control.sh"); }

std::string worker_script(const SupervisorSettings& settings, int worker) {
  return with_settings(settings, "worker.sh", fmt::format("worker={}\n", worker));
}

std::string install_launcher_order() { return fmt::format("install_launcher <<'END'\n{}END", script("launch.base64")); }

std::string_view deploy_script() { return script("deploy.sh"); }

}  // namespace fatespec::remote
