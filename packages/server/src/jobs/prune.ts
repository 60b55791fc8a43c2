import type { Knex } from 'knex';
import { type Clock, DAY_MS } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { type GrowingTable, pruneOldest } from '../store/history.ts';
import { transaction } from '../store/transaction.ts';
import { createLoop, type Job } from './loop.ts';

/** Rows removed in one transaction, so that reports never wait long behind it. */
const CHUNK = 2000;
/** Pause between two chunks while there is more to remove. */
const BREATH_MS = 200;
const REST_MS = 60_000;
/** For so long at the least a late report is known again when it is sent twice. */
const LATE_KNOWN_MS = DAY_MS;
/** The same of an alert and its id: a client that was away for a week may still send it again. */
const POSTED_KNOWN_MS = 8 * DAY_MS;

/** Removes what is older than the settings keep, a little at a time. */
export function createPrune(db: Knex, config: Config, clock: Clock, log: Log): Job {
  const keep: [GrowingTable, number][] = [
    ['reports', config.keepReportsMs],
    ['late_reports', Math.max(config.keepReportsMs, LATE_KNOWN_MS)],
    ['posted_alerts', POSTED_KNOWN_MS],
    ['spans', config.keepHistoryMs],
    ['gaps', config.keepHistoryMs],
    ['filled_gaps', config.keepHistoryMs],
    ['alerts', config.keepAlertsMs],
  ];
  return createLoop({
    name: 'prune',
    clock,
    log,
    longestSleepMs: REST_MS,
    async work(now) {
      let isMore = false;
      for (const [table, keepMs] of keep) {
        const removed = await transaction(db, (tx) => pruneOldest(tx, table, now - keepMs, CHUNK));
        if (removed > 0) log.debug({ table, removed }, 'pruned');
        if (removed >= CHUNK) isMore = true;
      }
      return now + (isMore ? BREATH_MS : REST_MS);
    },
  });
}
