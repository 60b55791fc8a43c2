import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockSqlite } from '../src/store/owner-lock.ts';

describe('the lock of an SQLite file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'overc-lock-'));
    file = join(folder, 'overc.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets one collector in, and the next when it is released', async () => {
    const first = await lockSqlite(file, 0);
    await assert.rejects(lockSqlite(file, 0), /another collector is using .*overc\.db/);
    const second = lockSqlite(file, 5_000);
    first.release();
    (await second).release();
  });

  it('ends with its holder, however that ends', async () => {
    const holder = join(folder, 'holder.mjs');
    const lock = new URL('../src/store/owner-lock.js', import.meta.url).href;
    writeFileSync(
      holder,
      `import { lockSqlite } from '${lock}'; await lockSqlite('${file}', 0); process.send('held'); setInterval(() => {}, 1000);`,
    );
    const child = fork(holder);
    await once(child, 'message');
    await assert.rejects(lockSqlite(file, 0), /another collector/);
    child.kill('SIGKILL');
    (await lockSqlite(file, 5_000)).release();
  });
});
