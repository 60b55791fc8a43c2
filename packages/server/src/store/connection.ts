import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import knex, { type Knex } from 'knex';
import type { DatabaseUrl } from '../options.ts';
import { MYSQL_SESSION, SQLITE_SESSION } from './dialect.ts';
import { SqliteClient } from './sqlite/client.ts';

/** Connections to MariaDB: reports, the sweep, deliveries and pages each find one. */
const MYSQL_POOL = 8;

/** Knex reports every failure to its caller as well; its own lines would only double them. */
const QUIET = { error: () => {}, warn: () => {}, deprecate: () => {}, debug: () => {} };

/** Opens the database; the caller ends it with `destroy()`. Tables come from `migrate`. */
export function connect(database: DatabaseUrl): Knex {
  return database.kind === 'sqlite' ? connectSqlite(database.file) : connectMysql(database);
}

function connectSqlite(file: string): Knex {
  mkdirSync(dirname(file), { recursive: true });
  return knex({
    client: SqliteClient as unknown as typeof Knex.Client,
    log: QUIET,
    connection: { filename: file, pragmas: SQLITE_SESSION } as Knex.StaticConnectionConfig,
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
}

function connectMysql({ host, port, user, password, name }: DatabaseUrl & { kind: 'mysql' }): Knex {
  return knex({
    client: 'mysql2',
    log: QUIET,
    connection: { host, port, user, password, database: name, charset: 'utf8mb4', connectTimeout: 10_000 },
    acquireConnectionTimeout: 15_000,
    pool: {
      min: 0,
      max: MYSQL_POOL,
      afterCreate: (connection: MysqlConnection, done: (error: Error | null) => void) => {
        runAll(connection, MYSQL_SESSION, done);
      },
    },
  });
}

interface MysqlConnection {
  query(sql: string, done: (error: Error | null) => void): void;
}

function runAll(
  connection: MysqlConnection,
  [statement, ...rest]: string[],
  done: (error: Error | null) => void,
): void {
  if (statement === undefined) done(null);
  else connection.query(statement, (error) => (error ? done(error) : runAll(connection, rest, done)));
}
