import { setImmediate as settled } from 'node:timers/promises';
import type { Cancel, Clock } from '../src/clock.ts';

interface Timer {
  at: number;
  action: () => void;
}

/** A clock that only a test moves. */
export class ManualClock implements Clock {
  #now = 0;
  /** What the wall's clock shows when the other one shows 0; a test may set it. */
  wallAtStart = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): Cancel {
    const timer = { at: this.#now + ms, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  wall(): number {
    return this.wallAtStart + this.#now;
  }

  timestamp(): string {
    return new Date(this.wall()).toISOString();
  }

  /** The pauses that are being waited for, in ms from now. */
  get pauses(): number[] {
    return [...this.#timers].map(({ at }) => at - this.#now);
  }

  /** Lets `ms` pass; everything due happens in its order, each with its consequences. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#nextBefore(end); next; next = this.#nextBefore(end)) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.action();
      await settled();
    }
    this.#now = end;
  }

  #nextBefore(end: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
