/** So many POSTs may always wait, however slow the last batches were. */
export const ALWAYS_POSTS = 500;
/** More is not held in memory, however fast it is stored. */
const MOST_POSTS = 10_000;
const MOST_ITEMS = 200_000;
/** Who would wait longer than this, while more comes than is stored, does better to come back. */
const LONGEST_WAIT_MS = 100;
/** More has come than is stored until for so long there was room for all. Whoever was refused has been back by then. */
export const RELIEVED_MS = 10_000;
/** As long as so many POSTs wait, the disk is what they wait for: what is stored meanwhile tells the pace. */
const PRESSING_POSTS = 100;
/** How long they have waited in all until the pace is told: many times as long as batches take, since some end together. */
const TELLING_MS = 1000;

/**
 * How much may wait for the disk. Of a burst as much as memory can bear; once that was not enough, as much as is stored
 * within a moment, going by the pace so far. Items are reports and alerts; times are monotonic ms.
 */
export class Room {
  #posts = 0;
  #items = 0;
  #fullAt = Number.NEGATIVE_INFINITY;
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

  enter(items: number, now: number): void {
    this.#posts++;
    this.#items += items;
    if (this.#posts === PRESSING_POSTS) this.#countedAt = now;
    if (this.isFull(now)) this.#fullAt = now;
  }

  /** So much has been stored or refused. */
  leave(posts: number, items: number, now: number): void {
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
}
