import type { Knex } from 'knex';
import type { Statement } from './sqlite/connection.ts';
import type { Tx } from './transaction.ts';

/** A collector on this database. Times in UTC milliseconds. */
export interface Collector {
  name: string;
  version: string;
  startedAt: number;
  /** Its last sign of life. */
  aliveAt: number;
}

/** What a collector says with its sign of life, for the others on its database. */
export interface Sign extends Collector {
  /** How many changes it made since it started. */
  changes: number;
  /** What was sent to it within so many milliseconds it may not have heard yet; 0 when it is not behind. */
  behindMs: number;
}

/** How many changes the other collectors on this database made; another number when one made more, or began anew. */
export async function countChanges(db: Knex, except: string): Promise<number> {
  const row = await db('collectors').whereNot('name', except).sum({ sum: 'changes' }).first();
  return Number(row?.sum ?? 0);
}

/** How far the collector is behind that is furthest, of those that gave a sign of life since `since`, milliseconds; of all but one. */
export async function findMostBehind(db: Knex, since: number, except = ''): Promise<number> {
  const others = db('collectors').where('alive_at', '>=', since).whereNot('name', except);
  const row = await others.max({ most: 'behind_ms' }).first();
  return Number(row?.most ?? 0);
}

/** Writes a collector's sign of life. */
export async function saveSign(
  tx: Tx,
  { name, version, startedAt, aliveAt, changes, behindMs }: Sign,
): Promise<void> {
  const row = { name, version, started_at: startedAt, alive_at: aliveAt, changes, behind_ms: behindMs };
  await tx('collectors').insert(row).onConflict('name').merge();
}

/** Writes the same of a collector that has signed before. */
export function againAlive({ name, version, aliveAt, changes, behindMs }: Sign): Statement {
  const sql = 'update collectors set version = ?, alive_at = ?, changes = ?, behind_ms = ? where name = ?';
  return { sql, runs: [[version, aliveAt, changes, behindMs, name]], rows: 1 };
}

/** Forgets collectors that gave no sign of life since `before`. */
export async function forgetCollectors(tx: Tx, before: number): Promise<void> {
  await tx('collectors').where('alive_at', '<', before).delete();
}

/** All collectors, by name. */
export async function listCollectors(db: Knex): Promise<Collector[]> {
  return db('collectors')
    .orderBy('name')
    .select({ name: 'name', version: 'version', startedAt: 'started_at', aliveAt: 'alive_at' });
}
