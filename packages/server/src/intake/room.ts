/** So many POSTs may always wait, however slow the last batches were. */
const ALWAYS_POSTS = 1000;
/** More is not held in memory, however fast it is stored. */
const MOST_POSTS = 10_000;
const MOST_ITEMS = 200_000;
/** Who would wait longer than this does better to come back. */
const LONGEST_WAIT_MS = 250;
/** Fewer POSTs tell nothing about the pace, since each batch takes a commit. */
const TELLING_POSTS = 100;
/** How much a slower pace counts; a faster one counts whole, since small batches are slow for their size. */
const SLOWER_COUNTS = 0.05;

/** How much may wait for the disk: as much as it stores within a moment, going by its pace so far. Items are reports and alerts. */
export class Room {
  #posts = 0;
  #items = 0;
  #itemsPerMs: number | undefined;
  /** Since when what is done is counted, for the pace. */
  #since = 0;
  #donePosts = 0;
  #doneItems = 0;

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
    if (this.#posts === 0) this.#measureFrom(now);
    this.#posts++;
    this.#items += items;
  }

  /** So much has been stored or refused. */
  leave(posts: number, items: number, now: number): void {
    this.#posts -= posts;
    this.#items -= items;
    this.#donePosts += posts;
    this.#doneItems += items;
    if (this.#donePosts < TELLING_POSTS) return;
    const pace = this.#doneItems / Math.max(now - this.#since, 1);
    const before = this.#itemsPerMs ?? pace;
    this.#itemsPerMs = pace > before ? pace : before + SLOWER_COUNTS * (pace - before);
    this.#measureFrom(now);
  }

  #measureFrom(now: number): void {
    this.#since = now;
    this.#donePosts = 0;
    this.#doneItems = 0;
  }
}
