#!/bin/sh
# How busy is the machine? The average number of processes that ran or waited, over the last 5 minutes.
# WARN from WARN, ERR from CRIT.

usage='Usage: load.sh WARN CRIT    (for example: load.sh 4 8.5)'
unknown() { printf '%s\n' "$1"; exit 3; }

[ "$1" != -h ] || { echo "$usage"; exit 3; }
[ $# -eq 2 ] || unknown "$usage"
warn=$1 crit=$2
for number in "$warn" "$crit"; do
  case $number in '' | . | *[!0-9.]* | *.*.*) unknown "$usage" ;; esac
done
at_least() { LC_ALL=C awk -v a="$1" -v b="$2" 'BEGIN { exit !(a + 0 >= b + 0) }'; }
at_least "$crit" "$warn" || unknown "$usage, and WARN is at most CRIT"

read -r one five fifteen _ 2> /dev/null < /proc/loadavg || unknown 'this system has no /proc/loadavg'

text="load $one, $five, $fifteen over 1, 5 and 15 minutes"
numbers="load1=$one;;;0 load5=$five;$warn;$crit;0 load15=$fifteen;;;0"

code=0
at_least "$five" "$warn" && code=1
at_least "$five" "$crit" && code=2
printf '%s | %s\n' "$text" "$numbers"
exit $code
