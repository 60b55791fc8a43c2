import type { Knex } from 'knex';

/** Services whose alerts are withheld, and what people were told of them last where that is not as it is: null, it is. */
export async function up(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('services', 'paused')) return;
  await db.schema.alterTable('services', (table) => {
    table.boolean('paused').notNullable().defaultTo(false);
    table.string('told_state', 4);
    table.boolean('told_silent');
  });
}
