/** So many POSTs may always wait, however slow the last batches were. */
const ALWAYS_POSTS = 500;
/** More is not held in memory, however fast it is stored. */
const MOST_POSTS = 10_000;
const MOST_ITEMS = 200_000;
/** Who would wait longer than this, while more comes than is stored, does better to come back. */
const LONGEST_WAIT_MS = 100;
/** More has come than is stored until for so long there was room for all. Whoever was refused has been back by then. */
const RELIEVED_MS = 10_000;
/** As long as so many POSTs wait, the disk is what they wait for: what is stored meanwhile tells the pace. */
const PRESSING_POSTS = 100;
/** How long they have waited in all until the pace is told: many times as long as batches take, since some end together. */
const TELLING_MS = 1000;
/** While it is crowded, what comes next may be later by this than what came so far. */
const LATER_MS = 250;
/** Longer is not waited for what was sent. */
const MOST_BEHIND_MS = 60_000;

/**
 * How much may wait for the disk. Of a burst as much as memory can bear; once that was not enough, as much as is stored
 * within a moment, going by the pace so far. Items are reports and alerts; times are monotonic ms.
 */
export class Room {
  #posts = 0;
  #items = 0;
  #fullAt = Number.NEGATIVE_INFINITY;
  /** Since when it has been crowded without a rest, and when so many waited last. */
  #crowdedSince = 0;
  #crowdedAt = Number.NEGATIVE_INFINITY;
  /** Until when it is known how late what came was, and how late at the most. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #lateMs = 0;
  #itemsPerMs: number | undefined;
  /** For the next pace: how long many have waited, until when that is counted, and what was done in it. */
  #pressedMs = 0;
  #countedAt = 0;
  #doneItems = 0;

  get posts(): number {
    return this.#posts;
  }

  isFull(now: number): boolean {
    if (this.#posts >= MOST_POSTS || this.#items >= MOST_ITEMS) return true;
    if (this.#posts < ALWAYS_POSTS || now - this.#fullAt >= RELIEVED_MS) return false;
    return this.#itemsPerMs !== undefined && this.#items / this.#itemsPerMs >= LONGEST_WAIT_MS;
  }

  /**
   * What was sent within so many milliseconds before `now` may not be here yet: no longer ago than it became crowded, and
   * little more than what was heard last was late by. 0 when all that was sent is here: fewer waited for a while than may
   * always wait, and nobody was refused who has to come back.
   */
  behindMs(now: number): number {
    if (!this.#isCrowded(now)) return 0;
    const latestMs = this.#lateMs + now - this.#heardAt;
    return Math.min(now - this.#crowdedSince, latestMs + LATER_MS, MOST_BEHIND_MS);
  }

  /** Reports came until `at` that were late by `lateMs` at the most. The time since others were later has been made up for. */
  heard(at: number, lateMs: number): void {
    this.#lateMs = Math.max(lateMs, this.#lateMs - Math.max(at - this.#heardAt, 0));
    this.#heardAt = Math.max(at, this.#heardAt);
  }

  #isCrowded(now: number): boolean {
    const isAwaited = now - this.#fullAt < RELIEVED_MS;
    return this.#posts >= ALWAYS_POSTS || now - this.#crowdedAt < LONGEST_WAIT_MS || isAwaited;
  }

  enter(items: number, now: number): void {
    if (this.#posts + 1 >= ALWAYS_POSTS) this.#crowd(now);
    this.#posts++;
    this.#items += items;
    if (this.#posts === PRESSING_POSTS) this.#countedAt = now;
    if (this.isFull(now)) this.#fullAt = now;
  }

  /** So much has been stored or refused. */
  leave(posts: number, items: number, now: number): void {
    if (this.#posts >= ALWAYS_POSTS) this.#crowd(now);
    const wasPressing = this.#posts >= PRESSING_POSTS;
    this.#posts -= posts;
    this.#items -= items;
    if (!wasPressing) return;
    this.#pressedMs += now - this.#countedAt;
    this.#countedAt = now;
    this.#doneItems += items;
    if (this.#pressedMs < TELLING_MS) return;
    this.#itemsPerMs = this.#doneItems / this.#pressedMs;
    this.#pressedMs = 0;
    this.#doneItems = 0;
  }

  #crowd(now: number): void {
    if (!this.#isCrowded(now)) this.#crowdedSince = now;
    this.#crowdedAt = now;
  }
}
