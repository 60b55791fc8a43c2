import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LONGEST_MS, retryDelay } from '../src/report/retry.ts';

describe('the pause before a retry', () => {
  it('doubles from half a second to fifteen', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 100].map((failures) => retryDelay({ failures, random: 1 }));
    assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  });

  it('is spread by chance over its second half', () => {
    assert.equal(retryDelay({ failures: 6, random: 0 }), 7500);
  });

  it('is what Retry-After asks for or a little longer, but no longer than fifteen seconds', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.nat(20),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (retryAfterMs, failures, random) => {
          const pause = retryDelay({ failures, retryAfterMs, random });
          assert.ok(pause >= Math.min(retryAfterMs, LONGEST_MS));
          assert.ok(pause <= LONGEST_MS && pause >= 500);
        },
      ),
    );
  });
});
