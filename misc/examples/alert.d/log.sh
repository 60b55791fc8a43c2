#!/bin/sh
# Appends the alert on standard input to alerts.log beside this script, under a line with the time.
set -e
alert=$(cat)
# A collector that dies in this moment hands over nothing; the alert comes again.
[ -n "$alert" ]
# One write, so that two alerts at a time do not mix.
printf '%s\n%s\n\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$alert" >> "$(dirname "$0")/alerts.log"
