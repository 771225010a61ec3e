# Puts what comes as a tar stream in the place of `to`, file by file in one step each: a program that is half written is
# never seen under its name. The stage is beside the destination, on the same file system. In front of this stand `run`,
# `to`, and the functions `remove_files` and `set_modes` with what else has changed.

set -e
case $run:$to in ?*:/?*) ;; *) exit 3 ;; esac
umask 022
parent=${to%/*}
mkdir -p "$parent/"
stage=$parent/.fatespec-deploy.$run.$$
trap 'chmod -R u+rwx "$stage" 2>/dev/null; rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM
# What was killed, or went down with the board, has left its stage.
for left in "$parent"/.fatespec-deploy.*; do
  [ -d "$left" ] && [ ! -L "$left" ] && [ -O "$left" ] || continue
  kill -0 "${left##*.}" 2>/dev/null || { chmod -R u+rwx "$left"; rm -rf "$left"; }
done
mkdir -m 700 "$stage"
tar -xpf - -C "$stage" || {
  df -Pk "$stage" | { read -r rest; read -r rest rest rest free rest; echo "($free KiB are free there)" >&2; }
  exit 1
}

# place FROM TO: what its own user may not write in cannot get another parent either.
place() {
  closed=
  if [ -d "$1" ] && [ ! -L "$1" ] && [ ! -w "$1" ]; then closed=$(stat -c %a "$1"); chmod u+w "$1"; fi
  mv -f "$1" "$2"
  [ -z "$closed" ] || chmod "$closed" "$2"
}

# merge FROM TO: a link is replaced, never followed, and a file may become a folder.
merge() (
  mode=
  if [ ! -w "$2" ]; then mode=$(stat -c %a "$2"); chmod u+w "$2"; fi
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$entry" ] || [ -L "$entry" ] || continue
    target=$2/${entry##*/}
    if [ -d "$entry" ] && [ ! -L "$entry" ]; then
      if [ -d "$target" ] && [ ! -L "$target" ]; then
        merge "$entry" "$target"
        continue
      fi
      rm -f "$target"
    elif [ -L "$target" ]; then
      [ ! -d "$target" ] || rm -f "$target"
    elif [ -d "$target" ]; then
      echo "$target: is a folder there" >&2
      exit 1
    fi
    place "$entry" "$target"
  done
  [ -z "$mode" ] || chmod "$mode" "$2"
)

remove_files
merge "$stage" "$parent"
set_modes
