import type { Knex } from 'knex';
import { hasIndex } from '../store/dialect.ts';

const BY_TROUBLE = 'services_by_trouble';

/** Changes that a collector made, for the others on its database; and an index by which services with trouble are found and counted. */
export async function up(db: Knex): Promise<void> {
  if (!(await db.schema.hasColumn('collectors', 'changes')))
    await db.schema.alterTable('collectors', (table) => {
      table.bigInteger('changes').notNullable().defaultTo(0);
    });
  if (!(await hasIndex(db, 'services', BY_TROUBLE)))
    await db.schema.alterTable('services', (table) => {
      table.index(['state', 'silent', 'state_since'], BY_TROUBLE);
    });
}
