import type { Knex } from 'knex';
import type { Tx } from './transaction.ts';

/** Notes that a channel fails. True when it did not fail before, so that others are told once. */
export async function markFailing(tx: Tx, name: string, now: number): Promise<boolean> {
  await tx('channels').insert({ name, failing_since: null }).onConflict('name').ignore();
  return (await tx('channels').where({ name }).whereNull('failing_since').update({ failing_since: now })) > 0;
}

/** Notes that a channel works. True when it failed before. */
export async function markWorking(tx: Tx, name: string): Promise<boolean> {
  return (
    (await tx('channels').where({ name }).whereNotNull('failing_since').update({ failing_since: null })) > 0
  );
}

/** The channels that fail, by name. */
export async function listFailing(db: Knex): Promise<string[]> {
  return db('channels').whereNotNull('failing_since').orderBy('name').pluck('name');
}
