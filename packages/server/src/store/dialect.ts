import type { Knex } from 'knex';

/** What differs between SQLite and MariaDB or MySQL; beside `statements.ts` the only place that knows one from the other. */
export type Dialect = 'sqlite' | 'mysql';

export function dialectOf(db: Knex): Dialect {
  return db.client.config.client === 'mysql2' ? 'mysql' : 'sqlite';
}

/**
 * A collation in which names are equal only when they are the same text: no case, accent or trailing blank is folded.
 * MariaDB and MySQL name theirs differently; SQLite's BINARY is the default there.
 */
export async function exactCollation(db: Knex): Promise<string | undefined> {
  if (dialectOf(db) === 'sqlite') return undefined;
  const [rows] = await db.raw<[{ version: string }[]]>('select version() as version');
  return rows?.[0]?.version.includes('MariaDB') ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
}

/** Whether a table has an index of this name. */
export async function hasIndex(db: Knex, table: string, name: string): Promise<boolean> {
  const indexes =
    dialectOf(db) === 'sqlite'
      ? db('sqlite_master').where({ type: 'index', tbl_name: table, name })
      : db('information_schema.statistics')
          .where({ table_name: table, index_name: name })
          .whereRaw('table_schema = database()');
  return (await indexes.first()) !== undefined;
}

/**
 * Has SQLite keep the rows of a table in the order of its primary key, as MariaDB and MySQL do anyway; otherwise they
 * stand in the order in which they came, and all the keys once more beside them (sqlite.org/withoutrowid.html).
 */
export async function clusterByKey(db: Knex, table: string): Promise<void> {
  if (dialectOf(db) !== 'sqlite') return;
  const { sql }: { sql: string } = await db('sqlite_master')
    .where({ type: 'table', name: table })
    .first('sql');
  if (/without rowid$/i.test(sql)) return;
  const columns = sql.slice(sql.indexOf('('));
  await db.raw(`create table clustered ${columns} without rowid`);
  await db.raw('insert into clustered select * from ??', [table]);
  await db.schema.dropTable(table);
  await db.schema.renameTable('clustered', table);
}

/** What each new connection to MariaDB or MySQL is told. READ COMMITTED keeps a locking read from locking gaps, and so from deadlocks between registrations. */
export const MYSQL_SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
  'SET SESSION group_concat_max_len = 1073741824', // cuts off what jsonLists makes
];

/**
 * What each new connection to SQLite is told. A report rewrites the page that its pulse is on, so a file that is made
 * anew gets small ones; the log is copied back to the file once it is as long, but not longer than 64 MB, since the
 * longer it is, the more of its pages lie side by side. The cache is small, since a commit that makes the file grow walks all of it
 * (docs/performance.md).
 * better-sqlite3 sets synchronous NORMAL once WAL is on, so FULL comes after it.
 */
export const SQLITE_SESSION = [
  'page_size = 1024',
  'journal_mode = WAL',
  'synchronous = FULL',
  'wal_autocheckpoint = 64000',
  'busy_timeout = 5000',
  'cache_size = -8000',
];

/**
 * How many batches of reports are given to the database at once. SQLite's thread makes one transaction of those that
 * wait for it; MariaDB prefers few large ones to many, and one is prepared while the other waits for the disk.
 */
export function batchesAtOnce(db: Knex): number {
  return dialectOf(db) === 'sqlite' ? 4 : 2;
}

/**
 * Columns of all rows of each group as one JSON list of lists: with very many rows, making a JavaScript object of each
 * costs several times what finding it does.
 */
export function jsonLists(db: Knex, columns: string[]): Knex.Raw {
  const names = columns.map(() => '??').join(', ');
  return db.raw(
    `${dialectOf(db) === 'sqlite' ? 'json_group_array' : 'json_arrayagg'}(json_array(${names}))`,
    columns,
  );
}

/** The text at a place of a JSON list: the column or the expression that holds it. */
export function jsonTextAt(db: Knex, column: string, place: string | Knex.Raw): Knex.Raw {
  const at = typeof place === 'string' ? db.ref(place) : place;
  const extract = "json_extract(??, concat('$[', ?, ']'))";
  return db.raw(dialectOf(db) === 'sqlite' ? extract : `json_unquote(${extract})`, [column, at]);
}

/** What {@link jsonLists} selected; MySQL's driver has read it already, the others' have not. */
export function readJsonLists<T>(value: string | T[]): T[] {
  return typeof value === 'string' ? JSON.parse(value) : value;
}

/** Whether a column holds a text, in any case. SQLite's `like` knows no other way; there `lower` would take twice as long. */
export function contains(db: Knex, column: string, part: string): Knex.Raw {
  const pattern = `%${part.toLowerCase().replaceAll(/[!%_]/g, '!$&')}%`;
  const name = dialectOf(db) === 'sqlite' ? '??' : 'lower(??)';
  return db.raw(`${name} like ? escape '!'`, [column, pattern]);
}

const RETRYABLE = new Set([
  'ER_LOCK_DEADLOCK', // also what Galera answers when a commit fails certification
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  'ER_DUP_ENTRY', // two collectors registered the same name at once: the second finds it on its next try
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
]);

/** Whether the transaction was undone for a reason that may be gone when it is repeated. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has((error as { code?: string }).code ?? '');
}

const FULL = /^(ER_(DISK_FULL|RECORD_FILE_FULL|ERROR_ON_WRITE)|SQLITE_FULL)/;
const AWAY =
  /^(ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|PROTOCOL_|ER_(SERVER_SHUTDOWN|CON_COUNT_ERROR|ACCESS_DENIED_ERROR|QUERY_INTERRUPTED|CONNECTION_KILLED|OPTION_PREVENTS_STATEMENT)|SQLITE_(IOERR|BUSY|READONLY|CANTOPEN))/;

/** What is wrong with the database, as a clause: it is away or full, so that nothing about the data itself is wrong. Undefined for any other error. */
export function unavailability(error: unknown): string | undefined {
  const { code = '', name, fatal } = error as { code?: string; name?: string; fatal?: boolean };
  if (FULL.test(code)) return 'the disk of the database is full';
  // The driver calls fatal what ends a connection, with no code when the rollback after it fails.
  const isAway = AWAY.test(code) || name === 'KnexTimeoutError' || fatal === true;
  return isAway ? 'the database is away' : undefined;
}
