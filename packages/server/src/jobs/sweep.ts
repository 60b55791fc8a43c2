import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { MonitorDeps } from '../monitor/deps.ts';
import { expireOverdue } from '../monitor/expire.ts';
import type { Listening } from '../monitor/listening.ts';
import { createLoop, type Job } from './loop.ts';

/** A promise that another collector recorded and then died with is still noticed within a second. */
const LONGEST_SLEEP_MS = 500;
/** With many services something is due every millisecond; a look at all of it at once, soon enough for anyone, is cheaper. */
const SHORTEST_SLEEP_MS = 50;

/**
 * Turns missed deadlines into alerts the moment they pass, asleep until the next one.
 * `settled` is waited for first: a report that came in time but is still on its way to the disk keeps its promise.
 */
export function createSweep(
  deps: MonitorDeps,
  listening: Listening,
  settled: () => Promise<void>,
  clock: Clock,
  log: Log,
): Job {
  return createLoop({
    name: 'sweep',
    clock,
    log,
    longestSleepMs: LONGEST_SLEEP_MS,
    shortestSleepMs: SHORTEST_SLEEP_MS,
    async work(now) {
      await listening.ready();
      await settled();
      return expireOverdue(deps, now);
    },
  });
}
