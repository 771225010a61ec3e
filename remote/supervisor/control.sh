# One a connection: answers, kills on request, and ends everything when the connection is gone. It reads its orders from
# stdin as its script; the runner writes `reply COMMAND…`.

exec 5>&2 2>/dev/null
forget_environment
umask 022

reply() {
  "$@"
  tell "reply $?"
}

hello() {
  echo "boot $(boot_id)"
  for tool in setsid mkfifo grep sed md5sum sha1sum sha224sum sha256sum sha384sum sha512sum; do
    command -v "$tool" >/dev/null && echo "tool $tool"
  done
  if [ -x "$root/launch" ] && "$root/launch" "$root/probe" true && [ -s "$root/probe" ]; then
    echo "launcher $root/launch"
    return 0
  fi
  IFS=:
  for place in $PATH; do
    unset IFS
    [ -x "$place/time" ] && measures "$place/time" && echo "time $place/time" && return 0
  done
  unset IFS
  busybox=$(command -v busybox) && measures "$busybox" time && echo "time $busybox time"
  return 0
}

measures() {
  "$@" -f '%U %S %M' -o "$root/probe" true || return 1
  read -r user system memory rest <"$root/probe"
  rm -f "$root/probe"
  case $user$system$memory in *[!0-9.]* | '') return 1 ;; esac
}

# install_launcher <TEXT: the program that starts and measures tests where the board can run it.
install_launcher() { base64 -d >"$root/launch" && chmod 755 "$root/launch"; }

# prepare: the directories of this connection. Mode 1777 as /tmp has it: several people may share a board.
prepare() {
  if [ ! -d "$directory" ]; then mkdir -p "$directory" && chmod 1777 "$directory"; fi
  mkdir -m 755 "$root" 2>&1 || return 1
  echo "$$ $(boot_id) $(born $$)" >"$root/supervisor.new" && mv -f "$root/supervisor.new" "$root/supervisor" || {
    echo "no file can be written: is the disk full?"
    return 1
  }
  : >"$root/alive"
  watch_over "$$" &
  watcher=$!
}

# The line may be dead without anybody telling sshd: then nothing is heard from the runner any more.
watch_over() {
  exec <&- >&- 5>&-
  trap 'kill $nap; exit 0' TERM
  trap - EXIT
  while :; do
    sleep "$patience" &
    nap=$!
    wait "$nap"
    [ -d "$root" ] || exit 0
    if [ -e "$root/alive" ]; then rm -f "$root/alive"; continue; fi
    watcher=
    clean_up
    kill -KILL "$1"
    exit 0
  done
}

ping() { [ -n "$gone" ] || : >"$root/alive"; }
gone=

# members LEADER: it, the processes of its session and group, and their descendants. Nobody's, if it is no leader: all
# processes descend from 0 and 1.
members() {
  case $1 in [2-9]* | 1?*) ;; *) return 0 ;; esac
  found=" $1 "
  grown=1
  while [ -n "$grown" ]; do
    grown=
    for stat in /proc/[0-9]*/stat; do
      read -r line <"$stat" || continue
      pid=${line%% *}
      line=${line##*) }
      IFS=' '
      set -- $line "" "" "" ""
      unset IFS
      case $found in
        *" $pid "*) ;;
        *" $2 "* | *" $3 "* | *" $4 "*) found="$found$pid " grown=1 ;;
      esac
    done
  done
  echo "$found"
}

# carriers DIR: what has left its test but still carries the TEST_DIR.
carriers() { [ -n "$1" ] && environs_with "TEST_DIR=$1" | sed 's,^/proc/\([0-9]*\)/.*,\1,'; }

# holders LEADER: what has left its test, and cleaned its environment, but still has something of it.
holders() {
  for file in "$root"/leader.*; do
    read -r left <"$file" && [ "$left" = "$1" ] && read -r worker <"$root/worker.${file##*.}" && holders_of "$worker"
  done
}

# end_tree LEADER DIR SIGNAL measured|plain: everything of a test. The program that measures is left to tell.
end_tree() {
  spared=
  [ "$4" = measured ] && spared=$1
  for pid in $(members "$1") $(carriers "$2") $(holders "$1"); do
    [ "$pid" = "$spared" ] || kill "-$3" "$pid"
    [ "$3" = TERM ] && [ "$pid" != "$spared" ] && kill -CONT "$pid"
  done
  return 0
}

# is_alive LEADER DIR: true while anything of a test runs, but the leader.
is_alive() {
  for pid in $(members "$1") $(carriers "$2") $(holders "$1"); do
    [ "$pid" = "$1" ] && continue
    facts_of "$pid" || continue
    case $facts in Z* | X*) ;; *) return 0 ;; esac
  done
  return 1
}

