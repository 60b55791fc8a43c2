import assert from 'node:assert/strict';
import type { Report, State } from '@overc/protocol';
import { createLog } from '../src/log.ts';
import { Backlog } from '../src/report/backlog.ts';
import { Client } from '../src/report/client.ts';
import { Reporter } from '../src/report/reporter.ts';
import { Spool } from '../src/spool/spool.ts';
import { Collector, hang, hangUp, json } from './collector.ts';
import { ManualClock } from './manual-clock.ts';
import { until } from './until.ts';
import { Workshop } from './workshop.ts';

const reading = (service: string, state: State = 'OK', info = ''): Report => ({
  service,
  state,
  info,
  periodSeconds: 5,
});

describe('the reporter', () => {
  let collector: Collector;
  let client: Client;
  let clock: ManualClock;
  let reporter: Reporter;
  let lines: string[];
  let backlog: Backlog | undefined;

  beforeEach(async () => {
    collector = await new Collector().start();
    const identity = { name: 'web1', key: 's3cret-key' };
    client = new Client({ server: collector.url, identity }, { patienceMs: 300 });
    clock = new ManualClock();
    lines = [];
    backlog = undefined;
    reporter = new Reporter({
      send: (readings, signal) => client.report(readings, signal),
      backlog: () => backlog,
      clock,
      log: createLog({ write: (line) => lines.push(line), verbosity: 0, prefix: () => '' }),
      random: () => 1,
      onFault: (error) => assert.fail(String(error)),
    });
  });
  afterEach(async () => {
    await client.close();
    await collector.close();
  });

  const pausesFor = (ms: number) => until(`a pause of ${ms} ms`, () => clock.pauses.includes(ms));
  const said = (pattern: RegExp) => until(`log ${pattern}`, () => lines.some((line) => pattern.test(line)));
  const sent = (count: number) => until(`${count} states`, () => collector.states.length >= count);

  it('sends what comes together in one POST', async () => {
    for (const service of ['app', 'que', 'cpu']) reporter.add(reading(service));
    await clock.pass(50);
    await sent(3);
    assert.equal(collector.received.length, 1);
  });

  it('gathers for a hundredth of a long period, and no longer than the shortest one bears', async () => {
    reporter.add({ ...reading('slow'), periodSeconds: 60 });
    await clock.pass(500);
    assert.equal(collector.received.length, 0);
    reporter.add({ ...reading('hourly'), periodSeconds: 3600 });
    assert.deepEqual(clock.pauses, [100]);
    reporter.add(reading('fast'));
    assert.deepEqual(clock.pauses, [50]);
    await clock.pass(50);
    await sent(3);
    assert.equal(collector.received.length, 1);
  });

  it('gathers while a POST is on its way, and sends the newest of each service next', async () => {
    let answer = () => {};
    collector.script.push((response) => {
      answer = () => response.end('{"ok":1}');
    });
    reporter.add(reading('app', 'OK'));
    await clock.pass(50);
    await collector.request(1);
    reporter.add(reading('app', 'WARN'));
    reporter.add(reading('que', 'OK'));
    reporter.add(reading('app', 'ERR'));
    await clock.pass(10_000);
    assert.equal(collector.received.length, 1);
    answer();
    await pausesFor(0);
    await clock.pass(0);
    await sent(3);
    assert.deepEqual(collector.states, ['app OK', 'app ERR', 'que OK']);
  });

  it('keeps what a failing network refused, and lets a newer reading replace it', async () => {
    collector.script.push(hangUp);
    reporter.add(reading('app', 'OK'));
    reporter.add(reading('que', 'WARN'));
    await clock.pass(50);
    await pausesFor(500);
    reporter.add(reading('app', 'ERR'));
    await clock.pass(499);
    assert.equal(collector.received.length, 1);
    await clock.pass(1);
    await sent(4);
    assert.deepEqual(collector.states.slice(2).sort(), ['app ERR', 'que WARN']);
  });

  it('waits longer from failure to failure, says it once, and says when it works again', async () => {
    collector.answer = json(502, {});
    reporter.add(reading('app'));
    await clock.pass(50);
    for (const ms of [500, 1000, 2000, 4000, 8000]) {
      await pausesFor(ms);
      await clock.pass(ms);
    }
    await pausesFor(15_000);
    collector.answer = json(200, { ok: 1 });
    await clock.pass(15_000);
    await said(/Reports reach the collector again/);
    assert.equal(lines.filter((line) => line.includes('answered 502')).length, 1);
  });

  it('honours Retry-After, up to fifteen seconds', async () => {
    collector.script.push(json(503, {}, { 'retry-after': '4' }), json(503, {}, { 'retry-after': '3600' }));
    reporter.add(reading('app'));
    await clock.pass(50);
    await pausesFor(5000); // four seconds and the spread
    await clock.pass(5000);
    await pausesFor(15_000);
    await clock.pass(15_000);
    await sent(3);
  });

  it('retries after a hang', async () => {
    collector.script.push(hang);
    reporter.add(reading('app'));
    await clock.pass(50);
    await said(/no answer in time/);
    await pausesFor(500);
    await clock.pass(500);
    await sent(2);
  });

  for (const status of [400, 403, 413])
    it(`drops what a ${status} refuses, says so, and goes on`, async () => {
      collector.script.push(json(status, { error: 'no such luck' }));
      reporter.add(reading('app', 'WARN'));
      await clock.pass(50);
      await said(new RegExp(`answered ${status}: no such luck`));
      assert.deepEqual(clock.pauses, []);
      reporter.add(reading('app', 'OK'));
      await clock.pass(50);
      await sent(2);
      await said(/reach the collector again/);
    });

  it('halves what is too large', async () => {
    collector.script.push(json(413, {}));
    for (const service of ['a', 'b', 'c']) reporter.add(reading(service));
    await clock.pass(50);
    for (const count of [3 + 2, 3 + 2 + 1]) {
      await pausesFor(0);
      await clock.pass(0);
      await sent(count);
    }
    assert.deepEqual(collector.states.slice(3), ['a OK', 'b OK', 'c OK']);
  });

  it('sends what still waits when it closes', async () => {
    reporter.add(reading('app'));
    await reporter.close(3000);
    assert.deepEqual(collector.states, ['app OK']);
    assert.deepEqual(clock.pauses, []);
  });

  it('does not let a hanging collector hold up the close', async () => {
    collector.answer = hang;
    reporter.add(reading('app'));
    const closing = reporter.close(100);
    await collector.request(1);
    await clock.pass(100);
    await closing;
    await said(/given up, as the program is ending/);
    await said(/Not sent: app/);
  });

  describe('with a backlog', () => {
    let workshop: Workshop;

    beforeEach(() => {
      workshop = new Workshop();
      const spool = new Spool(workshop.path('spool'), { mostBytes: 64e6, mostAgeMs: 1e9 }, () =>
        clock.wall(),
      );
      backlog = new Backlog(spool, client, { notice() {}, info() {}, debug() {} });
      clock.wallAtStart = Date.UTC(2026, 0, 5, 10);
    });
    afterEach(() => workshop.remove());

    /** Every report that was sent: service and state, and how many seconds after ten it was true, if it was late. */
    const told = () =>
      collector.received.flatMap(({ body }) =>
        body.services.map(({ name, state, at }: { name: string; state: string; at?: number }) =>
          at === undefined
            ? `${name} ${state}`
            : `${name} ${state} at ${(at - clock.wallAtStart / 1000).toFixed(1)}`,
        ),
      );
    const minute = (service: string, state: State = 'OK') => ({
      ...reading(service, state),
      periodSeconds: 60,
    });

    it('tries for some seconds as if nothing had happened', async () => {
      collector.script.push(hangUp);
      reporter.add(minute('app'));
      await clock.pass(1000);
      await pausesFor(500);
      await clock.pass(500);
      await until('a second POST', () => collector.received.length === 2);
      assert.deepEqual(told(), ['app OK', 'app OK']);
    });

    it('keeps what is late, and sends it with its own time when the collector is there again', async () => {
      collector.answer = json(502, {});
      reporter.add(minute('app', 'WARN'));
      await clock.pass(600);
      for (const ms of [500, 1000, 2000, 4000]) {
        await pausesFor(ms);
        await clock.pass(ms);
      }
      await pausesFor(8000);
      reporter.add(minute('que'));
      await clock.pass(8000); // app is late now, que is not
      await pausesFor(15_000);
      reporter.add(minute('app', 'ERR'));
      collector.received.length = 0;
      collector.answer = json(200, { ok: 1 });
      await clock.pass(15_000);
      await until('all', () => told().length === 3);
      assert.deepEqual(told(), ['app WARN at 0.0', 'que OK at 8.1', 'app ERR at 16.1']);
      assert.equal(collector.received.length, 1);
      await said(/Reports reach the collector again/);
      await until('an empty spool', () => backlog?.spool.isEmpty());
    });

    it('keeps one that still waits when a newer one of its service comes', async () => {
      collector.script.push(hangUp);
      reporter.add(reading('app', 'OK'));
      await clock.pass(50);
      await pausesFor(500);
      reporter.add(reading('app', 'ERR'));
      await clock.pass(500);
      await sent(2);
      await pausesFor(0);
      await clock.pass(0);
      await sent(3);
      assert.deepEqual(told(), ['app OK', 'app ERR', 'app OK at 0.0']);
    });

    it('begins with what is kept from earlier, and sends what is new before it', async () => {
      await backlog?.keep([
        { name: 'old', state: 'ERR', info: '', period: 60, at: clock.wallAtStart / 1000 - 60 },
      ]);
      reporter.start();
      reporter.add(reading('app'));
      await clock.pass(50);
      await sent(2);
      assert.deepEqual(told(), ['app OK', 'old ERR at -60.0']);
    });

    it('keeps what waits when it closes and cannot be sent', async () => {
      collector.answer = hangUp;
      reporter.add(reading('app'));
      await reporter.close(100);
      await said(/Kept for later: app/);
      assert.equal(await backlog?.spool.isEmpty(), false);
    });

    it('finds what the collector will never take, drops it, and tells so', async () => {
      const entries = ['a', 'b', 'c', 'd'].map((name) => ({
        name,
        state: 'OK',
        info: '',
        period: 60,
        at: clock.wallAtStart / 1000,
      }));
      await backlog?.keep(entries);
      collector.answer = (response) => {
        const { services = [] } = collector.received.at(-1)?.body ?? {};
        const isBad = services.some(({ name }: { name: string }) => name === 'c');
        json(isBad ? 400 : 200, isBad ? { error: 'no c' } : { ok: 1 })(response);
      };
      reporter.start();
      await clock.pass(50);
      await pausesFor(0);
      await clock.pass(0);
      await until('an alert', () => collector.received.some(({ body }) => body.alerts));
      const posts = collector.received.filter(({ body }) => body.services).map(({ body }) => body);
      assert.deepEqual(
        posts.map(
          ({ services, more }) =>
            services.map(({ name }: { name: string }) => name).join('') + (more ? '…' : ''),
        ),
        ['abcd', 'ab…', 'cd', 'c…', 'd'],
      );
      const alert = collector.received.find(({ body }) => body.alerts)?.body.alerts[0].message;
      assert.match(alert, /could not keep all reports.*: 1 were refused by the collector/);
      assert.equal(await backlog?.spool.isEmpty(), true);
    });

    it('goes on in memory when the disk takes nothing', async () => {
      workshop.write('spool', 'a file in the way');
      collector.script.push(json(502, {}), json(502, {}), json(502, {}));
      reporter.add(reading('app', 'WARN'));
      await clock.pass(50);
      for (const ms of [500, 1000, 2000]) {
        await pausesFor(ms);
        await clock.pass(ms);
      }
      await sent(4);
      await said(/Cannot keep reports in .*spool: E/);
      assert.deepEqual(told(), Array(4).fill('app WARN'));
    });
  });
});
