import assert from 'node:assert/strict';
import { DAY_MS, toIso } from '../../src/clock.ts';
import { connect } from '../../src/store/connection.ts';
import { MORNING, onBothKinds, startCollector, type TestCollector } from '../support/collector.ts';

onBothKinds('what is kept', (kind) => {
  let collector: TestCollector;
  const start = async (settings: Parameters<typeof startCollector>[1]) => {
    collector = await startCollector(kind, settings);
  };
  afterEach(() => collector.stop());
  const count = async (path: string, list: string) =>
    (await collector.http().get(`/api/v1${path}`).expect(200)).body[list].length;
  const at = (seconds: number) => collector.clock.advanceTo(MORNING + seconds * 1000);
  const report = (state: string) => collector.report({ name: 'disk', state, period: 3600 });

  it('of single reports is as long as keep-reports says', async () => {
    await start({ keepReportsMs: 90_000 });
    await report('OK');
    await at(60);
    await report('OK');
    await at(89);
    assert.equal(await count('/services/1/reports', 'reports'), 2);
    await at(151);
    assert.equal(await count('/services/1/reports', 'reports'), 1);
  });

  it('of single reports is nothing with keep-reports = 0, and the history and its count stay right', async () => {
    await start({ keepReportsMs: 0 });
    await report('OK');
    await report('OK');
    assert.equal(await count('/services/1/reports', 'reports'), 0);
    assert.equal((await collector.rows('reports')).length, 0);
    const { body } = await collector.http().get('/api/v1/services/1/history');
    assert.equal(body.spans[0].reports, 2);
  });

  it('of single reports is found page by page, also from before a service got a pulse of its own', async () => {
    await start({});
    const said: { at: string; state: string; info: string }[] = [];
    for (let turn = 0; turn < 60; turn++) {
      const isMoment = turn % 7 === 0;
      if (!isMoment) await at(turn);
      const names = turn < 25 ? ['b', 'a'] : ['a'];
      await collector.report(names.map((name) => ({ name, state: 'OK', info: `${name} "${turn}"` })));
      said.unshift({ at: toIso(collector.clock.now()), state: 'OK', info: `a "${turn}"` });
    }
    const read = async (query: string) => {
      const found: object[] = [];
      for (let cursor = ''; ; ) {
        const { body } = await collector.http().get(`/api/v1/services/2/reports?${query}${cursor}`);
        found.push(...body.reports);
        if (body.next === undefined) return found;
        cursor = `&cursor=${body.next}`;
      }
    };
    assert.deepEqual(await read('limit=1000'), said);
    assert.deepEqual(await read('limit=3'), said);
    const [since, until] = [MORNING + 30_000, MORNING + 50_000].map(toIso) as [string, string];
    assert.deepEqual(
      await read(`limit=5&since=${since}&until=${until}`),
      said.filter(({ at }) => at >= since && at < until),
    );
  });

  it('of history and alerts is as long as their settings say, and what lasts is never pruned', async () => {
    await start({ keepHistoryMs: 60_000, keepAlertsMs: 120_000 });
    await report('ERR');
    await at(1);
    await report('OK');
    assert.equal(await count('/services/1/history', 'spans'), 2);
    const db = connect(collector.database.url);
    await db('gaps').insert({ since: MORNING, until: MORNING + 500 });
    await db.destroy();
    await at(121);
    assert.equal(await count('/services/1/history', 'spans'), 1);
    assert.deepEqual(await collector.rows('gaps'), []);
    assert.equal(await count('/alerts', 'alerts'), 2);
    await at(241);
    assert.equal(await count('/alerts', 'alerts'), 0);
    assert.equal(await count('/services/1/history', 'spans'), 1);
  });

  it('of the ids of posted alerts is eight days, and nothing of a server that is removed', async () => {
    await start({});
    const post = (id: string) =>
      collector
        .http()
        .post('/api/set/alerts')
        .send({ server: { name: 'web1', key: '1234' }, alerts: [{ message: 'full', id }] })
        .expect(200);
    await post('a');
    await post('a');
    assert.equal(await count('/alerts', 'alerts'), 1);
    const db = connect(collector.database.url);
    for (const [posted_id, days] of Object.entries({ b: 9, c: 7 }))
      await db('posted_alerts').insert({ server_id: 1, posted_id, at: MORNING - days * DAY_MS });
    await db.destroy();
    await at(121);
    const ids = (await collector.rows('posted_alerts')).map(({ posted_id }) => posted_id);
    assert.deepEqual(ids.sort(), ['a', 'c']);
    await collector.http().delete('/api/v1/servers/1').expect(200);
    assert.deepEqual(await collector.rows('posted_alerts'), []);
  });
});
