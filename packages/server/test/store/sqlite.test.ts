import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQLITE_SESSION } from '../../src/store/dialect.ts';
import { openSqlite, type SqliteConnection } from '../../src/store/sqlite/connection.ts';
import { withStore } from '../support/databases.ts';
import { eventually } from '../support/eventually.ts';

describe('SQLite', () => {
  const store = withStore('SQLite');

  it('writes ahead and waits for the disk at every commit, in a file of small pages', async () => {
    assert.deepEqual(await store.db.raw('pragma journal_mode'), [{ journal_mode: 'wal' }]);
    assert.deepEqual(await store.db.raw('pragma synchronous'), [{ synchronous: 2 }]);
    assert.deepEqual(await store.db.raw('pragma page_size'), [{ page_size: 1024 }]);
  });
});

describe('a connection to SQLite in a thread of its own', () => {
  let folder: string;
  let connection: SqliteConnection;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'overc-test-'));
    connection = await openSqlite(join(folder, 'a.db'), SQLITE_SESSION);
    await connection.query('create table t (id integer primary key, n integer not null)', []);
  });
  afterEach(async () => {
    if (connection.isOpen()) await connection.close();
    rmSync(folder, { recursive: true });
  });
  const insert = (...values: (number | null)[]) => ({
    sql: 'insert into t (n) values (?)',
    runs: values.map((value) => [value]),
  });
  const update = (rows: number) => ({ sql: 'update t set n = n + 1 where id = ?', runs: [[1], [2]], rows });
  const all = () => connection.query('select n from t order by id', []);

  it('answers what was asked, each in its turn', async () => {
    const asked = [connection.run(insert(1, 2)), all(), connection.run(insert(3)), all()];
    assert.deepEqual(await Promise.all(asked), [
      { rows: 2, insertId: 2 },
      [{ n: 1 }, { n: 2 }],
      { rows: 1, insertId: 3 },
      [{ n: 1 }, { n: 2 }, { n: 3 }],
    ]);
  });

  it('does all of a transaction, or nothing when a statement touches another number of rows', async () => {
    assert.equal(await connection.atomically([insert(5), update(2)]), undefined);
    assert.deepEqual(await all(), []);
    assert.deepEqual(await connection.atomically([insert(5), update(1)]), [1, 1]);
    assert.deepEqual(await all(), [{ n: 6 }]);
  });

  it('undoes a transaction that fails, tells SQLite’s own code, and goes on', async () => {
    const failing = connection.atomically([insert(1), insert(null)]);
    await assert.rejects(failing, { code: 'SQLITE_CONSTRAINT_NOTNULL' });
    assert.deepEqual(await connection.atomically([insert(2)]), [1]);
    assert.deepEqual(await all(), [{ n: 2 }]);
  });

  it('does transactions that wait as one, and each as if it were alone', async () => {
    await connection.run(insert(0));
    const asked = [
      connection.atomically([insert(1)]),
      connection.atomically([update(2), insert(2)]),
      connection.atomically([update(3)]),
      connection.atomically([insert(null)]).catch(({ code }) => code),
      connection.atomically([insert(3)]),
    ];
    assert.deepEqual(await Promise.all(asked), [[1], [2, 1], undefined, 'SQLITE_CONSTRAINT_NOTNULL', [1]]);
    assert.deepEqual(await all(), [{ n: 1 }, { n: 2 }, { n: 2 }, { n: 3 }]);
  });

  it('lets a transaction wait while somebody else’s is open', async () => {
    await connection.query('begin', []);
    const waiting = connection.atomically([insert(1)]);
    await connection.run(insert(2));
    assert.deepEqual(await all(), [{ n: 2 }]);
    await connection.query('rollback', []);
    assert.deepEqual(await waiting, [1]);
    assert.deepEqual(await all(), [{ n: 1 }]);
  });

  it('keeps its log short while it is written without a pause, and leaves none behind', async () => {
    await connection.close();
    const log = join(folder, 'a.db-wal');
    const session = [...SQLITE_SESSION, 'wal_autocheckpoint = 8000'];
    connection = await openSqlite(join(folder, 'a.db'), session);
    await connection.run({
      sql: 'with recursive c as (select 1 as n union all select n + 1 from c where n < 9000) insert into t select n, n from c',
      runs: [[]],
    });
    await connection.run({ sql: 'alter table t add filling text', runs: [[]] });
    const rewrite = (turn: number) => ({
      sql: 'update t set n = n + 1, filling = ? where id = ?',
      runs: Array.from({ length: 100 }, (_, i) => [String(turn).padEnd(900), 1 + ((turn * 100 + i) % 9000)]),
      rows: 100,
    });
    for (let turn = 0; turn < 450; turn++)
      assert.deepEqual(await connection.atomically([rewrite(turn)]), [100]);
    assert.ok(statSync(log).size < 24_000_000, `${statSync(log).size} bytes, without copying it back 50 MB`);
    const sum = await connection.query('select sum(n) as n from t', []);
    assert.deepEqual(sum, [{ n: (9000 * 9001) / 2 + 45_000 }]);
    await connection.close();
    assert.equal(existsSync(log), false);
  });

  it('has its log copied back at once after a single statement that wrote much', async () => {
    await connection.close();
    connection = await openSqlite(join(folder, 'a.db'), [...SQLITE_SESSION, 'wal_autocheckpoint = 8000']);
    await connection.run({
      sql: 'with recursive c as (select 1 as n union all select n + 1 from c where n < 1000000) insert into t select n, n from c',
      runs: [[]],
    });
    await eventually(() => assert.ok(statSync(join(folder, 'a.db')).size > 8_000_000));
  });

  it('rejects what is asked once it is closed, and a file that cannot be opened', async () => {
    await connection.close();
    assert.equal(connection.isOpen(), false);
    await assert.rejects(all(), { code: 'SQLITE_IOERR' });
    await assert.rejects(openSqlite(folder, []), { code: 'SQLITE_CANTOPEN' });
  });
});
