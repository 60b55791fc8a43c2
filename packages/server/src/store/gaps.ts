import type { Knex } from 'knex';
import { type Gap, MOST_CREDITS } from '../core/gap.ts';
import { againAlive, type Sign } from './collectors.ts';
import { loadMeta, lockMeta, saveMeta } from './meta.ts';
import { atomically, type Tx } from './transaction.ts';

const LAST_SIGN = 'last-sign-of-life';

/** When a collector last gave a sign of life; locked until the transaction ends. Undefined on a new database. */
export async function lockLastSign(tx: Tx): Promise<number | undefined> {
  return readTime(await lockMeta(tx, LAST_SIGN));
}

/** As {@link lockLastSign}, not locked. */
export async function findLastSign(db: Knex): Promise<number | undefined> {
  return readTime(await loadMeta(db, LAST_SIGN));
}

function readTime(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

export function saveLastSign(tx: Tx, at: number): Promise<void> {
  return saveMeta(tx, LAST_SIGN, String(at));
}

/**
 * Writes a collector's sign of life, when the last sign of any is not further than `mostMs` from it; a later one stays.
 * Returns whether it was written. In one statement each, so that on SQLite reports do not wait for questions and answers
 * of a transaction in between.
 */
export async function signAgain(db: Knex, sign: Sign, mostMs: number): Promise<boolean> {
  const at = sign.aliveAt;
  const sql = `update meta set value = case when cast(value as signed) > ? then value else ? end
    where name = ? and cast(value as signed) between ? and ?`;
  const last = { sql, runs: [[at, String(at), LAST_SIGN, at - mostMs, at + mostMs]], rows: 1 };
  return (await atomically(db, [last, againAlive(sign)])) !== undefined;
}

/** Records a gap, and gives all that is promised a fresh period: `credit` of `core/pulse.ts` in SQL, for all pulses. */
export async function creditGap(tx: Tx, { since, until }: Gap): Promise<void> {
  await tx('gaps').insert({ since, until });
  await tx('pulses')
    .whereNotNull('wake_at')
    .where('credits', '<', MOST_CREDITS)
    .update({ deadline_at: tx.raw('? + patience_ms', [until]), credits: tx.raw('credits + 1') });
}

/** After the clock went back to `now`, nothing has happened later, and all that is promised starts a fresh period. */
export async function startAnew(tx: Tx, now: number): Promise<void> {
  await tx('pulses').where('reported_at', '>', now).update({ reported_at: now });
  const deadline = tx.raw('? + patience_ms', [now]);
  await tx('pulses').whereNotNull('wake_at').update({ deadline_at: deadline, wake_at: deadline });
  for (const column of ['since', 'state_since', 'running_since', 'ended_at'])
    await tx('services')
      .where(column, '>', now)
      .update({ [column]: now });
}

/** The gaps that touch a range, the latest first; the newest `limit` of them, all unless given. */
export async function listGaps(db: Knex, since: number, until: number, limit?: number): Promise<Gap[]> {
  const query = db('gaps')
    .where('until', '>', since)
    .where('since', '<', until)
    .orderBy('until', 'desc')
    .select('since', 'until');
  return limit === undefined ? query : query.limit(limit);
}
