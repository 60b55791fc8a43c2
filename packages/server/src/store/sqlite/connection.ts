import { Worker } from 'node:worker_threads';

/** A prepared statement, and the values of each time that it is run. */
export interface Statement {
  sql: string;
  runs: unknown[][];
  /** How many rows its runs must touch together; otherwise everything is undone. */
  rows?: number;
}

/** How many rows the runs of a statement touched together, and an id that the last run gave: the last one, on MariaDB the first. */
export interface Ran {
  rows: number;
  insertId: number;
}

/** The rows of a statement that reads, as lists: objects, each with the names of its fields, take twice as long on the way. */
export interface Table {
  columns: string[];
  rows: unknown[][];
}

/** What is asked of the thread. */
export type Request =
  | { kind: 'query'; sql: string; values: unknown[] }
  | { kind: 'run'; statement: Statement }
  | { kind: 'atomically'; statements: Statement[] }
  | { kind: 'close' };

/** What the thread answers: a result, or an error in plain words, since a class does not survive the way. */
export interface Answer {
  result?: unknown;
  error?: { code: string | undefined; message: string };
}

/** A connection to an SQLite file whose work is done in a thread of its own, so that nobody waits for the disk but who asked. */
export interface SqliteConnection {
  /** The rows of a statement that reads, what any other did. */
  query(sql: string, values: unknown[]): Promise<object[] | Ran>;
  run(statement: Statement): Promise<Ran>;
  /** Runs statements in one transaction; returns how many rows each touched, undefined when one touched another number than it must, and all was undone. */
  atomically(statements: Statement[]): Promise<number[] | undefined>;
  isOpen(): boolean;
  close(): Promise<void>;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Opens a file, made if it is not there. Rejects with SQLite's error when it cannot be opened. */
export async function openSqlite(file: string, pragmas: string[]): Promise<SqliteConnection> {
  const thread = new Worker(new URL('./thread.js', import.meta.url), { workerData: { file, pragmas } });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let isOpen = true;

  function ask(request: Request): Promise<unknown> {
    if (!isOpen) return Promise.reject(failure('SQLITE_IOERR', 'the database is closed'));
    return new Promise((resolve, reject) => {
      waiting.set(++lastId, { resolve, reject });
      thread.postMessage({ id: lastId, request });
    });
  }

  function end(error: Error): void {
    isOpen = false;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  thread.on('message', ({ id, result, error }: Answer & { id: number }) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(failure(error.code, error.message));
    else asked?.resolve(result);
  });
  thread.on('error', end);
  thread.on('exit', () => end(failure('SQLITE_IOERR', 'the thread of the database has ended')));

  // An error while it opens arrives as an answer to the first question.
  await ask({ kind: 'query', sql: 'select 1', values: [] }).catch(async (error) => {
    await thread.terminate();
    throw error;
  });
  return {
    async query(sql, values) {
      const answer = (await ask({ kind: 'query', sql, values })) as Table | Ran;
      return 'columns' in answer ? toObjects(answer) : answer;
    },
    run: (statement) => ask({ kind: 'run', statement }) as Promise<Ran>,
    atomically: (statements) => ask({ kind: 'atomically', statements }) as Promise<number[] | undefined>,
    isOpen: () => isOpen,
    async close() {
      await ask({ kind: 'close' });
      await thread.terminate();
    },
  };
}

function toObjects({ columns, rows }: Table): object[] {
  return rows.map((row) => {
    const object: Record<string, unknown> = {};
    for (let place = 0; place < columns.length; place++) object[columns[place] as string] = row[place];
    return object;
  });
}

function failure(code: string | undefined, message: string): Error {
  return Object.assign(new Error(message), { code });
}
