import type { Knex } from 'knex';
import type { Tx } from './transaction.ts';

/** Counts an attempt that failed; returns how many have failed since the last that did not. */
export async function countFailure(tx: Tx, name: string): Promise<number> {
  await tx('channels').insert({ name, failures: 0 }).onConflict('name').ignore();
  await tx('channels').where({ name }).increment('failures');
  return (await tx('channels').where({ name }).first('failures'))?.failures;
}

/** Notes that a channel fails. True when that was not known, so that others are told once. */
export async function markFailing(tx: Tx, name: string, now: number): Promise<boolean> {
  return (await tx('channels').where({ name }).whereNull('failing_since').update({ failing_since: now })) > 0;
}

/** Notes that a channel works. True when it was known to fail. */
export async function markWorking(tx: Tx, name: string): Promise<boolean> {
  await tx('channels').where({ name }).where('failures', '>', 0).update({ failures: 0 });
  return (
    (await tx('channels').where({ name }).whereNotNull('failing_since').update({ failing_since: null })) > 0
  );
}

/** The channels that fail, by name. */
export async function listFailing(db: Knex): Promise<string[]> {
  return db('channels').whereNotNull('failing_since').orderBy('name').pluck('name');
}
