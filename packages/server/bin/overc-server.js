#!/usr/bin/env -S node --max-semi-space-size=32
// With 16 MB, V8's own figure, reports that wait for the disk are soon taken for old, and collecting them takes twice
// the time (docs/performance.md).
import '../dist/src/main.js';
