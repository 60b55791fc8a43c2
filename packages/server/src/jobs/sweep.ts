import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { MonitorDeps } from '../monitor/deps.ts';
import { expireOverdue } from '../monitor/expire.ts';
import type { Listening } from '../monitor/listening.ts';
import type { Sign } from '../store/collectors.ts';
import { createLoop, type Job } from './loop.ts';

/** A promise that another collector recorded and then died with is still noticed within a second. */
const LONGEST_SLEEP_MS = 500;
/** With many services something is due every millisecond; a look at all of it at once, soon enough for anyone, is cheaper. */
const SHORTEST_SLEEP_MS = 50;

export interface Sweep extends Job {
  /** How long what was due waited at the most since this was last asked, milliseconds. */
  takeDelay(): number;
}

/** What the sweep asks first. */
export interface Hearing {
  /** Resolves when all that was received before is on disk or refused. */
  settled(): Promise<void>;
  /** What the collector says of itself: how far it is behind. */
  says(): Pick<Sign, 'name' | 'behindMs'>;
}

/**
 * Turns missed deadlines into alerts the moment they pass, asleep until the next one. A report that came in time but is
 * still on its way to the disk keeps its promise, and so may one that has not been heard yet.
 */
export function createSweep(
  deps: MonitorDeps,
  listening: Listening,
  hearing: Hearing,
  clock: Clock,
  log: Log,
): Sweep {
  /** Since when something is due; undefined while the sweep sleeps. */
  let dueSince: number | undefined;
  let longestMs = 0;
  const note = () => {
    if (dueSince !== undefined) longestMs = Math.max(longestMs, clock.now() - dueSince);
  };

  const loop = createLoop({
    name: 'sweep',
    clock,
    log,
    longestSleepMs: LONGEST_SLEEP_MS,
    shortestSleepMs: SHORTEST_SLEEP_MS,
    async work(now) {
      const said = hearing.says();
      await listening.ready();
      dueSince = clock.now();
      try {
        await hearing.settled();
        return await expireOverdue(deps, now, said);
      } finally {
        note();
        dueSince = undefined;
      }
    },
  });
  return {
    ...loop,
    takeDelay() {
      note();
      const ms = longestMs;
      longestMs = 0;
      return ms;
    },
  };
}
