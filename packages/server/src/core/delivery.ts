const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 10 * 60_000;

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

/** Milliseconds to wait after the `attempts`-th failed attempt: 2 s, doubling up to 10 minutes. */
export function backoff(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
}

/** Sent, owed again after a pause, or given up: failing deliveries are tried until `giveUpAt`. */
export function settlementOf(attempt: Attempt, attempts: number, giveUpAt: number, now: number): Settlement {
  if (attempt.ok) return { state: 'sent', lastError: null, doneAt: now };
  const nextAt = now + backoff(attempts);
  if (!attempt.retry || nextAt > giveUpAt) return { state: 'failed', lastError: attempt.reason, doneAt: now };
  return { state: 'waiting', nextAt, lastError: attempt.reason, doneAt: null };
}
