import assert from 'node:assert/strict';
import type { Report } from '@overc/protocol';
import fc from 'fast-check';
import { pause } from '../src/clock.ts';
import { runSchedule } from '../src/runner/schedule.ts';
import type { PluginSpec } from '../src/sources/ini.ts';
import { ManualClock } from './manual-clock.ts';

/** Plugins that take as long as a test says, on a clock that it turns. */
class Day {
  readonly clock = new ManualClock();
  readonly stop = new AbortController();
  readonly starts: Record<string, number[]> = {};
  readonly reports: Record<string, number[]> = {};
  readonly runMs: Record<string, number> = {};
  mostAtOnce = 0;
  ended: Promise<void> | undefined;

  begin(periods: Record<string, number>, maxLagMs?: number): void {
    const plugins = Object.entries(periods).map(([service, periodMs]) => plugin(service, periodMs));
    const running = new Map<string, number>();
    const run = async ({ service }: PluginSpec): Promise<Report | undefined> => {
      this.starts[service] = [...(this.starts[service] ?? []), this.clock.now()];
      running.set(service, (running.get(service) ?? 0) + 1);
      this.mostAtOnce = Math.max(this.mostAtOnce, ...running.values());
      await pause(this.clock, this.runMs[service] ?? 0, this.stop.signal);
      running.set(service, (running.get(service) ?? 0) - 1);
      return { service, state: 'OK', info: '', periodSeconds: 1 };
    };
    const onReading = ({ service }: Report) => {
      this.reports[service] = [...(this.reports[service] ?? []), this.clock.now()];
    };
    this.ended = runSchedule(plugins, { clock: this.clock, run, onReading, maxLagMs }, this.stop.signal);
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.ended;
  }
}

const plugin = (service: string, periodMs: number): PluginSpec => ({
  service,
  argv: ['true'],
  cwd: '/',
  periodMs,
  timeoutMs: periodMs,
});

describe('the schedule', () => {
  it('starts everything at once, and each again at 0.8 × its period when it takes no time', async () => {
    const day = new Day();
    day.begin({ fast: 5000, slow: 10_000 });
    await day.clock.pass(16_000);
    assert.deepEqual(day.starts, { fast: [0, 4000, 8000, 12_000, 16_000], slow: [0, 8000, 16_000] });
    await day.end();
  });

  it('allows three times the last running time', async () => {
    const day = new Day();
    day.runMs.app = 1000;
    day.begin({ app: 10_000 });
    await day.clock.pass(4999);
    day.runMs.app = 0;
    await day.clock.pass(8001);
    assert.deepEqual(day.starts.app, [0, 5000, 13_000]);
    await day.end();
  });

  it('allows max-lag instead when that is set', async () => {
    const day = new Day();
    day.runMs.app = 1000;
    day.begin({ app: 10_000 }, 500);
    await day.clock.pass(15_000);
    assert.deepEqual(day.starts.app, [0, 7500, 15_000]);
    await day.end();
  });

  it('lets one slow plugin delay no other', async () => {
    const day = new Day();
    day.runMs.slow = 60_000;
    day.begin({ slow: 5000, fast: 5000 });
    await day.clock.pass(12_000);
    assert.deepEqual(day.reports, { fast: [0, 4000, 8000, 12_000] });
    await day.end();
  });

  it('never starts a plugin before its last run has ended', async () => {
    const day = new Day();
    day.runMs.slow = 7000;
    day.begin({ slow: 5000 });
    await day.clock.pass(21_000);
    assert.deepEqual(day.starts.slow, [0, 7000, 14_000, 21_000]);
    assert.equal(day.mostAtOnce, 1);
    await day.end();
  });

  it('keeps its promises whenever the running time is steady and within the period', async () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const lag = fc.option(share, { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 86_400 }),
        share,
        lag,
        async (seconds, runShare, lagShare) => {
          const periodMs = seconds * 1000;
          const day = new Day();
          day.runMs.app = periodMs * runShare;
          day.begin({ app: periodMs }, lagShare === undefined ? undefined : periodMs * lagShare);
          await day.clock.pass(5 * periodMs);
          const reports = day.reports.app ?? [];
          assert.ok(reports.length >= 4);
          for (const [index, at] of reports.entries())
            assert.ok(at - (reports[index - 1] ?? 0) <= periodMs + 1e-6, `${reports}`);
          assert.equal(day.mostAtOnce, 1);
          await day.end();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('stops the others and rejects when an error escapes', async () => {
    const clock = new ManualClock();
    const started: string[] = [];
    const run = async ({ service }: PluginSpec, signal: AbortSignal) => {
      started.push(service);
      if (service === 'bad') throw new Error('broken');
      await pause(clock, 1e9, signal);
      return undefined;
    };
    const plugins = [plugin('good', 1000), plugin('bad', 1000)];
    const schedule = runSchedule(plugins, { clock, run, onReading: () => {} }, new AbortController().signal);
    await assert.rejects(schedule, /broken/);
    assert.deepEqual(started, ['good', 'bad']);
  });

  it('starts nothing when it is already told to stop', async () => {
    const day = new Day();
    day.stop.abort();
    day.begin({ app: 1000 });
    await day.ended;
    assert.deepEqual(day.starts, {});
  });
});
