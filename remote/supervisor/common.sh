# What both supervisors share. POSIX sh; dash, busybox ash and bash run it. The runner has set `root` (the directory of
# this connection's run, which only we write to) and `token` (what tells our messages from a test's output).

# Everything that is removed or ended lies in `root`, so nothing is done where that is not what the runner said: a login
# whose start-up files read from stdin has taken the lines that say it.
case $root in
  /*"/$run".[0-9]*) ;;
  *)
    echo "the start-up files of the login there read from stdin, where the runner's orders come: they must not" >&2
    exit 3
    ;;
esac

# Writes a message between whatever else goes through stdout.
tell() { printf '%s %s\n' "$token" "$*"; }

# Nothing of the login's environment but PATH and HOME reaches a test.
forget_environment() {
  for name in $(env | sed -n 's/^\([A-Za-z_][A-Za-z_0-9]*\)=.*/\1/p'); do
    case $name in
      PATH | HOME | PWD | OLDPWD | SHELLOPTS | BASHOPTS | BASHPID | PPID | UID | EUID | _) ;;
      *) unset "$name" ;;
    esac
  done
  unset OLDPWD
}

# environs_with TEXT: the environments of processes in which it stands.
if printf 'A=1\0TEST_DIR=x\0' | grep -qF TEST_DIR=x; then
  environs_with() { grep -lsF "$1" /proc/[0-9]*/environ; }
else  # busybox's grep sees a line up to its first NUL only
  environs_with() {
    for environ in /proc/[0-9]*/environ; do
      tr '\0' '\n' <"$environ" | grep -qsF "$1" && echo "$environ"
    done
  }
fi 2>/dev/null

# uptime: sets `uptime` to the seconds since the boot.
uptime() { read -r uptime rest </proc/uptime; }
