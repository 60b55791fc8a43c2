import type { Knex } from 'knex';

/** How many attempts on a channel failed one after the other. */
export async function up(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('channels', 'failures')) return;
  await db.schema.alterTable('channels', (table) => {
    table.integer('failures').notNullable().defaultTo(0);
  });
}
