import type { Knex } from 'knex';

/** The only place that knows SQLite from MariaDB and MySQL. */
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

/** What each new connection to MariaDB or MySQL is told. READ COMMITTED keeps a locking read from locking gaps, and so from deadlocks between registrations. */
export const MYSQL_SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
];

/** What each new connection to SQLite is told. better-sqlite3 sets synchronous NORMAL once WAL is on, so FULL comes after it. */
export const SQLITE_SESSION = ['journal_mode = WAL', 'synchronous = FULL', 'busy_timeout = 5000'];

/** How many rows one statement may hold, safe for SQLite's limit on bound values and MySQL's on packet size. */
const ROWS_PER_STATEMENT = 500;

/** Cuts a list into pieces that one statement can hold. */
export function* statementsOf<T>(list: T[]): Generator<T[]> {
  for (let from = 0; from < list.length; from += ROWS_PER_STATEMENT)
    yield list.slice(from, from + ROWS_PER_STATEMENT);
}

/** Inserts rows, as many in a statement as both databases take. */
export async function insertRows(tx: Knex.Transaction, table: string, rows: object[]): Promise<void> {
  for (const piece of statementsOf(rows)) await tx(table).insert(piece);
}

/** Inserts rows into a table whose key is an automatic `id`; returns the ids in the rows' order. */
export async function insertForIds(tx: Knex.Transaction, table: string, rows: object[]): Promise<number[]> {
  const ids: number[] = [];
  for (const piece of statementsOf(rows)) ids.push(...(await insertPiece(tx, table, piece)));
  return ids;
}

async function insertPiece(tx: Knex.Transaction, table: string, rows: object[]): Promise<number[]> {
  if (dialectOf(tx) === 'sqlite') {
    const inserted: { id: number }[] = await tx(table).insert(rows).returning('id');
    return inserted.map((row) => row.id).sort((a, b) => a - b);
  }
  // A statement whose number of rows is known gets consecutive ids, a step apart (several on Galera), and reports the first.
  const [first] = (await tx(table).insert(rows)) as [number];
  const [steps] = await tx.raw<[{ step: number }[]]>('select @@auto_increment_increment as step');
  const step = steps?.[0]?.step ?? 1;
  return rows.map((_, index) => first + index * step);
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

const UNAVAILABLE =
  /^(ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|PROTOCOL_|ER_(SERVER_SHUTDOWN|CON_COUNT_ERROR|ACCESS_DENIED_ERROR|QUERY_INTERRUPTED|DISK_FULL|RECORD_FILE_FULL|OPTION_PREVENTS_STATEMENT)|SQLITE_(FULL|IOERR|BUSY|READONLY|CANTOPEN))/;

/** Whether the database is away or full, so that nothing about the data itself is wrong. */
export function isUnavailable(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  return UNAVAILABLE.test(code ?? '') || name === 'KnexTimeoutError';
}

/** One update of many rows, each with values of its own: `set` and `where` name the table's columns and the values' ones. */
export interface GroupedUpdate {
  table: string;
  /** Names and types of the values of one row. */
  columns: readonly { name: string; type: 'signed' | 'char' }[];
  set: string;
  where: string;
}

const groupedUpdates = new Map<string, string>();

/** The statement for `rows` rows; it takes the rows' values one after the other, then those of `where`. */
export function groupedUpdate(db: Knex, update: GroupedUpdate, rows: number): string {
  const dialect = dialectOf(db);
  const key = `${dialect} ${update.table} ${rows} ${update.where}`;
  let statement = groupedUpdates.get(key);
  if (!statement) {
    statement = writeGroupedUpdate(dialect, update, rows);
    groupedUpdates.set(key, statement);
  }
  return statement;
}

function writeGroupedUpdate(
  dialect: Dialect,
  { table, columns, set, where }: GroupedUpdate,
  rows: number,
): string {
  if (dialect === 'sqlite') {
    const row = `(${columns.map(() => '?').join(', ')})`;
    const names = columns.map(({ name }, index) => `column${index + 1} as ${name}`).join(', ');
    const values = `select ${names} from (values ${Array(rows).fill(row).join(', ')})`;
    return `update ${table} set ${set} from (${values}) as v where ${where}`;
  }
  // Bound numbers are doubles, by which the key would not be found; so each is cast.
  const row = (named: boolean) =>
    `select ${columns.map(({ name, type }) => `${type === 'signed' ? 'cast(? as signed)' : '?'}${named ? ` as ${name}` : ''}`).join(', ')}`;
  const values = [row(true), ...Array(rows - 1).fill(row(false))].join(' union all ');
  return `update ${table} join (${values}) as v set ${set} where ${where}`;
}

/** What of better-sqlite3 and mysql2 the hot path uses: one prepared statement, run with its values. */
interface SqliteConnection {
  prepare(sql: string): { run(...values: unknown[]): { changes: number } };
}
interface MysqlConnection {
  execute(
    sql: string,
    values: unknown[],
    done: (error: Error | null, result: { affectedRows: number }) => void,
  ): void;
}

type Prepared = Map<string, ReturnType<SqliteConnection['prepare']>>;
const preparedOn = new WeakMap<SqliteConnection, Prepared>();

/**
 * Runs a prepared statement on the transaction's own connection, past Knex's builder; returns how many rows it touched.
 * Statements stay prepared for as long as their connection lives, so their texts must be few.
 */
export async function runPrepared(tx: Knex.Transaction, sql: string, values: unknown[]): Promise<number> {
  const connection = await (tx.client as Knex.Client).acquireConnection();
  if (dialectOf(tx) === 'sqlite') return prepared(connection, sql).run(...values).changes;
  return new Promise((resolve, reject) => {
    (connection as MysqlConnection).execute(sql, values, (error, result) =>
      error ? reject(error) : resolve(result.affectedRows),
    );
  });
}

function prepared(connection: SqliteConnection, sql: string) {
  let statements = preparedOn.get(connection);
  if (!statements) {
    statements = new Map();
    preparedOn.set(connection, statements);
  }
  let statement = statements.get(sql);
  if (!statement) {
    statement = connection.prepare(sql);
    statements.set(sql, statement);
  }
  return statement;
}
