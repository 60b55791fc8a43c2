import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { MonitorDeps } from '../monitor/deps.ts';
import { recallAfter } from '../monitor/recall.ts';
import { createLoop, type Job } from './loop.ts';

/** Servers read at once: few, so that reports never wait long behind it. */
const CHUNK = 10;

/** After a start, reads what is known of all servers, so that it need not be looked up when they report. */
export function createRecall(deps: MonitorDeps, clock: Clock, log: Log): Job {
  let next: number | undefined = 0;
  return createLoop({
    name: 'recall',
    clock,
    log,
    longestSleepMs: Number.POSITIVE_INFINITY,
    async work(now) {
      if (next !== undefined) next = await recallAfter(deps, next, CHUNK);
      return next === undefined ? undefined : now;
    },
  });
}
