import assert from 'node:assert/strict';
import { toIso } from '../../src/clock.ts';
import {
  MORNING,
  onBothKinds,
  startCollector,
  startOn,
  type TestCollector,
  WEB1,
} from '../support/collector.ts';
import { createDatabase, type TestDatabase } from '../support/databases.ts';
import { Day } from '../support/day.ts';
import { ManualClock } from '../support/manual-clock.ts';

interface Gap {
  since: string;
  until: string;
}

onBothKinds('a collector that nobody heard of for a while', (kind) => {
  let day: Day;
  const HOUR_MS = 3_600_000;
  const history = async () => (await day.collector.http().get('/api/v1/services/1/history').expect(200)).body;

  describe('because its machine stood still or its clock was set', () => {
    beforeEach(async () => {
      day = await Day.start(kind);
    });
    afterEach(() => day.stop());

    it('gives what is promised a fresh period, tells of itself once, and of who stays silent at the new deadline', async () => {
      await day.at('10:00').report('disk', 'OK', { period: 60 });
      await day.at('10:00').report('load', 'OK', { period: 120 });
      await day.at('10:00:30').expectNothing();
      day.collector.clock.jump(HOUR_MS);
      await day.at('11:00:31').expectAlert('collector/resumed', null);
      await day.at('11:01:29').report('load', 'OK', { period: 120 });
      await day.at('11:01:29.999').expectNothing();
      await day.at('11:01:31').expectAlert('plugin/offline', 'disk');
      const { spans, gaps } = await history();
      assert.deepEqual(
        spans.map(({ silent, since }: Gap & { silent: boolean }) => [silent, since.slice(11, 19)]),
        [
          [true, '11:01:30'],
          [false, '10:00:00'],
        ],
      );
      assert.deepEqual(
        gaps.map(({ since, until }: Gap) => [since.slice(11, 19), until.slice(11, 19)]),
        [['10:00:30', '11:00:30']],
      );
      const page = (await day.collector.http().get('/services/1').expect(200)).text;
      assert.match(page, /not observed for 1 h/);
    });

    it('judges the first report after it by the fresh period, even before it has signed again', async () => {
      await day.at('10:00').report('disk', 'OK', { period: 60 });
      await day.at('10:00:30').expectNothing();
      day.collector.clock.jump(HOUR_MS);
      await day.collector.report({ name: 'disk', state: 'OK' });
      await day.at('11:00:40').expectAlert('collector/resumed', null);
    });

    it('is no gap when it was short', async () => {
      await day.at('10:00').report('disk', 'OK', { period: 10 });
      await day.at('10:00:05').expectNothing();
      day.collector.clock.jump(900);
      await day.at('10:00:09.999').expectNothing();
      await day.at('10:00:10').expectAlert('plugin/offline', 'disk');
    });

    it('tells of a promise that was credited three times without a report', async () => {
      await day.at('10:00').report('disk', 'OK', { period: 20 });
      for (let minute = 1; minute <= 3; minute++) {
        await day.at(`10:0${minute - 1}:10`).expectNothing();
        day.collector.clock.jump(50_000);
        await day.at(`10:0${minute}:01`).expectAlert('collector/resumed', null);
      }
      await day.at('10:03:10').expectNothing();
      day.collector.clock.jump(9000);
      await day.at('10:03:21').expectAlerts('collector/resumed', 'plugin/offline disk');
    });

    it('loses nothing when its clock goes back', async () => {
      await day.at('10:00').report('disk', 'OK', { period: 60 });
      await day.at('10:00').report('load', 'OK', { period: 60 });
      await day.at('10:00:30').expectNothing();
      day.collector.clock.jump(-HOUR_MS);
      await day.at('09:00:35').expectAlert('collector/resumed', null);
      await day.at('09:01').report('load', 'OK', { period: 60 });
      await day.at('09:01:30').expectNothing();
      await day.at('09:01:36').expectAlert('plugin/offline', 'disk');
      await day.at('09:02').expectAlert('plugin/offline', 'load');
      await day.at('09:03').report('load', 'OK', { period: 60 });
      await day.at('09:03').expectAlert('plugin/online', 'load');
    });
  });

  describe('because it was down', () => {
    let database: TestDatabase;
    let clock: ManualClock;
    let running: TestCollector[];
    const start = async () => {
      const collector = await startOn(database, clock);
      running.push(collector);
      day = new Day(collector);
      return collector;
    };
    beforeEach(async () => {
      database = await createDatabase(kind);
      clock = new ManualClock(MORNING);
      running = [];
    });
    afterEach(async () => {
      for (const collector of running) await collector.stop();
      await database.remove();
    });
    const stop = async () => {
      await running.pop()?.stop();
    };

    it('raises what was due while it was down for a moment at its start, and nothing of itself', async () => {
      const first = await start();
      await first.report({ name: 'disk', state: 'OK', period: 1 });
      await stop();
      clock.jump(1500);
      await start();
      await day.at('10:00:01.500').expectAlert('plugin/offline', 'disk');
    });

    it('credits a longer time, also to thousands that kept reporting', async () => {
      const first = await start();
      const names = Array.from({ length: 2000 }, (_, index) => `s${index}`);
      const report = (collector: TestCollector, period: number) =>
        collector.report(names.map((name) => ({ name, state: 'OK', period })));
      await report(first, 20);
      await stop();
      clock.jump(60_000);
      const second = await start();
      await report(second, 20);
      await day.at('10:01:19').expectAlert('collector/resumed', null);
    });

    it('has made good for it before the first report can come', async () => {
      const first = await start();
      await first.report({ name: 'disk', state: 'OK', period: 20 });
      await stop();
      clock.jump(60_000);
      const second = await start(); // its jobs wait for the clock to go on
      assert.equal((await second.rows('gaps')).length, 1);
      assert.equal((await second.rows('pulses'))[0]?.deadline_at, MORNING + 80_000);
    });
  });

  it('has a name of its own for each collector, which the settings may say', async () => {
    const collector = await startCollector(kind, { name: 'berlin' });
    await collector.clock.advanceTo(MORNING);
    await collector.http().post('/api/ping').send({ server: WEB1 }).expect(200);
    const { body } = await collector.http().get('/api/v1/collectors').expect(200);
    const text = (await collector.http().get('/collectors').expect(200)).text;
    await collector.stop();
    assert.deepEqual(
      body.collectors.map(({ name }: { name: string }) => name),
      ['berlin'],
    );
    assert.match(text, /berlin/);
  });
});

describe('two collectors on one MariaDB', () => {
  it('make no gap when one of them goes, and each is told of', async () => {
    const database = await createDatabase('MariaDB');
    const clock = new ManualClock(MORNING);
    const first = await startOn(database, clock, { name: 'first' });
    const second = await startOn(database, clock, { name: 'second' });
    const day = new Day(second);
    try {
      await first.report({ name: 'disk', state: 'OK', period: 30 });
      await day.at('10:00:10').expectNothing();
      await first.stop();
      await day.at('10:00:29.999').expectNothing();
      await day.at('10:00:30').expectAlert('plugin/offline', 'disk');
      const { body } = await second.http().get('/api/v1/collectors').expect(200);
      const signs = body.collectors.map(({ name, alive_at }: Record<string, string>) => [name, alive_at]);
      assert.deepEqual(signs, [
        ['first', toIso(MORNING + 10_000)],
        ['second', toIso(MORNING + 30_000)],
      ]);
    } finally {
      await second.stop();
      await database.remove();
    }
  });
});
