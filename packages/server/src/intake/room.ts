/** So many POSTs may always wait, however slow the last batches were. */
const ALWAYS_POSTS = 1000;
/** More is not held in memory, however fast it is stored. */
const MOST_POSTS = 10_000;
const MOST_ITEMS = 200_000;
/** Who would wait longer than this does better to come back. */
const LONGEST_WAIT_MS = 250;
/** How long what is stored is counted for the pace: several times as long as batches take, since some end together. */
const TELLING_MS = 1000;
/** As long as so many POSTs wait, the disk is what they wait for. */
const PRESSING_POSTS = 100;

/**
 * How much may wait for the disk. Of a burst as much as memory can bear; when it goes on, as much as is stored within a
 * moment, going by the pace so far. Items are reports and alerts.
 */
export class Room {
  #posts = 0;
  #items = 0;
  /** Undefined while no more comes than is stored, which tells nothing about how much could be. */
  #itemsPerMs: number | undefined;
  /** Since when what is done is counted, for the pace. */
  #since = 0;
  #doneItems = 0;
  /** Whether the disk was waited for all the while since then, and whether some were refused. */
  #wasPressing = true;
  #wasFull = false;

  get posts(): number {
    return this.#posts;
  }

  isFull(): boolean {
    if (this.#posts >= MOST_POSTS || this.#items >= MOST_ITEMS) return true;
    if (this.#posts < ALWAYS_POSTS || this.#itemsPerMs === undefined) return false;
    return this.#items / this.#itemsPerMs >= LONGEST_WAIT_MS;
  }

  /** Something waits from `now` on (monotonic ms, as all times here). */
  enter(items: number, now: number): void {
    if (this.#posts === 0) {
      this.#itemsPerMs = undefined;
      this.#countFrom(now);
    }
    this.#posts++;
    this.#items += items;
    this.#wasFull ||= this.isFull();
  }

  /** So much has been stored or refused. */
  leave(posts: number, items: number, now: number): void {
    this.#posts -= posts;
    this.#items -= items;
    this.#doneItems += items;
    this.#wasPressing &&= this.#posts >= PRESSING_POSTS;
    const tookMs = now - this.#since;
    if (tookMs < TELLING_MS) return;
    this.#itemsPerMs = this.#wasPressing || this.#wasFull ? this.#doneItems / tookMs : undefined;
    this.#countFrom(now);
  }

  #countFrom(now: number): void {
    this.#since = now;
    this.#doneItems = 0;
    this.#wasPressing = true;
    this.#wasFull = false;
  }
}
