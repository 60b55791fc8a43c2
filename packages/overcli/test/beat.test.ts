import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toNextBeat } from '../src/runner/beat.ts';

describe('a beat', () => {
  const beatAfter = (at: number, periodMs: number) => at + toNextBeat(0, at, periodMs);

  it('comes every two seconds, and more often for periods under a minute', () => {
    assert.deepEqual(
      [3_600_000, 60_000, 59_999, 30_000, 5000, 1000].map((periodMs) => beatAfter(1, periodMs)),
      [2000, 2000, 1000, 1000, 125, 31.25],
    );
    assert.equal(toNextBeat(1000, 47_000, 60_000), 0);
  });

  it('puts off by a thirtieth of the period at the most, and the beats of long periods are those of short ones', () => {
    const ms = fc.integer({ min: 0, max: 1e9 });
    const period = fc.integer({ min: 100, max: 1e8 });
    fc.assert(
      fc.property(ms, period, period, (at, one, other) => {
        const [short, long] = [Math.min(one, other), Math.max(one, other)];
        const beat = beatAfter(at, long);
        assert.ok(beat >= at && beat - at <= long / 30);
        assert.equal(beatAfter(beat, short), beat);
      }),
    );
  });
});
