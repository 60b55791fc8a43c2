import assert from 'node:assert/strict';
import type { Report, State } from '@overc/protocol';
import { createLog } from '../src/log.ts';
import type { Backlog } from '../src/report/backlog.ts';
import { Client } from '../src/report/client.ts';
import { Reporter } from '../src/report/reporter.ts';
import { Collector, hang, hangUp, json } from './collector.ts';
import { ManualClock } from './manual-clock.ts';
import { until } from './until.ts';

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
});
