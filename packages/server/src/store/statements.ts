import { promisify } from 'node:util';
import type { Knex } from 'knex';
import { dialectOf } from './dialect.ts';
import type { SqliteClient } from './sqlite/client.ts';
import type { Ran, SqliteConnection, Statement } from './sqlite/connection.ts';

/** Most rows in one statement, safe for SQLite's limit on bound values and MySQL's on packet size. */
const ROWS_PER_STATEMENT = 256;
/** Row counts for which statements are prepared; any number of rows is made up of these. */
const PREPARED_ROWS = [ROWS_PER_STATEMENT, 128, 64, 32, 16, 8, 4, 2, 1];

/** Cuts a list into pieces that one statement can hold. */
export function* statementsOf<T>(list: T[]): Generator<T[]> {
  for (let from = 0; from < list.length; from += ROWS_PER_STATEMENT)
    yield list.slice(from, from + ROWS_PER_STATEMENT);
}

/** Cuts a list into pieces of few different lengths, so that few different statements are prepared. */
function* preparedPieces<T>(list: T[]): Generator<T[]> {
  let from = 0;
  for (const rows of PREPARED_ROWS)
    for (; list.length - from >= rows; from += rows) yield list.slice(from, from + rows);
}

/** A row to insert. All rows that are inserted together have the same columns in the same order. */
export type Row = Record<string, Value>;
type Value = string | number | boolean | null;

/** Inserts rows by prepared statements. */
export async function insertRows(tx: Knex.Transaction, table: string, rows: Row[]): Promise<void> {
  for (const piece of preparedPieces(rows)) await runPrepared(tx, insertOf(table, piece));
}

/** Inserts rows into a table whose key is an automatic `id`; returns the ids in the rows' order. */
export async function insertForIds(tx: Knex.Transaction, table: string, rows: Row[]): Promise<number[]> {
  if (rows.length === 0) return [];
  const [isSqlite, step] = [dialectOf(tx) === 'sqlite', await idStep(tx)];
  const ids: number[] = [];
  for (const piece of preparedPieces(rows)) {
    const { insertId } = await runPrepared(tx, insertOf(table, piece));
    // A statement whose number of rows is known gets ids in a row: SQLite tells the last, MariaDB the first.
    const first = isSqlite ? insertId - (piece.length - 1) : insertId;
    for (let place = 0; place < piece.length; place++) ids.push(first + place * step);
  }
  return ids;
}

/** How far apart the ids of one statement are; on Galera as far as there are nodes. */
async function idStep(tx: Knex.Transaction): Promise<number> {
  if (dialectOf(tx) === 'sqlite') return 1;
  const [steps] = await tx.raw<[{ step: number }[]]>('select @@auto_increment_increment as step');
  return steps?.[0]?.step ?? 1;
}

function insertOf(table: string, rows: Row[]): Statement {
  const columns = Object.keys(rows[0] as Row);
  const row = `(${columns.map(() => '?').join(', ')})`;
  const sql = `insert into ${table} (${columns.join(', ')}) values ${Array(rows.length).fill(row).join(', ')}`;
  return { sql, runs: [rows.flatMap((row) => Object.values(row).map(asBound))] };
}

function asBound(value: Value): Value {
  return typeof value === 'boolean' ? Number(value) : value;
}

type ValueType = 'signed' | 'char';

/**
 * One statement for many rows of a table, each with values of its own: `write`, such as `update pulses`, ends with the
 * table, `rest` begins with `set` or `where`; both name the table's columns and the values' ones.
 */
export interface GroupedWrite {
  write: string;
  /** Names and types of the values of one row; the first is its id. All begin with v_. */
  columns: readonly { name: string; type: ValueType }[];
  rest: string;
  /** Whether the rows that it reads are locked, as those that it updates are anyway. */
  locks?: boolean;
  /** Whether it must touch as many rows as it has values for, where `atomically` runs it. */
  isExact?: boolean;
}

/** The update that writes these columns of rows found by their id. Its values are the id, then the columns in order. */
export function savingById(table: string, columns: Record<string, ValueType>): GroupedWrite {
  const names = Object.keys(columns);
  return {
    write: `update ${table}`,
    columns: [
      { name: 'v_id', type: 'signed' },
      ...Object.entries(columns).map(([name, type]) => ({ name: `v_${name}`, type })),
    ],
    rest: `set ${names.map((name) => `${name} = v_${name}`).join(', ')} where id = v_id`,
  };
}

/** Runs it for all rows, each a list of values in the columns' order. */
export async function writeRows(tx: Knex.Transaction, write: GroupedWrite, rows: unknown[][]): Promise<void> {
  for (const statement of writesOf(tx, write, rows)) await runPrepared(tx, statement);
}

/** The statements that write all rows, each a list of values in the columns' order. */
export function writesOf(db: Knex, write: GroupedWrite, rows: unknown[][]): Statement[] {
  if (rows.length === 0) return [];
  const isSqlite = dialectOf(db) === 'sqlite';
  const statement = isSqlite ? sqliteWrite : mysqlWrite;
  return (isSqlite ? [rows] : [...statementsOf(rows)]).map((piece) => ({
    ...statement(write, piece),
    ...(write.isExact && { rows: piece.length }),
  }));
}

/** SQLite runs it once for each row: that costs little there, and a join with the values costs more. */
function sqliteWrite({ write, columns, rest }: GroupedWrite, rows: unknown[][]): Statement {
  const places: number[] = [];
  const sql = `${write} ${rest}`.replaceAll(/\bv_\w+/g, (value) => {
    places.push(columns.findIndex(({ name }) => name === value));
    return '?';
  });
  return { sql, runs: rows.map((row) => places.map((place) => row[place])) };
}

