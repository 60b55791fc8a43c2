import assert from 'node:assert/strict';
import { findingAt } from '../../src/core/gap.ts';

const T0 = 1_000_000;

describe('a sign of life', () => {
  const found = (after: number, stands = false) => findingAt(T0 + after, { at: T0, stands }, 2000);

  it('that is two seconds old tells that somebody is listening, an older one that nobody was', () => {
    assert.deepEqual(found(2000), { kind: 'listening' });
    assert.deepEqual(found(2001), { kind: 'gap', gap: { since: T0, until: T0 + 2001 } });
  });

  it('from the future is of a collector whose clock is ahead, unless nobody goes on signing', () => {
    assert.deepEqual(found(-60_000), { kind: 'listening' });
    assert.deepEqual(found(-60_000, true), { kind: 'went back', byMs: 60_000 });
    assert.deepEqual(found(-2000, true), { kind: 'listening' });
  });
});
