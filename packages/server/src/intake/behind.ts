import { ALWAYS_POSTS, RELIEVED_MS } from './room.ts';

/** Who is answered may have the next report ready, so that it is crowded again at once; unless for so long it was not. */
const REST_MS = 100;
/** While it is crowded, what comes next may be later by this than what came so far. */
const LATER_MS = 250;
/** Longer is not waited for what was sent. */
const MOST_MS = 60_000;

/**
 * How far the collector is behind, when more is sent than it can take: what waits in sockets and at senders it does not see, so
 * it goes by how many wait for the disk, and by how late what comes is (docs/adr/0021). Times are monotonic ms.
 */
export class Behind {
  #isCrowd = false;
  /** Since when it has been crowded without a rest, when so many waited last, and when somebody was refused. */
  #crowdedSince = 0;
  #crowdAt = Number.NEGATIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;
  /** Until when it is known how late what came was, and how late at the most. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #lateMs = 0;

  /** So many POSTs wait for the disk now; it is crowded while as many do as always may. To be told whenever it is another number. */
  wait(posts: number, now: number): void {
    const isCrowd = posts >= ALWAYS_POSTS;
    if (isCrowd && !this.#isCrowded(now)) this.#crowdedSince = now;
    if (isCrowd || this.#isCrowd) this.#crowdAt = now;
    this.#isCrowd = isCrowd;
  }

  /** Somebody is refused, and comes back. */
  refuse(now: number): void {
    if (!this.#isCrowded(now)) this.#crowdedSince = now;
    this.#refusedAt = now;
  }

  /** Reports came until `at` that were late by `lateMs` at the most. The time since others were later has been made up for. */
  hear(at: number, lateMs: number): void {
    this.#lateMs = Math.max(lateMs, this.#lateMs - Math.max(at - this.#heardAt, 0));
    this.#heardAt = Math.max(at, this.#heardAt);
  }

  /**
   * What was sent within so many milliseconds before `now` may not be here yet: no longer ago than it became crowded, and
   * little more than what was heard last was late by. 0 when all that was sent is here: it is not crowded, and nobody was
   * refused who has to come back.
   */
  ms(now: number): number {
    if (!this.#isCrowded(now)) return 0;
    const latestMs = this.#lateMs + now - this.#heardAt;
    return Math.ceil(Math.min(now - this.#crowdedSince, latestMs + LATER_MS, MOST_MS));
  }

  #isCrowded(now: number): boolean {
    return this.#isCrowd || now - this.#crowdAt < REST_MS || now - this.#refusedAt < RELIEVED_MS;
  }
}
