# $1: directory of one store, made here so that no moment exists in which nobody would remove it.
# Standard input stays open as long as the store is wanted; its end also tells that the JVM died, however it died.
trap '' HUP INT TERM
umask 077
mkdir "$1" || exit 1
echo ready
exec >/dev/null 2>&1
cd /
read -r _

# After the renaming no further process can start here: the starter writes the pid file, then looks for the directory.
gone="$1.gone"
mv "$1" "$gone" || exit 0

if read -r store <"$gone/pid"; then
  kill -STOP "$store" # a stopped process forks no more, so the list of its children is complete
  if [ -r /proc/self/stat ]; then
    for stat in /proc/[0-9]*/stat; do
      read -r child _ _ parent _ <"$stat" && [ "$parent" = "$store" ] && kill -KILL "$child"
    done
  else
    ps -A -o pid= -o ppid= | while read -r child parent; do
      [ "$parent" = "$store" ] && kill -KILL "$child"
    done
  fi
  kill -KILL "$store"
fi

# PostgreSQL killed this way leaves its System V segment; the seventh line of this file names it.
set -- $(sed -n 7p "$gone/data/postmaster.pid")
[ -n "$2" ] && ipcrm -m "$2"

tries=0 # a process on its way out may still add a file
while ! rm -rf "$gone" && [ "$tries" -lt 100 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
