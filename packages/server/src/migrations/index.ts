import type { Knex } from 'knex';
import * as initial from './0001-initial.ts';
import * as gaps from './0002-gaps.ts';
import * as failures from './0003-failures.ts';
import * as changes from './0004-changes.ts';
import * as pauses from './0005-pauses.ts';
import * as trouble from './0006-trouble.ts';
import * as endings from './0007-endings.ts';
import * as late from './0008-late.ts';
import * as posted from './0009-posted.ts';
import * as clustered from './0010-clustered.ts';
import * as behind from './0011-behind.ts';

interface Migration {
  up(db: Knex): Promise<void>;
}

/** Every migration in order; forward only, and a released one is never edited. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-initial': initial,
  '0002-gaps': gaps,
  '0003-failures': failures,
  '0004-changes': changes,
  '0005-pauses': pauses,
  '0006-trouble': trouble,
  '0007-endings': endings,
  '0008-late': late,
  '0009-posted': posted,
  '0010-clustered': clustered,
  '0011-behind': behind,
};

/** A source of our own, so that the recorded names are the same whether .ts or .js runs. */
export const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () => Object.keys(MIGRATIONS),
  getMigrationName: (name) => name,
  getMigration: async (name) => {
    const migration = MIGRATIONS[name];
    if (!migration) throw new Error(`No migration named ${name}`);
    return { up: migration.up, down: forwardOnly };
  },
};

async function forwardOnly(): Promise<void> {
  throw new Error('Migrations only go forward; restore a backup instead.');
}
