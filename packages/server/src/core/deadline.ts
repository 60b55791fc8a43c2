import type { Status } from './status.ts';

/** From a report to the moment at which its promise is broken, milliseconds. */
export function patienceOf(promise: { periodSeconds: number; graceSeconds: number }): number {
  return (promise.periodSeconds + promise.graceSeconds) * 1000;
}

/** Whether the promise is broken at `now` and nobody has noticed yet. */
export function isOverdue(status: Status, now: number): boolean {
  return !status.silent && status.deadlineAt !== null && status.deadlineAt <= now;
}
