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

/** How many changes the other collectors on this database made; another number when one made more, or began anew. */
export async function countChanges(db: Knex, except: string): Promise<number> {
  const row = await db('collectors').whereNot('name', except).sum({ sum: 'changes' }).first();
  return Number(row?.sum ?? 0);
}

/** Writes a collector's sign of life, and how many changes it made since it started. */
export async function saveCollector(
  tx: Tx,
  { name, version, startedAt, aliveAt }: Collector,
  changes: number,
): Promise<void> {
  const row = { name, version, started_at: startedAt, alive_at: aliveAt, changes };
  await tx('collectors').insert(row).onConflict('name').merge();
}

/** Writes the same of a collector that has signed before. */
export function againAlive({ name, version, aliveAt }: Collector, changes: number): Statement {
  const sql = 'update collectors set version = ?, alive_at = ?, changes = ? where name = ?';
  return { sql, runs: [[version, aliveAt, changes, name]], rows: 1 };
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
