import { fdatasyncSync, readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Sqlite } from './driver.ts';

/** So few pages are copied within a moment by who asked. */
const FEW_PAGES = 100;
/** Commits may append as fast as this copies. */
const MOST_TURNS = 12;

const { file, descriptor } = workerData as { file: string; descriptor: number };
const db = new Sqlite(file);
giveWay();

/** The thread that copies the log of an SQLite file back whenever it is asked, see `log.ts`. */
parentPort?.on('message', () => {
  try {
    for (let turn = 0; turn < MOST_TURNS && pagesLeft() > FEW_PAGES; turn++) copy();
  } catch {} // a full disk, say: what is left stays in the log, and is tried again
  parentPort?.postMessage('copied');
});

/**
 * SQLite syncs the file only when nothing is left in the log. Commits append meanwhile, so that would be when `log.ts`
 * copies the rest: all that this thread wrote would be waited for by the thread of the commits.
 */
function copy(): void {
  db.pragma('wal_checkpoint(PASSIVE)');
  fdatasyncSync(descriptor);
}

/** What has been appended meanwhile, too. */
function pagesLeft(): number {
  const [{ log, checkpointed }] = db.pragma('wal_checkpoint(NOOP)') as [
    { log: number; checkpointed: number },
  ];
  return log - checkpointed;
}

/**
 * Lets whoever waits for a report go first, where a thread can have a priority of its own: on Linux. A lower one would
 * starve it on a busy core: the longer it takes, the more is appended meanwhile, and commits wait for what it leaves.
 */
function giveWay(): void {
  try {
    setPriority(
      Number(basename(readlinkSync('/proc/thread-self'))),
      constants.priority.PRIORITY_BELOW_NORMAL,
    );
  } catch {}
}
