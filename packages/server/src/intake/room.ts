/** So many POSTs may always wait, however slow the last batches were. */
const ALWAYS_POSTS = 1000;
/** More is not held in memory, however fast it is stored. */
const MOST_POSTS = 10_000;
const MOST_ITEMS = 200_000;
/** Who would wait longer than this does better to come back. */
const LONGEST_WAIT_MS = 250;
/** A batch of fewer POSTs tells nothing about the pace, since each takes a commit. */
const TELLING_POSTS = 100;
/** How much a slower batch counts for the pace; a faster one counts whole, since the smaller are slow for their size. */
const SLOWER_COUNTS = 0.05;

/** How much may wait for the disk: as much as it stores within a moment, going by its pace so far. Items are reports and alerts. */
export class Room {
  #posts = 0;
  #items = 0;
  #itemsPerMs: number | undefined;

  get posts(): number {
    return this.#posts;
  }

  isFull(): boolean {
    if (this.#posts >= MOST_POSTS || this.#items >= MOST_ITEMS) return true;
    if (this.#posts < ALWAYS_POSTS || this.#itemsPerMs === undefined) return false;
    return this.#items / this.#itemsPerMs >= LONGEST_WAIT_MS;
  }

  enter(items: number): void {
    this.#posts++;
    this.#items += items;
  }

  /** A batch has been stored or refused, which took so long. */
  leave(posts: number, items: number, tookMs: number): void {
    this.#posts -= posts;
    this.#items -= items;
    if (posts < TELLING_POSTS) return;
    const pace = items / Math.max(tookMs, 1);
    const before = this.#itemsPerMs ?? pace;
    this.#itemsPerMs = pace > before ? pace : before + SLOWER_COUNTS * (pace - before);
  }
}