# sweep PREFIX: kills until nobody carries a TEST_DIR that begins so.
sweep() {
  case $1 in "$directory"/*.*/) ;; *) return 1 ;; esac
  for round in 1 2 3 4 5 6 7 8 9 10; do
    carrying=$(carriers "$1")
    [ -z "$carrying" ] && return 0
    kill -KILL $carrying
    [ "$round" -gt 2 ] && sleep 0.1
  done
  return 1
}

# born PID: when it was started, in ticks since the boot.
born() {
  facts_of "$1" || return 1
  IFS=' '
  set -- $facts
  unset IFS
  shift 19
  echo "$1"
}

# sweep_unless [LEADER DIR]…: ends what has left its test and outlived it. A directory may be used again: what carries
# one that a test works in now is of an earlier test if it is older than this one's leader. The list is made by the
# runner, and a test may have begun since: only what no test had at the last sweep either is ended.
strangers=
sweep_unless() {
  known=$strangers
  strangers=
  for pid in $(carriers "$root/"); do
    where=$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n "s,^TEST_DIR=,,p" | tail -n 1)
    belongs "$pid" "$where" "$@" && continue
    stranger=" $pid:$(born "$pid") "
    case $known in *"$stranger"*) kill -KILL "$pid" ;; *) strangers=$strangers$stranger ;; esac
  done
  return 0
}

belongs() {
  pid=$1 where=$2
  shift 2
  while [ $# -gt 1 ]; do
    if [ "$2" = "$where" ]; then
      since=$(born "$1") && age=$(born "$pid") || return 0
      [ "$age" -ge "$since" ]
      return
    fi
    shift 2
  done
  return 1
}

# In the background: a large tree takes its time, and pings are to be answered.
drop() { drop_now "$@" & }

drop_now() {
  trap - EXIT
  for dropped in "$@"; do
    case $dropped in "$root"/*) ;; *) continue ;; esac
    rm -rf "$dropped" || { chmod -R u+rwx "$dropped"; rm -rf "$dropped"; }
  done
  return 0
}

is_gone() { [ ! -e "$1" ]; }

keep() { : >"$1.keep"; }

# Everything of this connection: processes, then files but those that were kept.
clean_up() {
  trap '' HUP INT TERM PIPE
  [ -z "$watcher" ] || kill -TERM "$watcher"
  # By its leader first: what has no TEST_DIR any more is found only as long as that runs.
  for file in "$root"/leader.*; do
    read -r left <"$file" && end_tree "$left" "" KILL plain
  done
  sweep "$root/"
  forget_root "$root"
  release
}

# A worker that has only begun may still put its files there: hence more than one look.
forget_root() {
  case $1 in "$directory"/*.*) ;; *) return 1 ;; esac
  for round in 1 2 3 4 5; do
    for entry in "$1"/* "$1"/.[!.]*; do
      case $entry in *.keep | */.fatespec-gone) continue ;; esac
      [ -e "$entry.keep" ] && continue
      rm -rf "$entry" || { chmod -R u+rwx "$entry"; rm -rf "$entry"; }
    done
    for kept in "$1"/*.keep; do
      [ -e "$kept" ] || { rm -f "$1/.fatespec-gone"; rmdir "$1" && return 0; }
    done
    sleep 0.05
  done
  rm -f "$1"/*.keep "$1/.fatespec-gone"
}

farewell() {
  trap - EXIT
  gone=1
  clean_up
}

# Roots whose supervisor is gone, as after a power loss; those of this run at once, for its line was cut. Files go in the
# background, as with drop; a mark tells a root of which some may be left.
forget_others() {
  for other in "$directory"/*.*; do
    [ "$other" != "$root" ] && [ -O "$other" ] || continue
    if read -r pid boot since <"$other/supervisor"; then
      if is_supervisor "$pid" "$boot" "$since"; then
        case $other in "$directory/$run".*) [ -z "$since" ] || kill -KILL "$pid" ;; *) continue ;; esac
      fi
      [ "$boot" = "$(boot_id)" ] && end_leaders "$other"
    else  # an empty one is what a loss of power has left
      [ -f "$other/.fatespec-gone" ] || [ -f "$other/supervisor" ] || continue
    fi
    sweep "$other/"
    (: >"$other/.fatespec-gone") || continue  # another may have cleared it
    (trap - EXIT; forget_root "$other") &
  done
  return 0
}

# end_leaders ROOT: whole tests of it whose leader still runs. A number of then may be somebody else's by now: only what
# carries a TEST_DIR of there is one.
end_leaders() {
  carrying=" $(carriers "$1/" | tr '\n' ' ') "
  for file in "$1"/leader.*; do
    read -r left <"$file" || continue
    case $carrying in *" $left "*) end_tree "$left" "" KILL plain ;; esac
  done
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# is_supervisor PID BOOT BORN: that process runs, and is no other that has its number by now. Runners of before 0.1 tell
# less: there any shell of that number is believed.
is_supervisor() {
  [ "${2:-$(boot_id)}" = "$(boot_id)" ] || return 1
  if [ -n "$3" ]; then [ "$(born "$1")" = "$3" ]; else grep -qsF sh "/proc/$1/comm"; fi
}

# take_lock exclusive|shared WHO: 0 taken, 1 held: then by whom is told, 2 it cannot be written. A holder is a file with
# its supervisor's pid, the boot, its kind and when the supervisor was born, and who it is since when; it is stale if that
# process is over.
lock=$directory/lock
holder=$lock/$run.$$

# Two that come at once may both see nobody: each looks again when it holds the lock, and steps back if it is not alone.
take_lock() {
  for round in 1 2 3; do
    mkdir "$lock" && chmod 777 "$lock"
    look_for_holders || { sleep 1; look_for_holders and_remove; }
    if is_held_against "$1"; then echo "$held"; return 1; fi
    if hold_lock "$1" "$2"; then
      look_for_holders
      is_held_against "$1" || return 0
      rm -f "$holder"
    fi
    sleep "0.$(($$ % 8 + 1))"
  done
  if [ -n "$held" ]; then echo "$held"; return 1; fi
  return 2
}

# look_for_holders [and_remove]: sets `held` and `kinds` to who else has the lock, and how. What is stale goes. 1 if there
# is a broken one, which goes too if so ordered: nobody takes a second to write it, it is what a full disk or a loss of
# power has left.
look_for_holders() {
  held= kinds= broken=0
  for file in "$lock"/*; do
    [ -f "$file" ] || continue
    name=${file##*/}
    name=${name%.new}
    [ "$name" = "$run.$$" ] && continue
    if ! { read -r pid boot kind since && read -r who; } <"$file"; then
      broken=1
      [ -z "$1" ] || rm -f "$file"
    elif ! is_supervisor "$pid" "$boot" "$since" || [ "$name" = "$run.$pid" ]; then
      rm -f "$file"
    else
      held=$who kinds="$kinds$kind "
    fi
  done
  return "$broken"
}

