import type { Knex } from 'knex';
import { exactCollation } from '../store/dialect.ts';

/** Reports that came late, the gaps that they fill, what is yet to be told of them, and how far a machine's clock is off. */
export async function up(db: Knex): Promise<void> {
  const collation = await exactCollation(db);
  const create = async (name: string, build: (table: Knex.CreateTableBuilder) => void) => {
    if (await db.schema.hasTable(name)) return;
    await db.schema.createTable(name, (table) => {
      if (collation) table.charset('utf8mb4');
      if (collation) table.collate(collation);
      build(table);
    });
  };

  await create('late_reports', (table) => {
    table.bigInteger('service_id').notNullable();
    table.bigInteger('said_at').notNullable();
    table.bigInteger('at').notNullable().index();
    table.string('state', 4);
    table.text('info', 'mediumtext');
    table.primary(['service_id', 'said_at']);
    table.index(['service_id', 'at']);
  });

  await create('filled_gaps', (table) => {
    table.bigIncrements('id');
    table.bigInteger('service_id').notNullable();
    table.bigInteger('since').notNullable();
    table.bigInteger('until').notNullable();
    table.index(['service_id', 'until']);
  });

  await create('backlogs', (table) => {
    table.bigInteger('server_id').notNullable().primary();
    table.text('story', 'mediumtext').notNullable();
  });

  if (!(await db.schema.hasColumn('servers', 'skew_ms')))
    await db.schema.alterTable('servers', (table) => {
      table.bigInteger('skew_ms');
    });
}
