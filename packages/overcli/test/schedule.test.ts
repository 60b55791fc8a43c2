import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Day } from './day.ts';
import { specOf } from './spec.ts';

describe('the schedule', () => {
  let day: Day;
  beforeEach(() => {
    day = new Day();
  });
  afterEach(() => day.schedule.close());

  it('starts each at once, and again at 0.8 × its period when it takes no time', async () => {
    day.schedule.set([specOf('fast', 5000), specOf('slow', 10_000)]);
    await day.clock.pass(16_050);
    assert.deepEqual(day.starts, { fast: [0, 4000, 8000, 12_000, 16_000], slow: [50, 8250] });
  });

  it('begins with many one after the other, and with all of them within their period', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => specOf(`s${index}`, 60_000));
    day.schedule.set([...many, specOf('quick', 5000)]);
    await day.clock.pass(48_000);
    const firsts = Object.values(day.starts)
      .map(([first]) => first as number)
      .sort((a, b) => a - b);
    assert.equal(firsts.length, 1001);
    for (let second = 0; second < 48; second++) {
      const count = firsts.filter((at) => Math.floor(at / 1000) === second).length;
      assert.ok(count >= 19 && count <= 23, `${count} in second ${second}`);
    }
    assert.ok((day.starts.quick?.[0] as number) < 4000);
  });

  it('lets runs begin together from the second on, those of any period', async () => {
    const many = Array.from({ length: 30 }, (_, index) => specOf(`s${index}`, 60_000));
    day.schedule.set([...many, specOf('odd', 47_000)]);
    await day.clock.pass(96_000);
    const again = Object.entries(day.starts).map(([service, [, second]]) => [service, second] as const);
    assert.deepEqual(new Set(again.map(([, at]) => at)), new Set([48_000, 50_000, 40_000]));
    assert.deepEqual(day.starts.odd, [1500, 40_000, 78_000]);
  });

  it('puts no run off that has hardly time for its promise', async () => {
    day.runMs.slow = 9000;
    day.schedule.set([specOf('first', 10_000), specOf('slow', 10_000)]);
    await day.clock.pass(20_000);
    assert.deepEqual(day.starts.slow, [50, 9050, 18_050]);
  });

  it('allows three times the last running time', async () => {
    day.runMs.app = 1000;
    day.schedule.set([specOf('app', 10_000)]);
    await day.clock.pass(4999);
    day.runMs.app = 0;
    await day.clock.pass(8001);
    assert.deepEqual(day.starts.app, [0, 5000, 13_000]);
  });

  it('allows max-lag instead when that is set', async () => {
    day.runMs.app = 1000;
    day.maxLagMs = 500;
    day.schedule.set([specOf('app', 10_000)]);
    await day.clock.pass(15_000);
    assert.deepEqual(day.starts.app, [0, 7500, 15_000]);
  });

  it('moves a run with a period to an earlier time by chance', async () => {
    day.random = 0.5;
    day.schedule.set([specOf('app', 10_000, { jitterMs: 2000 })]);
    await day.clock.pass(14_000);
    assert.deepEqual(day.starts.app, [0, 7000, 14_000]);
  });

  it('lets one slow plugin delay no other', async () => {
    day.runMs.slow = 60_000;
    day.schedule.set([specOf('slow', 5000), specOf('fast', 5000)]);
    await day.clock.pass(12_050);
    assert.deepEqual(day.reportTimes('fast'), [50, 4125, 8125]);
    assert.deepEqual(day.reportTimes('slow'), []);
  });

  it('never starts a plugin before its last run has ended', async () => {
    day.runMs.slow = 7000;
    day.schedule.set([specOf('slow', 5000)]);
    await day.clock.pass(21_000);
    assert.deepEqual(day.starts.slow, [0, 7000, 14_000, 21_000]);
    assert.equal(day.mostOfOne, 1);
  });

  it('keeps its promises whenever the running time is steady and within the period', async () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const lag = fc.option(share, { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 86_400 }),
        share,
        lag,
        fc.nat(3),
        async (seconds, runShare, lagShare, retries) => {
          const periodMs = seconds * 1000;
          const one = new Day();
          one.runMs.app = periodMs * runShare;
          one.maxLagMs = lagShare === undefined ? undefined : periodMs * lagShare;
          one.schedule.set([specOf('app', periodMs, { retries, jitterMs: periodMs * runShare })]);
          await one.clock.pass(5 * periodMs);
          const times = one.reportTimes('app');
          assert.ok(times.length >= 4);
          for (const [index, at] of times.entries())
            assert.ok(at - (times[index - 1] ?? 0) <= periodMs + 1e-6, `${times}`);
          assert.equal(one.mostOfOne, 1);
          await one.schedule.close();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('tells of an error that escapes', async () => {
    Object.defineProperty(day.states, 'bad', {
      get: () => {
        throw new Error('broken');
      },
    });
    day.schedule.set([specOf('bad', 1000)]);
    await day.clock.pass(0);
    assert.match(String(day.fault), /broken/);
  });

  it('stops all of it, runs and pauses, and leaves no timer', async () => {
    day.runMs.slow = 60_000;
    day.schedule.set([specOf('slow', 5000), specOf('app', 5000)]);
    await day.clock.pass(1000);
    await day.schedule.close();
    assert.deepEqual(day.clock.pauses, []);
    assert.deepEqual(day.reportTimes('slow'), []);
  });
});

