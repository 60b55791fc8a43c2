import type { Status } from './status.ts';

/** When the promise of a report received at `at` (UTC ms) is broken. */
export function deadlineAfter(at: number, periodSeconds: number, graceSeconds: number): number {
  return at + (periodSeconds + graceSeconds) * 1000;
}

/** Whether the promise is broken at `now` and nobody has noticed yet. */
export function isOverdue(status: Status, now: number): boolean {
  return !status.silent && status.deadlineAt <= now;
}

/**
 * When the sweep must look at a service next, given when it would look anyway (null: never).
 * A later deadline leaves the earlier wake-up in place, so that a steady report does not rewrite the index;
 * the sweep moves it when it comes due. A silent service needs no looking at.
 */
export function wakeAt(planned: number | null, status: Status): number | null {
  if (status.silent) return null;
  return planned !== null && planned <= status.deadlineAt ? planned : status.deadlineAt;
}
