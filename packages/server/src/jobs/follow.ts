import type { Knex } from 'knex';
import type { Clock } from '../clock.ts';
import type { Changes } from '../live/changes.ts';
import type { Log } from '../log.ts';
import { countChanges } from '../store/collectors.ts';
import { createLoop, type Job } from './loop.ts';

const EVERY_MS = 500;

/** While somebody watches, notices what other collectors on the same database changed. */
export function createFollow(db: Knex, changes: Changes, name: () => string, clock: Clock, log: Log): Job {
  let last: number | undefined;
  return createLoop({
    name: 'follow',
    clock,
    log,
    longestSleepMs: EVERY_MS,
    async work(now) {
      if (!changes.isWatched()) return now + EVERY_MS;
      const count = await countChanges(db, name());
      // What came while nobody watched is news too: a page may have been made before it and opened its stream after it.
      if (count !== last) changes.noteOther();
      last = count;
      return now + EVERY_MS;
    },
  });
}