describe('the number of plugins that run at once', () => {
  let day: Day;
  beforeEach(() => {
    day = new Day();
  });
  afterEach(() => day.schedule.close());
  const ten = Array.from({ length: 10 }, (_, index) => specOf(`s${index}`, 60_000));
  const takingMs = (ms: number) => {
    for (const { service } of ten) day.runMs[service] = ms;
  };

  it('is limited, and all get their turn in their order', async () => {
    day.gate.most = 2;
    takingMs(1000);
    day.schedule.set(ten);
    await day.clock.pass(6000);
    assert.equal(day.mostAtOnce, 2);
    const firsts = ten.map(({ service }) => day.starts[service]?.[0] as number);
    assert.deepEqual(
      firsts,
      [...firsts].sort((a, b) => a - b),
    );
  });

  it('rises at once when the limit does', async () => {
    day.gate.most = 1;
    takingMs(5000);
    day.schedule.set(ten);
    await day.clock.pass(1000);
    assert.equal(day.mostAtOnce, 1);
    day.gate.most = 8;
    await day.clock.pass(0);
    assert.equal(day.mostAtOnce, 8);
  });

  it('is not limited at the price of a promise: nobody waits longer than a tenth of its period', async () => {
    day.gate.most = 1;
    day.runMs.hung = 600_000;
    day.schedule.set([specOf('hung', 600_000), specOf('app', 5000)]);
    await day.clock.pass(60_000);
    const times = day.reportTimes('app');
    assert.ok(times.length > 10);
    for (const [index, at] of times.entries()) assert.ok(at - (times[index - 1] ?? 0) <= 5000, `${times}`);
  });

  it('counts nobody who was stopped while waiting', async () => {
    day.gate.most = 1;
    takingMs(3000);
    day.schedule.set(ten);
    await day.clock.pass(1000);
    day.schedule.set(ten.slice(8));
    await day.clock.pass(3500);
    assert.deepEqual(Object.keys(day.reports), ['s8']);
    assert.equal(day.mostAtOnce, 1);
  });
});

describe('a schedule that is changed', () => {
  let day: Day;
  beforeEach(() => {
    day = new Day();
  });
  afterEach(() => day.schedule.close());

  it('keeps the times of what did not change, and runs soon what did', async () => {
    day.schedule.set([specOf('same', 10_000), specOf('other', 10_000), specOf('gone', 10_000)]);
    await day.clock.pass(5000);
    day.schedule.set([specOf('same', 10_000), specOf('other', 20_000), specOf('new', 10_000)]);
    await day.clock.pass(15_000);
    const { same, other, gone } = day.starts;
    assert.deepEqual([same, gone?.length], [[0, 8000, 16_000], 1]);
    assert.deepEqual(other?.slice(1), [5000]);
    assert.deepEqual(day.starts.new, [5050, 13_250]);
  });

  it('lets the run of what changed end before it begins anew', async () => {
    day.runMs.app = 4000;
    day.schedule.set([specOf('app', 10_000)]);
    await day.clock.pass(1000);
    day.schedule.set([specOf('app', 20_000)]);
    await day.clock.pass(4000);
    assert.deepEqual([day.starts.app?.slice(0, 2), day.reportTimes('app')], [[0, 1000], [5000]]);
    assert.equal(day.mostOfOne, 1);
  });
});
