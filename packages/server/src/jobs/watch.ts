import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Lateness } from '../monitor/lateness.ts';
import { createLoop, type Job } from './loop.ts';

const EVERY_MS = 1000;

/** Has the collector look every second whether it runs late. */
export function createWatch(lateness: Lateness, clock: Clock, log: Log): Job {
  return createLoop({
    name: 'watch',
    clock,
    log,
    longestSleepMs: EVERY_MS,
    async work(now) {
      await lateness.look();
      return now + EVERY_MS;
    },
  });
}
