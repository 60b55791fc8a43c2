#!/bin/sh
// 2>/dev/null; exec node --max-semi-space-size=32 --no-allocation-site-pretenuring --heap-growing-percent=100 "$0" "$@"
// For the shell the line above starts Node, with more room for what is new: with V8's own 16 MB, reports that wait for the
// disk are soon taken for old, and collecting them takes twice the time. Nor may V8 take for old at once what a burst kept for
// long: it mostly did so ever after, and kept each request until the old was collected. And the old is marked when it has
// doubled: by V8's own lights every 8 MB, for 50 ms each, which is the slowest hundredth of all POSTs (docs/performance.md).
import '../dist/src/main.js';
