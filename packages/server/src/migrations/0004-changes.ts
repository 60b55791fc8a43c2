import type { Knex } from 'knex';

/** How many changes a collector made since it started, for the others on its database. */
export async function up(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('collectors', 'changes')) return;
  await db.schema.alterTable('collectors', (table) => {
    table.bigInteger('changes').notNullable().defaultTo(0);
  });
}
