#!/bin/sh
# When was a file last changed? For backups, exports, heartbeats.
# WARN from WARN seconds, ERR from CRIT seconds, and ERR when there is no such file.

usage='Usage: file-age.sh FILE WARN CRIT    (seconds; for example: file-age.sh /backup/db.gz 90000 180000)'
unknown() { printf '%s\n' "$1"; exit 3; }

[ "$1" != -h ] || { echo "$usage"; exit 3; }
[ $# -eq 3 ] || unknown "$usage"
[ -n "$1" ] || unknown "$usage"
file=$1 warn=$2 crit=$3
for number in "$warn" "$crit"; do
  case $number in '' | *[!0-9]* | ???????????*) unknown "$usage" ;; esac
done
[ "$warn" -le "$crit" ] || unknown "$usage, and WARN is at most CRIT"

case $file in -*) file=./$file ;; esac # not an option
[ -e "$file" ] || { printf '%s\n' "$file does not exist, or its folder is closed to $(id -un)"; exit 2; }
changed=$(stat -Lc %Y "$file" 2> /dev/null || stat -Lf %m "$file" 2> /dev/null) || unknown "cannot look at $file"
size=$(stat -Lc %s "$file" 2> /dev/null || stat -Lf %z "$file" 2> /dev/null) || unknown "cannot look at $file"
age=$(($(date +%s) - changed))
[ "$age" -ge 0 ] || unknown "$file was changed $((-age)) s in the future; check the clock"

text="$file was changed $age s ago, $size bytes"
numbers="age=${age}s;$warn;$crit;0 size=${size}B;;;0"

code=0
[ "$age" -lt "$warn" ] || code=1
[ "$age" -lt "$crit" ] || code=2
printf '%s | %s\n' "$text" "$numbers"
exit $code
