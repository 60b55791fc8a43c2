const WINDOW_MS = 60_000;
const MOST_IN_WINDOW = 20;
const MOST_REMEMBERED = 10_000;

export interface BadKeys {
  /** Seconds to wait when this address has sent too many wrong keys for this server; 0 when it may try. */
  retryAfter(ip: string | null, server: string, now: number): number;
  note(ip: string | null, server: string, now: number): void;
}

/** Counts wrong keys by sender and server name, so that nobody can guess at a key's full speed, and nobody else is held up by it. */
export function createBadKeys(): BadKeys {
  const windows = new Map<string, { count: number; until: number }>();
  const keyOf = (ip: string | null, server: string) => `${ip} ${server}`;
  return {
    retryAfter(ip, server, now) {
      if (windows.size === 0) return 0;
      const window = windows.get(keyOf(ip, server));
      if (!window || window.until <= now || window.count < MOST_IN_WINDOW) return 0;
      return Math.ceil((window.until - now) / 1000);
    },
    note(ip, server, now) {
      const key = keyOf(ip, server);
      const window = windows.get(key);
      if (window && window.until > now) {
        window.count++;
        return;
      }
      windows.delete(key);
      windows.set(key, { count: 1, until: now + WINDOW_MS });
      if (windows.size > MOST_REMEMBERED) windows.delete(windows.keys().next().value as string);
    },
  };
}
