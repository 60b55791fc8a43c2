import type { Knex } from 'knex';

/** What reports say beside state and period: a title, a run that has begun, an end on purpose. */
export async function up(db: Knex): Promise<void> {
  if (await db.schema.hasColumn('services', 'ended_at')) return;
  await db.schema.alterTable('services', (table) => {
    table.string('reported_title', 255);
    table.bigInteger('running_since');
    table.bigInteger('ended_at');
  });
}
