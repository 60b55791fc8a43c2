import assert from 'node:assert/strict';
import {
  MORNING,
  onBothKinds,
  startCollector,
  startOn,
  type TestCollector,
  WEB1,
} from '../support/collector.ts';
import { createDatabase } from '../support/databases.ts';
import { ManualClock } from '../support/manual-clock.ts';

onBothKinds('what the collector remembers of a service', (kind) => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startCollector(kind);
    await collector.report([
      { name: 'a', state: 'OK' },
      { name: 'b', state: 'OK' },
    ]);
    await collector.report([
      { name: 'a', state: 'OK' },
      { name: 'b', state: 'OK' },
    ]);
  });
  afterEach(() => collector.stop());
  const post = (body: object) =>
    collector
      .http()
      .post('/api/set/service/status')
      .send({ period: 60, ...body });
  const services = async () => (await collector.http().get('/api/v1/services').expect(200)).body.services;

  it('does not let another key in', async () => {
    await post({ server: { ...WEB1, key: 'other' }, services: [{ name: 'a', state: 'OK' }] }).expect(403);
  });

  it('does not keep a removed service or server alive', async () => {
    const [a] = await services();
    await collector.http().delete(`/api/v1/services/${a.id}`).expect(200);
    await collector.report([
      { name: 'a', state: 'OK' },
      { name: 'b', state: 'OK' },
    ]);
    const again = await services();
    assert.equal(again.length, 2);
    assert.notEqual(again[0].id, a.id);

    const { body } = await collector.http().get('/api/v1/servers').expect(200);
    await collector.http().delete(`/api/v1/servers/${body.servers[0].id}`).expect(200);
    await post({ server: { ...WEB1, key: 'new' }, services: [{ name: 'a', state: 'OK' }] }).expect(200);
    await post({ server: WEB1, services: [{ name: 'a', state: 'OK' }] }).expect(403);
  });

  it('does not hide a change among reports that only continue', async () => {
    const reports = ['c', 'd', 'e'].map((name) => ({ name, state: 'OK' }));
    await collector.report(reports, { name: 'web2', key: 'k' });
    await Promise.all([
      collector.report([
        { name: 'a', state: 'OK', info: 'same' },
        { name: 'b', state: 'ERR', info: 'changed' },
      ]),
      ...reports.map((report) => collector.report({ ...report, info: 'steady' }, { name: 'web2', key: 'k' })),
    ]);
    const infos = (await services()).map(
      ({ name, state, info }: Record<string, string>) => `${name} ${state} ${info}`,
    );
    assert.deepEqual(infos, ['a OK same', 'b ERR changed', 'c OK steady', 'd OK steady', 'e OK steady']);
    const { body } = await collector.http().get('/api/v1/alerts').expect(200);
    assert.deepEqual(
      body.alerts.map(({ kind }: { kind: string }) => kind),
      ['service:state/ERR'],
    );
  });

  it('lets reports only renew a pulse that say the same grace, title and clock again, and no others', async () => {
    const version = async () => (await collector.rows('pulses'))[0]?.version;
    const said = { sent_at: MORNING / 1000, grace: 5 };
    const entries = (more: object = {}) =>
      ['a', 'b'].map((name) => ({ name, state: 'OK', title: 'T', ...more }));
    const isSteady = async (body: object) => {
      const before = await version();
      await post({ server: WEB1, ...body }).expect(200);
      return (await version()) === before;
    };
    assert.equal(await isSteady({ ...said, services: entries() }), false);
    assert.equal(await isSteady({ ...said, services: entries() }), true);
    assert.equal(await isSteady({ ...said, sent_at: MORNING / 1000 + 0.9, services: entries() }), true);
    assert.equal(await isSteady({ services: entries({ title: undefined, grace: 5 }) }), true);
    for (const odd of [
      { title: 'U' },
      { grace: 6 },
      { running: true },
      { running: true },
      { bye: true },
      {},
    ]) {
      assert.equal(await isSteady({ ...said, services: entries(odd) }), false);
      if (!('running' in odd) && !('bye' in odd))
        assert.equal(await isSteady({ ...said, services: entries(odd) }), true);
    }
    assert.equal(await isSteady({ ...said, sent_at: MORNING / 1000 + 2, services: entries() }), false);
  });

  it('brings the wake-up along with a report of each period, so that the sweep has nothing to move', async () => {
    const pulse = async () => (await collector.rows('pulses'))[0] as Record<string, number>;
    const { version } = await pulse();
    for (const seconds of [20, 59, 118]) {
      await collector.clock.advanceTo(MORNING + seconds * 1000);
      await collector.report(['a', 'b'].map((name) => ({ name, state: 'OK' })));
      const { wake_at, deadline_at } = await pulse();
      const expected = seconds === 20 ? MORNING + 60_000 : deadline_at;
      assert.deepEqual([wake_at, deadline_at], [expected, MORNING + (seconds + 60) * 1000]);
    }
    assert.equal((await pulse()).version, version, 'the reports were not steady');
  });

  it('raises offline and online for a report that is known but late', async () => {
    await collector.clock.advanceTo(MORNING + 30_000);
    await collector.report({ name: 'a', state: 'OK', period: 1 });
    await collector.clock.advanceTo(MORNING + 31_000);
    await collector.report({ name: 'a', state: 'OK' });
    const { body } = await collector.http().get('/api/v1/alerts?service=a').expect(200);
    assert.deepEqual(
      body.alerts.map(({ kind }: { kind: string }) => kind),
      ['plugin/online', 'plugin/offline'],
    );
  });
});

