import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type BetterSqlite3 from 'better-sqlite3';
import type { Answer, Ran, Request, Statement, Table } from './connection.ts';
import { Sqlite } from './driver.ts';
import { Log } from './log.ts';

/** Statements kept prepared; Knex's texts vary with the number of rows that they name. */
const MOST_PREPARED = 500;

type Database = InstanceType<typeof Sqlite>;
type Prepared = BetterSqlite3.Statement<unknown[]>;

const { file, pragmas } = workerData as { file: string; pragmas: string[] };
const statements = new Map<string, Prepared>();
let database: Database | undefined;
let log: Log | undefined;

interface Asked {
  id: number;
  request: Request;
}

/** What has been asked and not answered, in its order. */
const waiting: Asked[] = [];

/**
 * The thread of one connection to an SQLite file: it does what `connection.ts` asks for, one after the other. Whole
 * transactions that wait one behind the other become one, so that they share a commit; they stand back for as long as
 * somebody else's transaction is open.
 */
parentPort?.on('message', async (asked: Asked) => {
  waiting.push(asked);
  for (let turn = nextTurn(); turn.length > 0; turn = nextTurn()) {
    if (turn[0]?.request.kind === 'close') await log?.close();
    for (const [index, answer] of serve(turn).entries())
      parentPort?.postMessage({ id: turn[index]?.id, ...answer });
    if (database?.open) log?.tend();
  }
});

/** Takes what is to be done together next. */
function nextTurn(): Asked[] {
  for (let more = receive(); more; more = receive()) waiting.push(more);
  const isWhole = ({ request }: Asked) => request.kind === 'atomically';
  if (database?.inTransaction) {
    const next = waiting.findIndex((asked) => !isWhole(asked));
    return next < 0 ? [] : waiting.splice(next, 1);
  }
  const other = waiting.findIndex((asked) => !isWhole(asked));
  return waiting.splice(0, other < 0 ? waiting.length : Math.max(other, 1));
}

function receive(): Asked | undefined {
  return parentPort ? receiveMessageOnPort(parentPort)?.message : undefined;
}

function serve(turn: Asked[]): Answer[] {
  return tryTogether(turn) ?? turn.map(({ request }) => answer(request));
}

/** All of some transactions as one; undefined when that did not go well, and nothing was done. */
function tryTogether(turn: Asked[]): Answer[] | undefined {
  if (turn.length === 1) return undefined;
  const lists = turn.map(({ request }) => (request.kind === 'atomically' ? request.statements : []));
  const touched = answer({ kind: 'atomically', statements: lists.flat() }).result as number[] | undefined;
  return touched && lists.map(({ length }) => ({ result: touched.splice(0, length) }));
}

function answer(request: Request): Answer {
  try {
    database ??= open();
    return { result: perform(database, request) };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { error: { code, message } };
  }
}

function open(): Database {
  const db = new Sqlite(file);
  for (const pragma of pragmas) db.pragma(pragma);
  log = new Log(db);
  return db;
}

function perform(db: Database, request: Request): unknown {
  if (request.kind === 'close') return void db.close();
  if (request.kind === 'run') return run(db, request.statement);
  if (request.kind === 'atomically') return atomically(db, request.statements);
  const statement = prepared(db, request.sql);
  return statement.reader
    ? table(statement, request.values)
    : run(db, { sql: request.sql, runs: [request.values] });
}

function table(statement: Prepared, values: unknown[]): Table {
  const rows = statement.raw().all(values) as unknown[][];
  return { columns: statement.columns().map(({ name }) => name), rows };
}

function run(db: Database, { sql, runs }: Statement): Ran {
  const statement = prepared(db, sql);
  const ran: Ran = { rows: 0, insertId: 0 };
  for (const values of runs) {
    const { changes, lastInsertRowid } = statement.run(values);
    ran.rows += changes;
    ran.insertId = Number(lastInsertRowid);
  }
  log?.grew(ran.rows);
  return ran;
}

/** How many rows each statement touched; when one touches another number than it must, nothing is done. */
function atomically(db: Database, list: Statement[]): number[] | undefined {
  const touched: number[] = [];
  prepared(db, 'begin').run();
  try {
    for (const statement of list) {
      const { rows } = run(db, statement);
      touched.push(rows);
      if (statement.rows === undefined || rows === statement.rows) continue;
      prepared(db, 'rollback').run();
      return undefined;
    }
    prepared(db, 'commit').run();
    return touched;
  } catch (error) {
    if (db.inTransaction) prepared(db, 'rollback').run();
    throw error;
  }
}

function prepared(db: Database, sql: string): Prepared {
  const known = statements.get(sql);
  if (known) return known;
  const [oldest] = statements.keys();
  if (oldest !== undefined && statements.size >= MOST_PREPARED) statements.delete(oldest);
  const statement = db.prepare<unknown[]>(sql);
  statements.set(sql, statement);
  return statement;
}
