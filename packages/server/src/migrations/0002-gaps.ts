import type { Knex } from 'knex';
import { exactCollation } from '../store/dialect.ts';

/** Signs of life of collectors, the gaps in which there were none, and how often they gave a promise a fresh period. */
export async function up(db: Knex): Promise<void> {
  if (!(await db.schema.hasColumn('pulses', 'credits')))
    await db.schema.alterTable('pulses', (table) => {
      table.integer('credits').notNullable().defaultTo(0);
    });
  const collation = await exactCollation(db);
  if (!(await db.schema.hasTable('collectors')))
    await db.schema.createTable('collectors', (table) => {
      if (collation) table.charset('utf8mb4');
      if (collation) table.collate(collation);
      table.string('name', 255).primary();
      table.string('version', 32).notNullable();
      table.bigInteger('started_at').notNullable();
      table.bigInteger('alive_at').notNullable();
    });
  if (!(await db.schema.hasTable('gaps')))
    await db.schema.createTable('gaps', (table) => {
      table.bigIncrements('id');
      table.bigInteger('since').notNullable();
      table.bigInteger('until').notNullable();
      table.index(['until']);
    });
}
