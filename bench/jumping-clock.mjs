/**
 * A clock that goes forward in jumps, so that a month passes in minutes. What falls due within a jump runs once, at its
 * end: a job that looks every half second looks once in each jump.
 */
export class JumpingClock {
  #now;
  #scheduled = new Set();

  constructor(now) {
    this.#now = now;
  }

  now() {
    return this.#now;
  }

  schedule(at, task) {
    const scheduled = { at, task };
    this.#scheduled.add(scheduled);
    return () => this.#scheduled.delete(scheduled);
  }

  /** Nothing stands still: while it jumps, nothing is due. */
  takeStall() {
    return 0;
  }

  /** Goes to `time` (UTC ms) and runs what was due by then, one after the other. */
  async jumpTo(time) {
    this.#now = time;
    const due = [...this.#scheduled].filter(({ at }) => at <= time).sort((a, b) => a.at - b.at);
    for (const one of due) if (this.#scheduled.delete(one)) await one.task();
  }
}
