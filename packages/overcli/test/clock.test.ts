import assert from 'node:assert/strict';
import { pause, systemClock } from '../src/clock.ts';
import { ManualClock } from './manual-clock.ts';

const YEAR_MS = 365 * 86_400_000;

describe('the system clock', () => {
  it('can wait longer than a timer of Node', async () => {
    const cancel = systemClock.after(YEAR_MS, () => assert.fail('a year has passed'));
    await new Promise<void>((resolve) => systemClock.after(20, resolve));
    cancel();
  });

  it('takes back what is not to happen', async () => {
    systemClock.after(5, () => assert.fail('it happened'))();
    await new Promise<void>((resolve) => systemClock.after(20, resolve));
  });
});

describe('a pause', () => {
  it('ends after its time', async () => {
    const clock = new ManualClock();
    const paused = pause(clock, 1000, new AbortController().signal);
    await clock.pass(1000);
    await paused;
  });

  it('ends at once when it is aborted, and leaves no timer', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const paused = pause(clock, 1000, stop.signal);
    stop.abort();
    await paused;
    await pause(clock, 1000, stop.signal);
    assert.deepEqual(clock.pauses, []);
  });
});
