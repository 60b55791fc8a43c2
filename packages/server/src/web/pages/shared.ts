import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';

/** A page that many look at is rendered once for all of them; it is never older than this, nor than the last change. */
const MOST_AGE_MS = 1000;
/** More are not held in memory, even if all are looked at within a second. */
const MOST_PAGES = 200;

/** A page as it is sent. */
export interface Made {
  text: string;
  /** The same, compressed: that costs more than the making. */
  gzip: Buffer;
  /** Those of the first answer. */
  headers: OutgoingHttpHeaders;
}

interface Entry {
  version: number;
  at: number;
  made: Promise<Made>;
}

export interface Shared {
  /** Gives the page that a request asks for: as it was made a moment ago, or made now. Rejects as `make` does, and forgets it. */
  give(req: IncomingMessage, headers: OutgoingHttpHeaders, make: () => Promise<string>): Promise<Made>;
  /** Answers with a page that was made a moment ago; false when there is none. It stands in front of Express, which costs several times as much. */
  answer(req: IncomingMessage, res: ServerResponse): boolean;
}

const zip = promisify<string, ZlibOptions, Buffer>(gzip);
/** Half the time of the usual level, and hardly longer. */
const LEVEL = { level: 3 };

export function createShared(version: () => number, now: () => number): Shared {
  const entries = new Map<string, Entry>();

  function isFresh(entry: Entry): boolean {
    return entry.version === version() && Math.abs(now() - entry.at) < MOST_AGE_MS;
  }

  function forgetOld(): void {
    for (const [key, entry] of entries) if (!isFresh(entry)) entries.delete(key);
    if (entries.size >= MOST_PAGES) entries.clear();
  }

  return {
    give(req, headers, make) {
      const key = keyOf(req);
      const found = entries.get(key);
      if (found && isFresh(found)) return found.made;
      forgetOld();
      const made = make().then(async (text) => ({ text, gzip: await zip(text, LEVEL), headers }));
      entries.set(key, { version: version(), at: now(), made });
      made.catch(() => entries.delete(key));
      return made;
    },
    answer(req, res) {
      if (req.method !== 'GET' || !takesGzip(req)) return false;
      const found = entries.get(keyOf(req));
      if (!found || !isFresh(found)) return false;
      found.made.then(
        ({ gzip, headers }) => res.writeHead(200, { ...headers, ...lengthOf(gzip) }).end(gzip),
        () => res.writeHead(503, { 'Retry-After': '1' }).end(), // who asked first is told why
      );
      return true;
    },
  };
}

/** How a compressed page is marked. */
export function lengthOf(gzip: Buffer): OutgoingHttpHeaders {
  return { 'content-encoding': 'gzip', 'content-length': gzip.length };
}

export function takesGzip({ headers }: IncomingMessage): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\b)/.test(String(headers['accept-encoding'] ?? ''));
}

/** What a page depends on: its address, and how the collector is called in it. */
export function keyOf({ url, headers }: IncomingMessage): string {
  return `${headers['x-forwarded-proto'] ?? ''} ${headers['x-forwarded-host'] ?? headers.host} ${url}`;
}
