import type { Knex } from 'knex';
import type { Tx } from './transaction.ts';

/** A named value about the database itself. */
export async function loadMeta(db: Knex, name: string): Promise<string | undefined> {
  const row: { value: string } | undefined = await db('meta').where({ name }).first('value');
  return row?.value;
}

/** As {@link loadMeta}; nobody else changes it until the transaction ends. */
export async function lockMeta(tx: Tx, name: string): Promise<string | undefined> {
  const row: { value: string } | undefined = await tx('meta').where({ name }).forUpdate().first('value');
  return row?.value;
}

/** Keeps the value that was there first; returns what is stored now. */
export async function keepFirstMeta(db: Knex, name: string, value: string): Promise<string> {
  await db('meta').insert({ name, value }).onConflict('name').ignore();
  return (await loadMeta(db, name)) as string;
}

/** Writes a value; it has reached the disk when this returns. */
export async function saveMeta(db: Knex, name: string, value: string): Promise<void> {
  await db('meta').insert({ name, value }).onConflict('name').merge();
}
