# Puts what comes as a tar stream in the place of `to`, file by file in one step each: a program that is half written is
# never seen under its name. The stage is beside the destination, on the same file system.

set -e
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

merge() (
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$entry" ] || [ -L "$entry" ] || continue
    target=$2/${entry##*/}
    if [ -d "$entry" ] && [ ! -L "$entry" ] && [ -d "$target" ] && [ ! -L "$target" ]; then
      merge "$entry" "$target"
    else
      [ ! -d "$target" ] || [ -L "$target" ] || { echo "$target: is a folder there" >&2; exit 1; }
      mv -f "$entry" "$target"
    fi
  done
)

merge "$stage" "$parent"
