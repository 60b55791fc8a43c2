const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/** How far a delivery is; while one that is waiting is claimed, people are told that it is `sending`. */
export type DeliveryState = 'waiting' | 'sent' | 'failed';

/** What one attempt at a delivery came to. `retry` says whether trying again can help. */
export type Attempt = { ok: true } | { ok: false; retry: boolean; reason: string };

/** Where an attempt leaves its delivery. Times are UTC ms. */
export interface Settlement {
  state: DeliveryState;
  /** When it is tried again, if it is. */
  nextAt?: number;
  lastError: string | null;
  doneAt: number | null;
}

/**
 * Milliseconds to wait after the `attempts`-th failed attempt: at most 2 s, doubling up to 10 minutes. Half of it is
 * left to `chance`, from 0 to 1, so that what failed together is not tried again together.
 */
export function backoff(attempts: number, chance: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
  return Math.round((longest * (1 + chance)) / 2);
}

/** What has been tried when: the `attempts`-th attempt ended at `now`, with a pause by `chance`; after `giveUpAt` it is tried no more. */
export interface Trial {
  attempts: number;
  now: number;
  giveUpAt: number;
  chance: number;
}

/** Sent, owed again after a pause, or given up. */
export function settlementOf(attempt: Attempt, { attempts, now, giveUpAt, chance }: Trial): Settlement {
  if (attempt.ok) return { state: 'sent', lastError: null, doneAt: now };
  const nextAt = now + backoff(attempts, chance);
  if (!attempt.retry || nextAt > giveUpAt) return { state: 'failed', lastError: attempt.reason, doneAt: now };
  return { state: 'waiting', nextAt, lastError: attempt.reason, doneAt: null };
}
