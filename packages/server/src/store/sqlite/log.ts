import { Worker } from 'node:worker_threads';
import type { Sqlite } from './driver.ts';

/** How often statements run between two looks at how long it is. */
const LOOK_EVERY = 100;

/** How much longer the log gets before SQLite copies it back by itself, in case that the thread for it cannot. */
const LAST_RESORT = 4;

/**
 * SQLite's write-ahead log, into which every commit goes. Once it has as many pages as `wal_autocheckpoint` says, it is
 * copied back to the file by a thread of its own while commits go on; what they append meanwhile is copied here, which
 * takes a moment, and then it begins anew.
 */
export class Log {
  readonly #db: InstanceType<typeof Sqlite>;
  #copier: Worker | undefined;
  #state: 'growing' | 'being copied' | 'copied' = 'growing';
  #unseen = 0;
  readonly #fullPages: number;

  constructor(db: InstanceType<typeof Sqlite>) {
    this.#db = db;
    this.#fullPages = db.pragma('wal_autocheckpoint', { simple: true }) as number;
    db.pragma(`wal_autocheckpoint = ${LAST_RESORT * this.#fullPages}`);
  }

  /** To be told of statements that ran, so many times. */
  grew(runs: number): void {
    this.#unseen += runs;
  }

  /** Does what is due; to be called between two requests. */
  tend(): void {
    if (this.#db.inTransaction) return;
    if (this.#state === 'copied') {
      this.#db.pragma('wal_checkpoint(PASSIVE)');
      this.#state = 'growing';
      this.#unseen = 0;
    }
    if (this.#state !== 'growing' || this.#unseen < LOOK_EVERY) return;
    this.#unseen = 0;
    const [{ log }] = this.#db.pragma('wal_checkpoint(NOOP)') as [{ log: number }];
    if (log < this.#fullPages) return;
    this.#state = 'being copied';
    this.#copier ??= this.#startCopier();
    this.#copier.postMessage('copy');
  }

  async close(): Promise<void> {
    await this.#copier?.terminate();
  }

  #startCopier(): Worker {
    const copier = new Worker(new URL('./copier.js', import.meta.url), {
      workerData: { file: this.#db.name },
    });
    copier.on('message', () => {
      this.#state = 'copied';
      this.tend();
    });
    return copier;
  }
}
