# What both supervisors share. POSIX sh; dash, busybox ash and bash run it. The runner has set `root` (the directory of
# this connection's run, which only we write to) and `token` (what tells our messages from a test's output).

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
