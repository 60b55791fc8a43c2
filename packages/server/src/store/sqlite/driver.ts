import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

/** better-sqlite3 13 is built on this version of Node-API, which Node 22.14 and newer have. */
const NODE_API_OF_13 = 10;

const require = createRequire(import.meta.url);

/**
 * better-sqlite3 for the Node that runs: 13 ends Node 20 with a segmentation fault, and 12 aborts Node 24.19 and newer
 * when it collects a statement. Both have the same interface as far as we use it (docs/adr/0008).
 */
export const Sqlite: typeof BetterSqlite3 = require(
  Number(process.versions.napi) >= NODE_API_OF_13 ? 'better-sqlite3' : 'better-sqlite3-12',
);
