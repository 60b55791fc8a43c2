#!/bin/sh
// 2>/dev/null; cores=$(nproc 2>/dev/null || echo 4)
// 2>/dev/null; threads=--v8-pool-size=$((cores < 4 ? cores : 4))
// 2>/dev/null; exec node $threads --max-semi-space-size=32 --no-allocation-site-pretenuring --heap-growing-percent=100 "$0" "$@"
// For the shell the lines above start Node (docs/performance.md):
// - with no more threads for V8 than there are cores, instead of four: on a single one they take turns with whoever waits for
//   a report, and with a database beside it, whenever the old is marked;
// - with more room for what is new: with V8's own 16 MB, reports that wait for the disk are soon taken for old, and
//   collecting them takes twice the time. Nor may V8 take for old at once what a burst kept for long: it mostly did so ever
//   after, and kept each request until the old was collected;
// - and the old is marked when it has doubled: by V8's own lights every 8 MB, for 50 ms each, which is the slowest hundredth
//   of all POSTs.
import '../dist/src/main.js';
