#!/bin/sh
// 2>/dev/null; exec node --max-semi-space-size=32 "$0" "$@"
// For the shell the line above starts Node, with more room for what is new: with V8's own 16 MB, reports that wait for the
// disk are soon taken for old, and collecting them takes twice the time (docs/performance.md).
import '../dist/src/main.js';
