import assert from 'node:assert/strict';
import { createLateness } from '../../src/monitor/lateness.ts';
import { onBothKinds, startCollector, type TestCollector } from '../support/collector.ts';
import { withStore } from '../support/databases.ts';
import { Day } from '../support/day.ts';

onBothKinds('a collector that runs late', (kind) => {
  let day: Day;
  beforeEach(async () => {
    day = await Day.start(kind, { name: 'berlin' });
  });
  afterEach(() => day.stop());
  const { clock, http } = { clock: () => day.collector.clock, http: () => day.collector.http() };
  const warnings = async () => (await http().get('/readyz').expect(200)).body.warnings;

  it('says so once, and once after a minute on time', async () => {
    await day.at('10:00:10').expectNothing();
    clock().stall(1500);
    await day.at('10:00:12').expectAlert('collector/late', null);
    assert.deepEqual(await warnings(), ['its event loop stood still for 1.5 s']);
    assert.match((await http().get('/metrics')).text, /^overc_delay_seconds\{part="event loop"\} 1\.5$/m);
    await day.at('10:00:40').expectNothing();
    clock().stall(3000);
    await day.at('10:01:40').expectNothing();
    await day.at('10:01:42').expectAlert('collector/on-time', null);
    assert.deepEqual(await warnings(), []);
    const { alerts } = (await http().get('/api/v1/alerts')).body;
    assert.deepEqual(
      alerts.map(({ message, severity }: Record<string, string>) => [message, severity]),
      [
        ['Collector berlin is on time again', 'info'],
        ['Collector berlin is late: its event loop stood still for 1.5 s', 'warning'],
      ],
    );
  });

  it('says nothing of a moment', async () => {
    clock().stall(999);
    await day.at('10:00:10').expectNothing();
    assert.deepEqual(await warnings(), []);
  });

  it('says nothing more of a gap than that it was one', async () => {
    await day.at('10:00:10').expectNothing();
    clock().stall(60_000);
    clock().jump(60_000);
    await day.at('10:01:20').expectAlert('collector/resumed', null);
  });
});

onBothKinds('what a collector says that more is sent to than it can take', (kind) => {
  const store = withStore(kind);

  it('is how late it hears', async () => {
    const deps = { db: store.db, channels: [], publish() {} };
    const lateness = createLateness({
      ...{ deps, now: () => 0, name: () => 'berlin', wasGapSince: () => false },
      take: { 'event loop': () => 0, sweep: () => 50, intake: () => 12_345 },
    });
    await lateness.look();
    assert.deepEqual(lateness.clauses(), ['more was sent than it can take, and heard after 12.3 s']);
    const [alert] = await store.db('alerts');
    assert.equal(
      alert.message,
      'Collector berlin is late: more was sent than it can take, and heard after 12.3 s',
    );
  });
});

onBothKinds('a collector with a peer', (kind) => {
  let watching: TestCollector;
  let watched: TestCollector;
  beforeEach(async () => {
    watching = await startCollector(kind);
    const peers = [{ name: 'other', url: watching.app.url(), key: 'k' }];
    watched = await startCollector(kind, { name: 'berlin', peers });
  });
  afterEach(async () => {
    await watched.stop();
    await watching.stop();
  });
  const goOn = async (ms: number) => {
    await watched.clock.advanceTo(watched.clock.now() + ms);
    await watching.clock.advanceTo(watching.clock.now() + ms);
  };
  const told = async () => {
    const [service] = (await watching.http().get('/api/v1/services').expect(200)).body.services;
    return [service?.server, service?.name, service?.state, service?.info];
  };

  it('reports to it how it fares', async () => {
    await goOn(1000);
    assert.deepEqual(await told(), ['berlin', 'collector', 'OK', 'listening']);
    watched.clock.stall(1500);
    await goOn(20_000);
    assert.deepEqual(await told(), ['berlin', 'collector', 'WARN', 'its event loop stood still for 1.5 s']);
  });

  it('is told of when it reports no more', async () => {
    await goOn(11_000);
    await watching.clock.advanceTo(watching.clock.now() + 31_000);
    const { alerts } = (await watching.http().get('/api/v1/alerts').expect(200)).body;
    assert.deepEqual(
      alerts.map(({ kind, server, service }: Record<string, string>) => [kind, server, service]),
      [['plugin/offline', 'berlin', 'collector']],
    );
  });
});
