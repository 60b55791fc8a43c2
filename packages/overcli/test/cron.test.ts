import assert from 'node:assert/strict';
import fc from 'fast-check';
import { msToNext, readCron } from '../src/sources/cron.ts';
import type { PluginSpec, Timing } from '../src/sources/spec.ts';
import { Day } from './day.ts';
import { specOf } from './spec.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const cron = (pattern: string, timezone = 'UTC'): Timing => ({ kind: 'cron', pattern, timezone });

describe('a service with cron', () => {
  let day: Day;
  beforeEach(() => {
    day = new Day();
  });
  afterEach(() => day.schedule.close());

  /** A day that begins at `wall`, with the service `app` that takes `runMs`. */
  const begin = (wall: string, timing: Timing, changes: Partial<PluginSpec> = {}) => {
    day.clock.wallAtStart = Date.parse(wall);
    day.schedule.set([specOf('app', timing, { timeoutMs: 10_000, ...changes })]);
  };
  const starts = () =>
    day.starts.app?.map((at) => new Date(day.clock.wallAtStart + at).toISOString().slice(0, 16));
  /** Every report but the first came before the one before it had promised. */
  const assertKept = () => {
    const reports = day.reports.app ?? [];
    for (const [index, { at }] of reports.entries())
      assert.ok(index === 0 || at < (reports[index - 1]?.until ?? 0), `report ${index} at ${at}`);
  };

  it('runs when the monitor starts, and then at its times', async () => {
    begin('2026-05-01T10:07:30Z', cron('*/15 8-18 * * *'));
    await day.clock.pass(HOUR_MS);
    assert.deepEqual(starts(), [
      '2026-05-01T10:07',
      '2026-05-01T10:15',
      '2026-05-01T10:30',
      '2026-05-01T10:45',
      '2026-05-01T11:00',
    ]);
    assertKept();
  });

  it('promises the next run, and as long as that may take: timeout, retries, jitter and the way', async () => {
    begin('2026-05-01T10:00:00Z', cron('0 12 * * *'), { retries: 2, retryPauseMs: 5000, jitterMs: 60_000 });
    await day.clock.pass(0);
    const [first] = day.reports.app ?? [];
    const longestMs = 3 * 10_000 + 2 * 5000 + 60_000;
    const promisedMs = (first?.until ?? 0) - 2 * HOUR_MS;
    assert.ok(promisedMs > longestMs && promisedMs < longestMs + 20_000, `${promisedMs}`);
  });

  it('allows max-lag for the run and the way instead when that is set', async () => {
    day.maxLagMs = 3000;
    begin('2026-05-01T10:00:00Z', cron('0 12 * * *'));
    await day.clock.pass(0);
    assert.equal(day.reports.app?.[0]?.until, 2 * HOUR_MS + 4000);
  });

  it('knows that a day has 23 hours when summer time begins, and 25 when it ends', async () => {
    for (const [wall, hours] of [
      ['2026-03-28T11:00:00Z', 23],
      ['2026-10-24T10:00:00Z', 25],
    ] as const) {
      const one = new Day();
      one.clock.wallAtStart = Date.parse(wall);
      one.schedule.set([specOf('app', cron('0 12 * * *', 'Europe/Berlin'))]);
      await one.clock.pass(60 * HOUR_MS);
      const [, first, second, third] = one.starts.app?.map((at) => Math.round(at / HOUR_MS)) ?? [];
      assert.deepEqual([first, second, third], [hours, hours + 24, undefined].slice(0, 3));
      for (const [index, { at }] of (one.reports.app ?? []).entries())
        assert.ok(index === 0 || at < (one.reports.app?.[index - 1]?.until ?? 0));
      await one.schedule.close();
    }
  });

  it('keeps every promise, in any zone and through changes of the clock there', async () => {
    const fields = fc.record({
      minute: fc.integer({ min: 0, max: 59 }),
      hour: fc.constantFrom('*', '*/6', '1', '2', '3', '0-4'),
      weekday: fc.constantFrom('*', '*', '0', '1-5'),
    });
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata');
    const begins = fc.constantFrom('2026-03-06', '2026-03-27', '2026-04-03', '2026-10-02', '2026-10-30');
    await fc.assert(
      fc.asyncProperty(fields, zone, begins, fc.nat(9000), async (at, timezone, date, runMs) => {
        const one = new Day();
        one.clock.wallAtStart = Date.parse(`${date}T00:00:00Z`);
        one.runMs.app = runMs;
        const pattern = `${at.minute} ${at.hour} * * ${at.weekday}`;
        one.schedule.set([specOf('app', cron(pattern, timezone), { timeoutMs: 10_000 })]);
        await one.clock.pass(5 * 24 * HOUR_MS);
        await one.schedule.close();
        const reports = one.reports.app ?? [];
        assert.ok(reports.length >= 1);
        for (const [index, { at: reportedAt }] of reports.entries())
          assert.ok(index === 0 || reportedAt < (reports[index - 1]?.until ?? 0), `${pattern} ${timezone}`);
      }),
      { numRuns: 30 },
    );
  }).timeout(60_000);

  it('does not run twice at once, and leaves out the times that a slow run covers', async () => {
    day.runMs.app = 150_000;
    begin('2026-05-01T10:00:30Z', cron('* * * * *'), { timeoutMs: 200_000 });
    await day.clock.pass(8 * MINUTE_MS);
    assert.deepEqual(starts(), ['2026-05-01T10:00', '2026-05-01T10:04', '2026-05-01T10:07']);
    assert.equal(day.mostOfOne, 1);
    assertKept();
  });

  it('runs soon when the wall clock is set past its time', async () => {
    begin('2026-05-01T10:00:00Z', cron('0 12 * * *'));
    await day.clock.pass(MINUTE_MS);
    day.clock.wallAtStart += 3 * HOUR_MS;
    await day.clock.pass(MINUTE_MS);
    assert.equal(day.starts.app?.length, 2);
  });

  it('keeps its promise when the wall clock is set back', async () => {
    begin('2026-05-01T10:00:00Z', cron('0 12 * * *'));
    await day.clock.pass(MINUTE_MS);
    day.clock.wallAtStart -= 3 * HOUR_MS;
    await day.clock.pass(2 * HOUR_MS);
    assert.equal(day.starts.app?.length, 2);
    assertKept();
  });

  it('runs and promises within a year even when its time is farther away', async () => {
    begin('2026-05-01T10:00:00Z', cron('0 0 29 2 *'));
    await day.clock.pass(0);
    assert.equal(day.clock.pauses.length, 1);
    const until = day.reports.app?.[0]?.until ?? 0;
    assert.ok(until < 365 * 24 * HOUR_MS && until > 299 * 24 * HOUR_MS);
  });

  it('moves a run to a later time by chance', async () => {
    day.random = 0.5;
    begin('2026-05-01T10:00:00Z', cron('*/10 * * * *'), { jitterMs: 60_000 });
    await day.clock.pass(11 * MINUTE_MS);
    assert.equal(day.starts.app?.length, 2);
    assert.equal(Math.round((day.starts.app?.[1] ?? 0) / 1000), 630);
    assertKept();
  });
});

describe('a cron expression', () => {
  for (const [fault, text] of [
    ['has four fields', '* * * *'],
    ['has a minute that there is not', '60 * * * *'],
    ['names a day that never comes', '0 0 31 2 *'],
    ['is one moment', '2030-01-01T00:00:00'],
    ['is empty', ''],
  ] as const)
    it(`is refused when it ${fault}`, () => assert.throws(() => readCron(text), /must (be five|name times)/));

  it('may be a word, and may have seconds', () => {
    const at = '2026-05-01T10:00:00.000Z';
    assert.equal(msToNext({ pattern: readCron('@hourly'), timezone: 'UTC' }, at), HOUR_MS);
    assert.equal(msToNext({ pattern: readCron('*/10 * * * * *'), timezone: 'UTC' }, at), 10_000);
  });
});
