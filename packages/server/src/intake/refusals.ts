/** Whoever is refused hears of it no sooner: senders that try again at once would leave no time for anything but refusing. */
const LEAST_MS = 1000;
/** So many are told in a millisecond: refusing takes a part of the time, and the rest is for storing. */
const TOLD_PER_MS = 2;
/** More are not held back in memory, nor for longer than senders are patient. */
const MOST_HELD = 20_000;

/** How long refusals are held back, so that they come at a bounded rate, however many are refused at once. */
export class Refusals {
  #held = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  /**
   * How long one that is refused at `now` (monotonic ms) waits until it is told, milliseconds; undefined when too many
   * wait already. Whoever waited is to `leave`.
   */
  hold(now: number): number | undefined {
    if (this.#held >= MOST_HELD) return undefined;
    this.#held++;
    this.#lastAt = Math.max(now + LEAST_MS, this.#lastAt + 1 / TOLD_PER_MS);
    return this.#lastAt - now;
  }

  leave(): void {
    this.#held--;
  }
}
