import { parentPort, workerData } from 'node:worker_threads';
import type BetterSqlite3 from 'better-sqlite3';
import type { Answer, Ran, Request, Statement, Table } from './connection.ts';
import { Sqlite } from './driver.ts';

/** Statements kept prepared; Knex's texts vary with the number of rows that they name. */
const MOST_PREPARED = 500;

type Database = InstanceType<typeof Sqlite>;
type Prepared = BetterSqlite3.Statement<unknown[]>;

const { file, pragmas } = workerData as { file: string; pragmas: string[] };
const statements = new Map<string, Prepared>();
let database: Database | undefined;

/** The thread of one connection to an SQLite file: it does what `connection.ts` asks for, one after the other. */
parentPort?.on('message', ({ id, request }: { id: number; request: Request }) => {
  parentPort?.postMessage({ id, ...answer(request) });
});

function answer(request: Request): Answer {
  try {
    database ??= open();
    return { result: serve(database, request) };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { error: { code, message } };
  }
}

function open(): Database {
  const db = new Sqlite(file);
  for (const pragma of pragmas) db.pragma(pragma);
  return db;
}

function serve(db: Database, request: Request): unknown {
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
  return ran;
}

/** Whether all was done; when a statement touches another number of rows than it must, nothing is. */
function atomically(db: Database, list: Statement[]): boolean {
  prepared(db, 'begin').run();
  try {
    for (const statement of list) {
      const { rows } = run(db, statement);
      if (statement.rows === undefined || rows === statement.rows) continue;
      prepared(db, 'rollback').run();
      return false;
    }
    prepared(db, 'commit').run();
    return true;
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
