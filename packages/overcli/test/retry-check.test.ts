import assert from 'node:assert/strict';
import { Day } from './day.ts';
import { specOf } from './spec.ts';

describe('a result that is not OK, with retry', () => {
  let day: Day;
  beforeEach(() => {
    day = new Day();
  });
  afterEach(() => day.schedule.close());
  const reported = () => day.reports.app?.map(({ at, state }) => `${at} ${state}`);
  const spec = (periodMs: number, retries: number) =>
    specOf('app', periodMs, { retries, retryPauseMs: 1000 });

  it('is reported at once when there is no retry', async () => {
    day.states.app = ['ERR'];
    day.schedule.set([spec(60_000, 0)]);
    await day.clock.pass(1000);
    assert.deepEqual(reported(), ['0 ERR']);
  });

  it('is never told when it is OK at the next look', async () => {
    day.states.app = ['OK', 'ERR', 'UNK'];
    day.schedule.set([spec(60_000, 3)]);
    await day.clock.pass(50_000);
    assert.deepEqual(reported(), ['0 OK', '48000 OK']);
    assert.deepEqual(day.doubts, ['app ERR', 'app UNK']);
  });

  it('is told when it lasts, as it was at the last look', async () => {
    day.states.app = ['ERR', 'ERR', 'WARN'];
    day.schedule.set([spec(60_000, 2)]);
    await day.clock.pass(3000);
    assert.deepEqual(reported(), ['2000 WARN']);
  });

  it('is told at once as long as the service is not OK, and doubted again after it was', async () => {
    day.states.app = ['ERR', 'ERR', 'WARN', 'OK', 'ERR'];
    day.schedule.set([spec(10_000, 1)]);
    await day.clock.pass(35_000);
    assert.deepEqual(reported(), ['1000 ERR', '8000 WARN', '15000 OK', '23000 OK', '30000 OK']);
  });

  it('breaks no promise, however often it is to be checked again', async () => {
    const times = () => day.reportTimes('app');
    day.runMs.app = 500;
    day.states.app = ['OK', ...Array.from({ length: 40 }, () => 'ERR' as const)];
    day.schedule.set([spec(10_000, 100)]);
    await day.clock.pass(30_000);
    assert.equal(day.reports.app?.[1]?.state, 'ERR');
    assert.ok(times().length >= 3 && day.doubts.length >= 5);
    for (const [index, at] of times().entries())
      assert.ok(at - (times()[index - 1] ?? 0) <= 10_000, `${times()}`);
  });
});
