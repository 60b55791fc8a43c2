import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { isRetryable } from './dialect.ts';

export type Tx = Knex.Transaction;

const MOST_ATTEMPTS = 10;
const LONGEST_PAUSE_MS = 50;

/** Runs `work` in one transaction, again from the start when another one got in its way; so `work` must be safe to repeat. */
export async function transaction<T>(db: Knex, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (!isRetryable(error) || attempt === MOST_ATTEMPTS) throw error;
      await pause(Math.random() * LONGEST_PAUSE_MS);
    }
  }
}
