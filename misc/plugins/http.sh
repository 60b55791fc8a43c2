#!/bin/sh
# Does a web page answer? Redirects are followed.
# OK for a status below 400, WARN for one from 400 to 499, ERR for any other and for no answer in 10 seconds.

usage='Usage: http.sh URL    (for example: http.sh https://example.com/health)'
unknown() { printf '%s\n' "$1"; exit 3; }

[ "$1" != -h ] || { echo "$usage"; exit 3; }
[ $# -eq 1 ] || unknown "$usage"
case $1 in http://?* | https://?*) ;; *) unknown "$usage" ;; esac
command -v curl > /dev/null || unknown 'needs curl'
url=$1

# A password in the address is for the server alone, and a bar would start the numbers.
shown=$(printf '%s\n' "$url" | sed 's,//[^/]*@,//,; s,|,%7C,g')

answer=$(curl -gsSL --proto =http,https --max-redirs 5 --max-time 10 -o /dev/null \
  -w '%{http_code} %{time_total} %{size_download}' "$url" 2>&1) || {
  why=$(printf '%s\n' "$answer" | sed -n 's/^curl: //p' | head -n 1)
  printf '%s\n' "$shown: ${why:-no answer}"
  exit 2
}
# shellcheck disable=SC2086 # three words
set -- $answer
status=$1
text="$shown answered $status in $2 s"
numbers="time=${2}s;;10;0;10 size=${3}B;;;0"

printf '%s | %s\n' "$text" "$numbers"
case $status in
  [123]??) exit 0 ;;
  4??) exit 1 ;;
  *) exit 2 ;;
esac
