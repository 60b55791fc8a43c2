#!/bin/sh
# Does a process of this name run?
# OK with its process ids and their number, ERR when there is none.

usage='Usage: pid-check.sh NAME    (the name of a program, without its folder; for example: pid-check.sh httpd)'
unknown() { printf '%s\n' "$1"; exit 3; }

[ "$1" != -h ] || { echo "$usage"; exit 3; }
[ $# -eq 1 ] || unknown "$usage"
case $1 in '' | */*) unknown "$usage" ;; esac
[ -r /proc/self/comm ] || unknown 'this system has no /proc'
name=$1

# The kernel cuts a process's name at 15 characters and a program may change it, so what it was started as counts too.
maybe=$({
  grep -lxF -e "$name" /proc/[0-9]*/comm
  grep -lF -e "$name" /proc/[0-9]*/cmdline
} 2> /dev/null | cut -d / -f 3 | sort -nu)

runs_as_name() {
  grep -q '^State:.[ZX]' "/proc/$1/status" && return 1 # it has ended
  read -r comm < "/proc/$1/comm" || return 1
  [ "$comm" != "$name" ] || return 0
  program=$(tr '\0' '\n' < "/proc/$1/cmdline" | head -n 1)
  [ "${program##*/}" = "$name" ]
}

pids='' count=0
for pid in $maybe; do
  [ "$pid" != $$ ] || continue
  # A process may end while we look at it.
  if runs_as_name "$pid" 2> /dev/null; then
    pids="$pids $pid" count=$((count + 1))
  fi
done

[ "$count" -gt 0 ] || { echo "$name does not run | processes=0;;;0"; exit 2; }
echo "$name runs, PID$pids | processes=$count;;;0"
