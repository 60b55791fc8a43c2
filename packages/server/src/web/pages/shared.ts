/** A page that many look at is rendered once for all of them; it is never older than this, nor than the last change. */
const MOST_AGE_MS = 1000;
/** More are not held in memory. */
const MOST_PAGES = 200;

interface Entry {
  version: number;
  at: number;
  text: Promise<string>;
}

/** Gives the text for a key: as it was made a moment ago, or made now. Rejects as `make` does, and forgets it. */
export type Shared = (key: string, make: () => Promise<string>) => Promise<string>;

export function createShared(version: () => number, now: () => number): Shared {
  const entries = new Map<string, Entry>();

  function isFresh(entry: Entry): boolean {
    return entry.version === version() && Math.abs(now() - entry.at) < MOST_AGE_MS;
  }

  return (key, make) => {
    const found = entries.get(key);
    if (found && isFresh(found)) return found.text;
    if (entries.size >= MOST_PAGES) entries.clear();
    const entry = { version: version(), at: now(), text: make() };
    entries.set(key, entry);
    entry.text.catch(() => entries.delete(key));
    return entry.text;
  };
}
