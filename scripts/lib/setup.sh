# Sourced by the scripts: installs what is missing with apt and builds. Works as root and with sudo.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# The packages that this Debian calls by these names. docs/dependencies.md says what each is for.
packages() {
  local boost=libboost-dev
  # Debian 12's default Boost is 1.74; Boost.Process v2 begins with 1.81.
  if apt-cache show libboost1.81-dev >/dev/null 2>&1 && ! apt_has_newer_boost; then boost=libboost1.81-dev; fi
  echo g++ musl-tools cmake ninja-build ccache pkg-config "$boost" libssl-dev libfmt-dev nlohmann-json3-dev libcli11-dev \
    libyaml-cpp-dev libre2-dev libssh-dev libarchive-dev libpugixml-dev libsoci-dev libsqlite3-dev libpq-dev libdtl-dev libkainjow-mustache-dev libcbor-dev zlib1g-dev \
    libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libswresample-dev libsdl2-dev libsdl2-ttf-dev fonts-dejavu-core ffmpeg make sound-theme-freedesktop alsa-utils
  # From wherever: a Node.js of another origin conflicts with Debian's npm.
  command -v npm >/dev/null || echo npm
}
test_packages() {
  echo libgtest-dev postgresql munge slurmctld slurmd slurm-client slurm-wlm-basic-plugins postgresql libbenchmark-dev sqlite3 openssl patch diffutils procps bsdutils time python3 gdb openssh-server openssh-client busybox iproute2 clang libclang-rt-dev git xvfb xauth xdotool imagemagick chromium
}
# Of scripts/cgroup-machine, which knows one architecture.
cgroup_machine_packages() {
  [ "$(uname -m)" != x86_64 ] || echo qemu-system-x86 busybox cpio kmod xz-utils
}
apt_has_newer_boost() {
  local version
  version=$(apt-cache show libboost-dev 2>/dev/null | sed -n 's/^Version: //p' | head -n 1)
  dpkg --compare-versions "${version:-0}" ge 1.81
}

missing() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "missing packages, and neither root nor sudo: run as root: apt-get install $(echo $wanted)"
  fi
}

install_missing() {
  command -v apt-get >/dev/null || die "this script installs packages with apt-get, which is not here; docs/dependencies.md lists what is needed"
  local wanted
  wanted=$(missing "$@")
  [ -z "$wanted" ] && return 0
  say "installing: $(echo $wanted)"
  as_root apt-get update -q || die "apt-get update failed: is there a network? Still missing: $(echo $wanted)"
  # The names may differ once the lists are there.
  wanted=$(missing $(packages) "${extra[@]}")
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-remove --no-install-recommends $wanted ||
    die "these packages could not all be installed (no network, or a package that conflicts): $(echo $wanted)"
}

jobs() {
  local cpus memory
  cpus=$(nproc)
  memory=$(awk '/MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)  # a compilation takes up to 1.5 GB
  echo $((memory < 1 ? 1 : memory < cpus ? memory : cpus))
}

configure() {
  mkdir -p build
  cmake --preset "$1" >"build/cmake-$1.log" 2>&1 || { cat "build/cmake-$1.log" >&2; die "cmake failed"; }
}

# compile_command PRESET [TARGET…]
compile_command() {
  local preset=$1
  shift
  compile=(cmake --build --preset "$preset" -j "$(jobs)")
  if [ $# -gt 0 ]; then compile+=(--target "$@"); fi
}

# build PRESET [TARGET…]
build() {
  say "building ($1)"
  configure "$1"
  compile_command "$@"
  "${compile[@]}"
}