onBothKinds('a collector that starts after a pause', (kind) => {
  it('tells with the first report, however steady, what was not told in the pause', async () => {
    const database = await createDatabase(kind);
    const report = (collector: TestCollector) => collector.report({ name: 'a', state: 'WARN' });
    const kinds = async (collector: TestCollector) =>
      (await collector.http().get('/api/v1/alerts').expect(200)).body.alerts.map(
        ({ kind }: { kind: string }) => kind,
      );
    const first = await startOn(database, new ManualClock(MORNING));
    await first.report({ name: 'a', state: 'OK' });
    await first.http().patch('/api/v1/services/1').send({ paused: true }).expect(200);
    await report(first);
    await first.http().patch('/api/v1/services/1').send({ paused: false }).expect(200);
    assert.deepEqual(await kinds(first), []);
    await first.stop();
    const second = await startOn(database, new ManualClock(MORNING + 500));
    await second.clock.advanceTo(MORNING + 1000);
    await report(second);
    await report(second);
    assert.deepEqual(await kinds(second), ['service:state/WARN']);
    await second.stop();
    await database.remove();
  });
});

describe('what one of two collectors on a MariaDB remembers', () => {
  it('is found out when the other one has removed it', async () => {
    const one = await startCollector('MariaDB');
    const other = await startOn(one.database, new ManualClock(MORNING));
    await one.report({ name: 'a', state: 'OK' });
    await one.report({ name: 'a', state: 'OK' });
    const { body } = await other.http().get('/api/v1/servers').expect(200);
    await other.http().delete(`/api/v1/servers/${body.servers[0].id}`).expect(200);
    await other.report({ name: 'a', state: 'OK' }, { ...WEB1, key: 'new' });
    await one
      .http()
      .post('/api/set/service/status')
      .send({ server: WEB1, period: 60, services: [{ name: 'a', state: 'OK' }] })
      .expect(403);
    await one.report({ name: 'a', state: 'OK' }, { ...WEB1, key: 'new' });
    await other.stop();
    await one.stop();
  });
});

onBothKinds('a collector that starts anew', (kind) => {
  it('knows from the database when a wake-up comes', async () => {
    const database = await createDatabase(kind);
    const wakeUps = async (collector: TestCollector) =>
      (await collector.rows('pulses')).map(({ wake_at, version }) => [wake_at, version]);
    const first = await startOn(database, new ManualClock(MORNING));
    await first.report({ name: 'a', state: 'OK' });
    await first.stop();
    const second = await startOn(database, new ManualClock(MORNING + 500));
    await second.clock.advanceTo(MORNING + 1000);
    await second.report({ name: 'a', state: 'OK' });
    assert.deepEqual(await wakeUps(second), [[MORNING + 60_000, 1]]);
    await second.clock.advanceTo(MORNING + 31_000);
    await second.report({ name: 'a', state: 'OK' });
    assert.deepEqual(await wakeUps(second), [[MORNING + 91_000, 1]]);
    await second.stop();
    await database.remove();
  });
});
