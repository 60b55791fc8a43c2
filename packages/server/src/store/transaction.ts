import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { isRetryable } from './dialect.ts';
import type { Statement } from './sqlite/connection.ts';
import { runAtomically } from './statements.ts';

export type Tx = Knex.Transaction;

const MOST_ATTEMPTS = 10;
const LONGEST_PAUSE_MS = 50;

/** Runs `work` in one transaction, again from the start when another one got in its way; so `work` must be safe to repeat. */
export function transaction<T>(db: Knex, work: (tx: Tx) => Promise<T>): Promise<T> {
  return repeated(() => db.transaction(work));
}

/**
 * Runs statements in one transaction, again when another one got in its way.
 * Returns how many rows each touched; undefined when one touched another number than it must, and all was undone.
 */
export function atomically(db: Knex, statements: Statement[]): Promise<number[] | undefined> {
  return repeated(() => runAtomically(db, statements));
}

async function repeated<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRetryable(error) || attempts === MOST_ATTEMPTS) throw error;
      await pause(Math.random() * LONGEST_PAUSE_MS);
    }
  }
}
