import type { Knex } from 'knex';
import { migrationSource } from '../migrations/index.ts';
import { dialectOf } from './dialect.ts';

const TABLES = { tableName: 'migrations', migrationSource };

/**
 * Brings the tables up to date. Two collectors may start at once: on SQLite the second is kept out by `lockSqlite`;
 * on MariaDB a locked row makes it wait, and the database lets go of it when its holder dies.
 * Knex's own lock outlives a killed process, so while we hold ours any that is left is stale.
 */
export async function migrate(db: Knex): Promise<void> {
  if (dialectOf(db) === 'sqlite') return runMigrations(db);
  await db.raw('create table if not exists migrations_gate (id int primary key) engine = innodb');
  await db.raw('insert ignore into migrations_gate values (1)');
  await db.transaction(async (gate) => {
    await gate.raw('set session innodb_lock_wait_timeout = 600');
    await gate.raw('select id from migrations_gate where id = 1 for update');
    await runMigrations(db);
    await gate.raw('set session innodb_lock_wait_timeout = default');
  });
}

async function runMigrations(db: Knex): Promise<void> {
  await db.migrate.forceFreeMigrationsLock(TABLES);
  await db.migrate.latest(TABLES);
}
