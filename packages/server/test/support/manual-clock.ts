import type { Clock } from '../../src/clock.ts';

interface Scheduled {
  at: number;
  task: () => Promise<void>;
}

/** A clock that stands still until it is told to go on, and then runs what falls due, each to its end, in its order. */
export class ManualClock implements Clock {
  #now: number;
  #stalledMs = 0;
  readonly #scheduled = new Set<Scheduled>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  schedule(at: number, task: () => Promise<void>): () => void {
    const scheduled = { at, task };
    this.#scheduled.add(scheduled);
    return () => this.#scheduled.delete(scheduled);
  }

  /** What a suspended machine, or a wall clock that was set, does: it is another time, and what was to run waits as long as before. */
  jump(ms: number): void {
    this.#now += ms;
    for (const scheduled of this.#scheduled) scheduled.at += ms;
  }

  /** Everything stood still for so long, as the machine's own clock tells it. */
  stall(ms: number): void {
    this.#stalledMs = ms;
  }

  takeStall(): number {
    const ms = this.#stalledMs;
    this.#stalledMs = 0;
    return ms;
  }

  async advanceTo(time: number): Promise<void> {
    for (let next = this.#due(time); next; next = this.#due(time)) {
      this.#scheduled.delete(next);
      this.#now = Math.max(this.#now, next.at);
      await next.task();
    }
    this.#now = Math.max(this.#now, time);
  }

  #due(time: number): Scheduled | undefined {
    const due = [...this.#scheduled].filter(({ at }) => at <= time);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}