is_held_against() {
  case $1:$kinds in
    shared:*exclusive*) ;;
    shared:*) return 1 ;;
  esac
  [ -n "$held" ]
}

hold_lock() {
  printf '%s %s %s %s\n%s\n' "$$" "$(boot_id)" "$1" "$(born $$)" "$2" >"$holder.new" &&
    mv -f "$holder.new" "$holder" && return 0
  rm -f "$holder.new"
  return 1
}

release() {
  rm -f "$holder" "$holder.new"
  rmdir "$lock"
}

# slowly COMMAND…: what may take longer than the runner is silent otherwise. Five minutes of it count as a word. The end is
# told by a file: a signal to a shell that has just been forked may be lost.
slowly() {
  : >"$root/slow"
  (
    trap - EXIT HUP INT TERM
    exec <&- >&- 5>&-
    beat=0
    while [ "$beat" -lt 300 ] && sleep 1 && [ -e "$root/slow" ] && kill -0 "$$"; do
      : >"$root/alive"
      beat=$((beat + 1))
    done
  ) &
  "$@"
  status=$?
  rm -f "$root/slow"
  return "$status"
}

# The manifest of what was deployed, and how those files look now.
manifest() {
  [ -f "$directory/manifest" ] || return 0
  cat "$directory/manifest"
  echo ----
  sed -n '2,$s/^[^ ]* [^ ]* [^ ]* [^ ]* //p' "$directory/manifest" | tr '\n' '\0' | xargs -0 stat -c '%s %Y %a %n'
  return 0
}

# machines_of PROGRAM FILE: of each, class and byte order in one line, machine in the next, in hexadecimal; nothing if it
# is no ELF file.
machines_of() {
  found=$1
  case $1 in */*) ;; *) found=$(command -v "$1") ;; esac
  machine_of "$found"
  machine_of "$2"
}

machine_of() { dd if="$1" bs=20 count=1 | od -An -v -tx1 | sed -n 's/^ *7f 45 4c 46 \(.. ..\) .*$/\1/p;s/^ *.. .. \(.. ..\) *$/\1/p'; }

trap 'exit 1' HUP INT TERM
trap clean_up EXIT
tell "hello $$"
