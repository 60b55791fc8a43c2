/** The first pause after a failure; every further failure doubles it. */
const FIRST_MS = 500;
/** No pause is longer, whatever the collector asks for: promises are waiting. */
export const LONGEST_MS = 15_000;
const DOUBLINGS = 10;
/** Up to how much longer than asked a client waits, so that a thousand clients do not come back in one instant. */
const SPREAD = 0.25;

export interface Attempt {
  /** How many times in a row it has failed, this time included. */
  failures: number;
  /** What the collector's Retry-After asked for. */
  retryAfterMs?: number | undefined;
  /** From 0 to 1. */
  random: number;
}

/** Milliseconds to wait before the next try: what was asked for, or else exponential backoff; with jitter, at most LONGEST_MS. */
export function retryDelay({ failures, retryAfterMs, random }: Attempt): number {
  if (retryAfterMs !== undefined)
    return Math.min(Math.max(retryAfterMs, FIRST_MS) * (1 + SPREAD * random), LONGEST_MS);
  const longest = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, DOUBLINGS), LONGEST_MS);
  return longest * (0.5 + 0.5 * random);
}
