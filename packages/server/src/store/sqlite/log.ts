import { openSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Sqlite } from './driver.ts';

/** How many rows are written between two looks at how long it is. */
const LOOK_EVERY = 100;

/** It is never copied back sooner, however small the file is. */
const LEAST_PAGES = 4000;

/** How much longer the log gets before SQLite copies it back by itself, in case that the thread for it cannot. */
const LAST_RESORT = 4;

/**
 * SQLite's write-ahead log, into which every commit goes. Once it is as long as the file, or has as many pages as
 * `wal_autocheckpoint` says, it is copied back by a thread of its own while commits go on; what they append meanwhile is
 * copied here, which takes a moment, and then it begins anew.
 */
export class Log {
  readonly #db: InstanceType<typeof Sqlite>;
  #copier: Worker | undefined;
  #state: 'growing' | 'being copied' | 'copied' = 'growing';
  #unseen = 0;
  readonly #mostPages: number;

  constructor(db: InstanceType<typeof Sqlite>) {
    this.#db = db;
    this.#mostPages = db.pragma('wal_autocheckpoint', { simple: true }) as number;
    db.pragma(`wal_autocheckpoint = ${LAST_RESORT * this.#mostPages}`);
  }

  /** To be told of so many rows that were written. */
  grew(rows: number): void {
    this.#unseen += rows;
  }

  /** Does what is due; to be called between two requests. */
  tend(): void {
    if (this.#db.inTransaction) return;
    if (this.#state === 'copied') {
      this.#copyRest();
      this.#state = 'growing';
      this.#unseen = 0;
    }
    if (this.#state !== 'growing' || this.#unseen < LOOK_EVERY) return;
    this.#unseen = 0;
    const [{ log }] = this.#db.pragma('wal_checkpoint(NOOP)') as [{ log: number }];
    if (log < LEAST_PAGES || log < Math.min(this.#filePages(), this.#mostPages)) return;
    this.#state = 'being copied';
    this.#copier ??= this.#startCopier();
    this.#copier.postMessage('copy');
  }

  #copyRest(): void {
    try {
      this.#db.pragma('wal_checkpoint(PASSIVE)');
    } catch {} // as in `copier.ts`
  }

  #filePages(): number {
    return this.#db.pragma('page_count', { simple: true }) as number;
  }

  async close(): Promise<void> {
    await this.#copier?.terminate();
  }

  #startCopier(): Worker {
    const file = this.#db.name;
    // To sync it. It is closed with this thread; before SQLite has closed its own, that would drop the locks on it (fcntl(2)).
    const descriptor = openSync(file, 'r+');
    const copier = new Worker(new URL('./copier.js', import.meta.url), { workerData: { file, descriptor } });
    copier.on('message', () => {
      this.#state = 'copied';
      this.tend();
    });
    return copier;
  }
}
