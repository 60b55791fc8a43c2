import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Listening } from '../monitor/listening.ts';
import { createLoop, type Job } from './loop.ts';

/** Leaves a sign of life in the database, every `everyMs`. */
export function createSign(listening: Listening, everyMs: number, clock: Clock, log: Log): Job {
  return createLoop({
    name: 'sign of life',
    clock,
    log,
    longestSleepMs: everyMs,
    async work(now) {
      await listening.sign();
      return now + everyMs;
    },
  });
}
