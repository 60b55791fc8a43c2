#!/bin/sh
# How full is the file system that holds PATH?
# WARN from WARN% used space, ERR from CRIT%. Inodes count like space.

usage='Usage: disk.sh PATH WARN% CRIT%    (for example: disk.sh / 80% 90%)'
unknown() { printf '%s\n' "$1"; exit 3; }
percent() { # a whole number from 0 to 100, with or without its sign
  case ${1%\%} in '' | *[!0-9]* | ????*) unknown "$usage" ;; esac
  [ "${1%\%}" -le 100 ] || unknown "$usage"
  echo "${1%\%}"
}

[ "$1" != -h ] || { echo "$usage"; exit 3; }
[ $# -eq 3 ] || unknown "$usage"
path=$1
warn=$(percent "$2") || { echo "$warn"; exit 3; }
crit=$(percent "$3") || { echo "$crit"; exit 3; }
[ "$warn" -le "$crit" ] || unknown "$usage, and WARN is at most CRIT"
[ -e "$path" ] || unknown "no such path: $path"

# The used share as df counts it: what is kept for root is not free.
used_share() { LC_ALL=C df "$1" -- "$path" 2> /dev/null | sed -n '2s|.* \([0-9]*\)% .*|\1|p'; }
space=$(used_share -Pk)
inodes=$(used_share -Pi)
[ -n "$space" ] || unknown "df does not tell how full $path is"
[ -n "$inodes" ] || inodes=0 # btrfs and others do not count them

used=$space
[ "$inodes" -le "$used" ] || used=$inodes
text="$path: $space% of space and $inodes% of inodes used"
numbers="space=$space%;$warn;$crit;0;100 inodes=$inodes%;$warn;$crit;0;100"

code=0
[ "$used" -lt "$warn" ] || code=1
[ "$used" -lt "$crit" ] || code=2
printf '%s | %s\n' "$text" "$numbers"
exit $code
