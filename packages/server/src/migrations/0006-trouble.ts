import type { Knex } from 'knex';
import { hasIndex } from '../store/dialect.ts';

const BY_TROUBLE = 'services_by_trouble';

/** An index by which services with trouble are found and counted. */
export async function up(db: Knex): Promise<void> {
  if (await hasIndex(db, 'services', BY_TROUBLE)) return;
  await db.schema.alterTable('services', (table) => {
    table.index(['state', 'silent', 'paused', 'state_since'], BY_TROUBLE);
  });
}