/** No row has this id. */
const NO_ID = -1;

/** Fills a list up to one of few lengths, so that few different statements are prepared. */
function fillUp<T>(list: T[], filling: T): T[] {
  const length = PREPARED_ROWS.findLast((length) => length >= list.length) as number;
  return [...list, ...Array<T>(length - list.length).fill(filling)];
}

/**
 * MariaDB runs it for many rows at once, since each statement is a way there and back. They are filled up
 * with rows that match nothing.
 */
function mysqlWrite({ write, columns, rest, locks }: GroupedWrite, rows: unknown[][]): Statement {
  const filled = fillUp(
    rows,
    columns.map((_, index) => (index === 0 ? NO_ID : null)),
  );
  // Bound numbers are doubles, by which the key would not be found; so each is cast.
  const bound = columns.map(({ type }) => (type === 'signed' ? 'cast(? as signed)' : '?'));
  const first = columns.map(({ name }, index) => `${bound[index]} as ${name}`);
  const values = [first, ...Array(filled.length - 1).fill(bound)].map((row) => `select ${row.join(', ')}`);
  const sql = `${write} join (${values.join(' union all ')}) as v ${rest}${locks ? ' for update' : ''}`;
  return { sql, runs: [filled.flat()] };
}

/** One statement for many rows that are found by ids, with the same values for all. */
export interface WriteByIds {
  /** Names the list of ids v_ids, as in `where id in (v_ids)`, and values by other names that begin with v_. */
  sql: string;
  /** Whether the rows that it reads are locked, as those that it updates are anyway. */
  locks?: boolean;
}

/** The statements that write what ids stand for; `values` by their names. */
export function writesByIds(
  db: Knex,
  { sql, locks }: WriteByIds,
  ids: number[],
  values: Record<string, Value> = {},
): Statement[] {
  if (dialectOf(db) === 'sqlite')
    return [bindNames(sql, 'select value from json_each(?)', [JSON.stringify(ids)], values)];
  return [...statementsOf(ids)].map((piece) => {
    const filled = fillUp(piece, NO_ID);
    const list = filled.map(() => 'cast(? as signed)').join(', ');
    return bindNames(`${sql}${locks ? ' for update' : ''}`, list, filled, values);
  });
}

function bindNames(sql: string, list: string, ids: Value[], values: Record<string, Value>): Statement {
  const bound: Value[] = [];
  const text = sql.replaceAll(/\bv_\w+/g, (name) => {
    bound.push(...(name === 'v_ids' ? ids : [values[name] as Value]));
    return name === 'v_ids' ? list : '?';
  });
  return { sql: text, runs: [bound] };
}

/** What of mysql2 is used past Knex's builder. */
interface MysqlConnection {
  query(sql: string, done: (error: Error | null) => void): void;
  execute(sql: string, values: unknown[], done: (error: Error | null, result: MysqlRan) => void): void;
}

interface MysqlRan {
  affectedRows: number;
  /** The first id that the statement gave. */
  insertId: number;
}

/**
 * Runs a prepared statement on the transaction's own connection, past Knex's builder.
 * Statements stay prepared for as long as their connection lives, so their texts must be few.
 */
async function runPrepared(tx: Knex.Transaction, statement: Statement): Promise<Ran> {
  const connection = await (tx.client as Knex.Client).acquireConnection();
  return dialectOf(tx) === 'sqlite'
    ? (connection as SqliteConnection).run(statement)
    : execute(connection, statement);
}

async function execute(connection: MysqlConnection, { sql, runs }: Statement): Promise<Ran> {
  const ran: Ran = { rows: 0, insertId: 0 };
  for (const values of runs) {
    const { affectedRows, insertId } = await executeOnce(connection, sql, values);
    ran.rows += affectedRows;
    ran.insertId = insertId;
  }
  return ran;
}

function executeOnce(connection: MysqlConnection, sql: string, values: unknown[]): Promise<MysqlRan> {
  return new Promise((resolve, reject) => {
    connection.execute(sql, values, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/**
 * Runs prepared statements in one transaction, past Knex: with SQLite one message to its thread and back, without waiting for the connection.
 * Returns how many rows each touched; undefined when one touched another number than it must, and all was undone.
 */
export async function runAtomically(db: Knex, statements: Statement[]): Promise<number[] | undefined> {
  const client = db.client as Knex.Client;
  if (dialectOf(db) === 'sqlite')
    return (await (client as unknown as SqliteClient).opened()).atomically(statements);
  const connection = await client.acquireConnection();
  try {
    return await executeAtomically(connection, statements);
  } finally {
    await client.releaseConnection(connection);
  }
}

async function executeAtomically(
  connection: MysqlConnection,
  statements: Statement[],
): Promise<number[] | undefined> {
  const say = promisify(connection.query.bind(connection)) as (sql: string) => Promise<void>;
  const touched: number[] = [];
  await say('start transaction');
  try {
    for (const statement of statements) {
      const { rows } = await execute(connection, statement);
      touched.push(rows);
      if (statement.rows === undefined || rows === statement.rows) continue;
      await say('rollback');
      return undefined;
    }
    await say('commit');
    return touched;
  } catch (error) {
    // When the connection is gone, the database has undone it by itself.
    await say('rollback').catch(() => {});
    throw error;
  }
}
