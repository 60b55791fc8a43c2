import type { Knex } from 'knex';
import { exactCollation } from '../store/dialect.ts';

/** The ids under which servers posted alerts, by which one that comes again is known. */
export async function up(db: Knex): Promise<void> {
  if (await db.schema.hasTable('posted_alerts')) return;
  const collation = await exactCollation(db);
  await db.schema.createTable('posted_alerts', (table) => {
    if (collation) table.charset('utf8mb4');
    if (collation) table.collate(collation);
    table.bigInteger('server_id').notNullable();
    table.string('posted_id', 255).notNullable();
    table.bigInteger('at').notNullable().index();
    table.primary(['server_id', 'posted_id']);
  });
}
