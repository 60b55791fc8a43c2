import assert from 'node:assert/strict';
import type { Report } from '@overc/protocol';
import { accept } from '../../src/monitor/accept.ts';
import type { Effects, MonitorDeps } from '../../src/monitor/deps.ts';
import { expireOverdue } from '../../src/monitor/expire.ts';
import { createKnown } from '../../src/monitor/known.ts';
import { createListening } from '../../src/monitor/listening.ts';
import { saveSign } from '../../src/store/collectors.ts';
import { saveLastSign } from '../../src/store/gaps.ts';
import { Sqlite } from '../../src/store/sqlite/driver.ts';
import { transaction } from '../../src/store/transaction.ts';
import {
  onBothKinds,
  startCollector,
  MORNING as T0,
  type TestCollector,
  WEB1,
} from '../support/collector.ts';
import { type TestDatabase, withStore } from '../support/databases.ts';
import { eventually } from '../support/eventually.ts';

const MINUTE = 60_000;

onBothKinds('a collector to which more is sent than it can take', (kind) => {
  const store = withStore(kind);
  let deps: MonitorDeps;
  let late: Effects['lateMs'][];
  beforeEach(async () => {
    late = [];
    const hashKey = (_server: string, key: string) => key;
    deps = {
      ...{ db: store.db, known: createKnown(hashKey), hashKey },
      ...{ channels: [], keepsReports: false, keepHistoryMs: 10 * MINUTE },
      publish: ({ lateMs }) => late.push(lateMs),
    };
    await hear(0, 0, { service: 'cpu' }, { service: 'disk' });
    await hear(0, 0, { service: 'load' });
  });

  /** Reports come together `after` T0, when all had been heard that was sent `behindMs` before. */
  async function hear(after: number, behindMs: number, ...reports: Partial<Report>[]): Promise<void> {
    const full = reports.map((report) => ({
      ...{ service: 'cpu', state: 'OK' as const, info: '', periodSeconds: 60 },
      ...report,
    }));
    const at = T0 + after;
    const submission = { identity: WEB1, ip: null, at, behindMs, reports: full, alerts: [] };
    assert.deepEqual(await accept(deps, [submission]), ['stored']);
  }

  const look = (after: number, behindMs: number) =>
    expireOverdue(deps, T0 + after, { name: 'berlin', behindMs });

  async function alerts(): Promise<string[]> {
    const rows = await store.db('alerts').orderBy('id');
    return rows.filter(({ service }) => service !== null).map(({ kind, service }) => `${kind} ${service}`);
  }

  it('finds promises kept that were due since it had heard all, whatever the reports say', async () => {
    const wakeAt = await look(MINUTE + 2000, 3000);
    assert.equal(wakeAt, T0 + MINUTE, 'it looks again, since it may be behind no longer');
    await hear(MINUTE + 2000, 3000, { service: 'cpu' }, { service: 'disk' });
    await hear(MINUTE + 2000, 3000, { service: 'load', state: 'ERR' });
    await look(MINUTE + 2001, 0);
    assert.deepEqual(await alerts(), ['service:state/ERR load']);
    await look(2 * MINUTE + 2001, 0);
    assert.deepEqual((await alerts()).slice(1).sort(), [
      'plugin/offline cpu',
      'plugin/offline disk',
      'plugin/offline load',
    ]);
  });

  it('tells how late what only renews pulses was, by when they were to be looked at', async () => {
    await hear(MINUTE - 1, 0, { service: 'load' });
    await hear(MINUTE + 2000, 3000, { service: 'cpu' }, { service: 'disk' });
    await hear(MINUTE + 2000, 3000, { service: 'cpu' }, { service: 'disk', state: 'WARN' });
    assert.deepEqual(late.slice(2), [0, 2000, undefined]);
  });

  it('finds those broken that were due before', async () => {
    await look(MINUTE + 2000, 2001);
    assert.deepEqual(await alerts(), []);
    await hear(MINUTE + 2000, 2000, { service: 'load' });
    await look(MINUTE + 2001, 2001);
    assert.deepEqual(await alerts(), [
      'plugin/offline load',
      'plugin/online load',
      'plugin/offline cpu',
      'plugin/offline disk',
    ]);
  });

  it('hears kept reports of now as any', async () => {
    const at = T0 + 1000;
    await hear(MINUTE + 2000, 3000, { service: 'load', at });
    assert.deepEqual(await alerts(), []);
    await hear(2 * MINUTE, 0, { service: 'load', at: at + 1000 });
    assert.deepEqual((await alerts()).slice(0, 1), ['plugin/offline load']);
  });

  /** Another collector signs that it is behind. */
  async function sign(aliveAt: number, behindMs: number): Promise<void> {
    const other = { name: 'other', version: '1', startedAt: T0, changes: 0 };
    await transaction(store.db, async (tx) => {
      await saveSign(tx, { ...other, aliveAt, behindMs });
      await saveLastSign(tx, aliveAt);
    });
  }

  it('had not heard all when it ended', async () => {
    const begin = async (now: number) => {
      const says = () => ({ name: 'next', version: '1', changes: 0, behindMs: 0 });
      const listening = createListening({ deps, now: () => now, says, longestMs: 2000 });
      await listening.begin();
    };
    await sign(T0 + MINUTE + 1000, 1001);
    await begin(T0 + MINUTE + 9000);
    assert.deepEqual(await alerts(), []);
    await sign(T0 + 2 * MINUTE + 9000, 0);
    await begin(T0 + 3 * MINUTE);
    assert.equal((await alerts()).length, 3);
  });

  it('is waited for by others, as long as it is there', async () => {
    await sign(T0 + MINUTE, 3000);
    await look(MINUTE + 2000, 0);
    assert.deepEqual(await alerts(), []);
    await look(MINUTE + 2001, 0);
    assert.equal((await alerts()).length, 3);
  });
});

describe('a collector whose disk stands still while five hundred report', () => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.stop());

  it('takes what it hears after a deadline for what may have been sent before it', async () => {
    const { app, clock, database } = collector;
    const reportAll = () =>
      Array.from({ length: 500 }, (_, index) =>
        collector.report({ name: 'cpu', state: 'OK' }, { name: `db${index}`, key: 'k' }),
      );
    const disk = { name: 'disk', state: 'OK', period: 1 };
    await Promise.all([collector.report(disk), ...reportAll()]);

    let heard = 0;
    app.http.on('request', () => heard++);
    const release = lockFile(database);
    const crowd = reportAll();
    await eventually(() => assert.equal(heard, 500));
    const since = performance.now();
    await eventually(() => assert.ok(performance.now() - since > 1100));
    clock.jump(1400);
    const late = collector.report(disk);
    await eventually(() => assert.equal(heard, 501));
    release();
    await Promise.all([...crowd, late]);
    assert.deepEqual(await collector.rows('alerts'), []);
  });
});

/** Has whoever writes to an SQLite file wait; returns how to let it go on. */
function lockFile({ url }: TestDatabase): () => void {
  assert.ok(url.kind === 'sqlite');
  const other = new Sqlite(url.file);
  other.exec('begin immediate');
  return () => {
    other.exec('rollback');
    other.close();
  };
}
