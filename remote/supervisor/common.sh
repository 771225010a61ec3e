# What both supervisors share. POSIX sh; dash, busybox ash and bash run it. The runner has set `root` (the directory of
# this connection's run, which only we write to) and `token` (what tells our messages from a test's output).

# Everything that is removed or ended lies in `root`.
case $root in /*"/$run".[0-9]*) ;; *) exit 3 ;; esac

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

# facts_of PID: sets `facts` to what stands in its stat behind the name: state, parent, group, session, …
facts_of() { read -r facts <"/proc/$1/stat" && facts=${facts##*) }; }

# parent_of PID: sets `parent`.
parent_of() {
  parent=
  facts_of "$1" || return 1
  parent=${facts#* }
  parent=${parent%% *}
}

# descends PID FROM
descends() {
  child=$1
  while parent_of "$child" && [ "$parent" -gt 1 ]; do
    [ "$parent" = "$2" ] && return 0
    child=$parent
  done
  return 1
}

# holders_of WORKER: what can still write to a stream of the test that this worker runs, or keeps it from seeing the end
# of it, and is neither the worker's nor what the worker descends from. Where the login has put a stream somewhere else
# than into sshd, anybody may have that, too.
holders_of() {
  fifo=$(readlink "/proc/$1/fd/7")
  out=$(readlink "/proc/$1/fd/1")
  err=$(readlink "/proc/$1/fd/5")
  case $fifo in */hold.*) ;; *) return 0 ;; esac
  case $out in pipe:* | socket:*) ;; *) out=$fifo ;; esac
  case $err in pipe:* | socket:*) ;; *) err=$fifo ;; esac
  ls -l /proc/[0-9]*/fd | grep -F -e "-> $fifo" -e "-> $out" -e "-> $err" -e /fd: | while read -r line; do
    case $line in
      /proc/*/fd:) pid=${line#/proc/} pid=${pid%/fd:} ;;
      l?w*"-> $fifo" | l?w*"-> $out" | l?w*"-> $err")
        parent_of "$pid" || continue  # it was one of these commands
        [ "$pid" = "$1" ] || descends "$pid" "$1" || descends "$1" "$pid" || echo "$pid"
        ;;
    esac
  done
}

# uptime: sets `uptime` to the seconds since the boot.
uptime() { read -r uptime rest </proc/uptime; }
