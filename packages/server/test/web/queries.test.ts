import assert from 'node:assert/strict';
import { pino } from 'pino';
import request from 'supertest';
import { createChanges } from '../../src/live/changes.ts';
import { createStreams } from '../../src/live/streams.ts';
import { connect } from '../../src/store/connection.ts';
import type { WebDeps } from '../../src/web/deps.ts';
import { createShared } from '../../src/web/pages/shared.ts';
import { createExpress } from '../../src/web/server.ts';
import { MORNING, onBothKinds, startCollector } from '../support/collector.ts';

const MOST_QUERIES = 3;

const PAGES = [
  '/',
  '/?q=s',
  '/?group=state&sort=since',
  '/wall',
  '/servers',
  '/servers/1',
  '/servers/1/rename',
  '/servers/1/remove',
  '/services/1',
  '/services/1?range=year',
  '/services/1/history',
  '/services/1/history?until=2026-01-05T10:30:00Z',
  '/services/1/reports',
  '/services/1/reports?until=2026-01-05T10:30:00Z',
  '/services/1/rename',
  '/services/1/remove',
  '/alerts',
  '/collectors',
  '/status/shop',
  '/badge/shop.svg',
];

onBothKinds('a page', (kind) => {
  it(`needs no more than ${MOST_QUERIES} queries, however much there is`, async () => {
    const statuses = [
      { slug: 'shop', title: 'Shop', entries: [{ server: 'web1', service: 's0', name: 'Shop' }] },
    ];
    const collector = await startCollector(kind, { statuses });
    const { config, clock, database } = collector;
    for (let i = 0; i < 12; i++) {
      const state = i % 2 === 0 ? 'OK' : 'ERR';
      await collector.report(Array.from({ length: 10 }, (_, n) => ({ name: `s${n}`, state, info: `${i}` })));
      if (i % 4 === 0) await collector.report({ name: 's0', state, info: 'alone' });
      await clock.advanceTo(MORNING + (i + 1) * 60_000 - (i % 3 === 0 ? 0 : 1));
    }
    const db = connect(database.url);
    const [changes, log] = [createChanges(), pino({ level: 'silent' })];
    // What pages do not use is not there.
    const deps = { db, config, clock, log, changes, streams: createStreams(changes) } as unknown as WebDeps;
    const app = createExpress(
      deps,
      createShared(changes.version, () => clock.now()),
    );
    let queries: string[] = [];
    db.on('query', ({ sql }) => queries.push(sql));
    const counts = new Map<string, number>();
    for (const path of PAGES) {
      queries = [];
      await request(app).get(path).expect(200);
      assert.ok(queries.length <= MOST_QUERIES, `${path}: ${queries.join(';\n')}`);
      counts.set(path, queries.length);
    }
    assert.equal(counts.get('/services/1'), MOST_QUERIES); // they are counted at all
    await db.destroy();
    await collector.stop();
  });
});
