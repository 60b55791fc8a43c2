import assert from 'node:assert/strict';
import fc from 'fast-check';
import { startInterval } from '../src/index.ts';

const periodMs = fc.integer({ min: 1000, max: 365 * 86_400_000 });
const lastRunMs = fc.integer({ min: 0, max: 365 * 86_400_000 });
const maxLagMs = fc.option(fc.integer({ min: 0, max: 86_400_000 }), { nil: undefined });

describe('the pace of a plugin', () => {
  for (const [pace, interval] of [
    [{ periodMs: 10_000, lastRunMs: 0 }, 8000],
    [{ periodMs: 10_000, lastRunMs: 1000 }, 5000],
    [{ periodMs: 10_000, lastRunMs: 2500 }, 1000],
    [{ periodMs: 10_000, lastRunMs: 60_000 }, 1000],
    [{ periodMs: 10_000, lastRunMs: 1000, maxLagMs: 500 }, 7500],
    [{ periodMs: 10_000, lastRunMs: 1000, maxLagMs: 0 }, 8000],
    [{ periodMs: 10_000, lastRunMs: 0, maxLagMs: 60_000 }, 1000],
  ] as const)
    it(`is ${interval} ms for ${JSON.stringify(pace)}`, () => assert.equal(startInterval(pace), interval));

  it('keeps the promise while the plugin needs no longer than its period', () => {
    const steady = periodMs.chain((period) =>
      fc.record({ periodMs: fc.constant(period), lastRunMs: fc.integer({ min: 0, max: period }), maxLagMs }),
    );
    fc.assert(
      fc.property(steady, (pace) => {
        const betweenReportsMs = Math.max(startInterval(pace), pace.lastRunMs);
        assert.ok(betweenReportsMs <= pace.periodMs);
      }),
    );
  });

  it('never starts it more often than ten times a period', () => {
    fc.assert(
      fc.property(fc.record({ periodMs, lastRunMs, maxLagMs }), (pace) =>
        assert.ok(startInterval(pace) >= pace.periodMs * 0.1),
      ),
    );
  });

  it('leaves at least a fifth of the period for the way to the collector', () => {
    fc.assert(
      fc.property(fc.record({ periodMs, lastRunMs, maxLagMs }), (pace) =>
        assert.ok(startInterval(pace) <= pace.periodMs * 0.8),
      ),
    );
  });
});
