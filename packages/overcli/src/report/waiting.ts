import type { Report } from '@overc/protocol';
import type { Clock } from '../clock.ts';

/** A report that is so old, as a share of its period, is late. */
const LATE_SHARE = 0.1;
const LEAST_LATE_MS = 1000;
const MOST_LATE_MS = 10_000;

/** A report that waits to be sent, and when it was true: by the clock that never jumps, and by the wall's. */
export interface Reading {
  report: Report;
  addedAt: number;
  /** UTC ms */
  at: number;
}

/** What waits to be sent: the newest reading of each service, and on demand those that a newer one has replaced. */
export class Waiting {
  readonly #clock: Clock;
  readonly #newest = new Map<string, Reading>();
  #replaced: Reading[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#newest.size;
  }

  get services(): string[] {
    return [...this.#newest.keys()];
  }

  /** @param remembers whether the one that it replaces is still wanted */
  add(report: Report, remembers: boolean): void {
    const before = this.#newest.get(report.service);
    if (before && remembers) this.#replaced.push(before);
    this.#newest.set(report.service, { report, addedAt: this.#clock.now(), at: this.#clock.wall() });
  }

  /** Takes at most so many out. */
  take(most: number): Reading[] {
    const readings = [...this.#newest.values()].slice(0, most);
    this.remove(readings);
    return readings;
  }

  /** Lets them wait on; one whose service said something newer meanwhile is replaced. */
  putBack(readings: Reading[], remembers: boolean): void {
    for (const reading of readings) {
      if (!this.#newest.has(reading.report.service)) this.#newest.set(reading.report.service, reading);
      else if (remembers) this.#replaced.push(reading);
    }
  }

  /** Takes out those that were replaced. */
  takeReplaced(): Reading[] {
    return this.#replaced.splice(0);
  }

  get late(): Reading[] {
    const now = this.#clock.now();
    return this.all.filter(({ report, addedAt }) => now - addedAt > patienceOf(report));
  }

  get all(): Reading[] {
    return [...this.#newest.values()];
  }

  remove(readings: Reading[]): void {
    for (const reading of readings) {
      const { service } = reading.report;
      if (this.#newest.get(service) === reading) this.#newest.delete(service);
    }
  }
}

function patienceOf({ periodSeconds }: Report): number {
  return Math.min(Math.max(LATE_SHARE * periodSeconds * 1000, LEAST_LATE_MS), MOST_LATE_MS);
}
