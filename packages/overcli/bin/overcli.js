#!/usr/bin/env node
import '../dist/overcli.mjs';
