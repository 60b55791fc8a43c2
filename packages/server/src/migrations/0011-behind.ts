import type { Knex } from 'knex';

/** How far a collector is behind, for the others on its database: what it may not have heard yet is not missed. */
export async function up(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('collectors', 'behind_ms')) return;
  await db.schema.alterTable('collectors', (table) => {
    table.integer('behind_ms').notNullable().defaultTo(0);
  });
}
