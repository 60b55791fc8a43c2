import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';

/** A page that many look at is rendered once for all of them; it is never older than this, nor than the last change. */
const MOST_AGE_MS = 1000;
/** More are not held in memory, even if all are looked at within a second. */
const MOST_PAGES = 200;

/** What is made for a key. */
export interface Made {
  text: string;
  /** The same, compressed: that costs more than the making. */
  gzip: Buffer;
}

interface Entry {
  version: number;
  at: number;
  made: Promise<Made>;
}

/** Gives what a key stands for: as it was made a moment ago, or made now. Rejects as `make` does, and forgets it. */
export type Shared = (key: string, make: () => Promise<string>) => Promise<Made>;

const zip = promisify<string, ZlibOptions, Buffer>(gzip);
/** Half the time of the usual level, and hardly longer. */
const LEVEL = { level: 3 };

export function createShared(version: () => number, now: () => number): Shared {
  const entries = new Map<string, Entry>();

  function isFresh(entry: Entry): boolean {
    return entry.version === version() && Math.abs(now() - entry.at) < MOST_AGE_MS;
  }

  return (key, make) => {
    const found = entries.get(key);
    if (found && isFresh(found)) return found.made;
    for (const [other, entry] of entries) if (!isFresh(entry)) entries.delete(other);
    if (entries.size >= MOST_PAGES) entries.clear();
    const made = make().then(async (text) => ({ text, gzip: await zip(text, LEVEL) }));
    entries.set(key, { version: version(), at: now(), made });
    made.catch(() => entries.delete(key));
    return made;
  };
}
