import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { MonitorDeps } from '../monitor/deps.ts';
import { recallAfter } from '../monitor/recall.ts';
import { createLoop, type Job } from './loop.ts';

/** Servers read at once: of a hundred services each within some 15 ms, in which reports wait. */
const CHUNK = 50;

export interface Recall extends Job {
  /** Reads as much as `ms` allow, or all; before there are reports that it would have to share the processor with. */
  readAhead(ms: number): Promise<void>;
}

/** After a start, reads what is known of all servers, so that it need not be looked up when they report. */
export function createRecall(deps: MonitorDeps, clock: Clock, log: Log): Recall {
  let next: number | undefined = 0;

  async function read(): Promise<void> {
    if (next !== undefined) next = await recallAfter(deps, next, CHUNK);
  }

  return {
    ...createLoop({
      name: 'recall',
      clock,
      log,
      longestSleepMs: Number.POSITIVE_INFINITY,
      async work(now) {
        await read();
        return next === undefined ? undefined : now;
      },
    }),
    async readAhead(ms) {
      const from = performance.now();
      while (next !== undefined && performance.now() - from < ms) await read();
    },
  };
}
