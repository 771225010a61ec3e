# Runs one command after the other: this shell reads its orders from stdin as its script. An order is
#   if begin DIR FRESH CWD STDIN PROGRAM PATH; then ( enter; export …; exec … ); finish $?; fi
# stdout and stderr of the command are those of the channel. What is told about it goes there too, after the token:
#   stderr: start PID UPTIME; exit UPTIME (the command ended, something may still hold its output); end
#   stdout: end STATUS EMPTY FREE_KIB USAGE…; or, in place of all, refuse WHY

exec 5>&2 2>/dev/null
forget_environment
hold=$root/hold.$worker
usage=$root/usage.$worker
leader=$root/leader.$worker
setsid=$(command -v setsid)  # found before a test has a PATH of its own

# A connection that has been cleaned up is to leave nothing: who has begun so late makes no files any more, and waits for
# the line to go.
still_wanted() { [ -e "$root/supervisor" ]; }
too_late() {
  rm -f "$hold"
  cat >/dev/null
  exit 1
}

still_wanted || too_late
mkfifo "$hold" || exit 1
# A reader of the FIFO that does not keep it open for writing: it sees the end of it when the last process of a test that
# inherited the other end is gone.
exec 6<>"$hold" 7<"$hold" 6>&-

refuse() {
  tell "refuse $*"
  tell end >&5
  return 1
}

begin() {
  dir=$1 cwd=$3 input=$4
  if [ "$2" = fresh ]; then mkdir "$dir" || refuse "directory $dir" || return 1; fi
  [ -d "$cwd" ] && [ -x "$cwd" ] || refuse "directory $cwd" || return 1
  [ -r "$input" ] || refuse "input $input" || return 1
  [ -z "$5" ] || has_program "$5" "${6:-$PATH}"
}

has_program() {
  case $1 in
    */*)
      [ -e "$1" ] || refuse "missing" || return 1
      [ -f "$1" ] && [ -x "$1" ] || refuse "forbidden" || return 1
      ;;
    *) (PATH=$2; command -v "$1") >/dev/null || refuse "unknown" || return 1 ;;
  esac
}

# In the subshell that becomes the command.
enter() {
  # Shells read byte by byte, and /proc/self/stat is one long line.
  self=
  while read -r key self && [ "$key" != Tgid: ]; do :; done </proc/self/status
  [ -n "$self" ] || exit 126
  echo "$self" >"$leader"
  uptime
  tell "start $self $uptime" >&5
  cd "$cwd" || exit 126
  unset OLDPWD
  exec 8>"$hold" 2>&5 <"$input" 5>&- 7<&-
}

# What has left the test's group, closed what tells its end, and may still write to us is waited for: the runner ends it
# when it loses patience. Only the launcher's word makes worth the look through all processes: it has ended what cannot
# write any more.
wait_for_strays() {
  while still_wanted && [ -n "$(holders_of $$)" ]; do sleep 0.1; done
}

finish() {
  status=$1
  uptime
  tell "exit $uptime" >&5
  while read -r rest; do :; done <&7
  read -r self <"$leader"
  kill -s KILL -- "-$self"  # what stayed in its group with everything closed
  measured=
  left=
  while read -r line; do
    case $line in
      left) left=1 ;;
      "group "*) kill -s KILL -- "-${line#group }" ;;
      *) measured="$measured $line" ;;
    esac
  done <"$usage"
  : >"$usage"
  [ -z "$left" ] || wait_for_strays
  : >"$leader"
  empty=0
  if cd "$dir"; then
    set -- * .[!.]* ..?*
    [ "$*" = '* .[!.]* ..?*' ] && [ ! -L '*' ] && empty=1
    cd "$root" || exit 1
  fi
  free=-
  if [ "$status" != 0 ]; then free=$(df -Pk "$root" | { read -r rest; read -r rest rest rest free rest; echo "$free"; }); fi
  tell end >&5
  tell "end $status $empty ${free:--}$measured"
}

still_wanted || too_late
: >"$usage"
echo "$$" >"$root/worker.$worker"
cd "$root" || exit 1
tell "hello $$"
