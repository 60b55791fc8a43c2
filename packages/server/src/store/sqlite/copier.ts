import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Sqlite } from './driver.ts';

const db = new Sqlite((workerData as { file: string }).file);
giveWay();

/** The thread that copies the log of an SQLite file back whenever it is asked, see `log.ts`. */
parentPort?.on('message', () => {
  db.pragma('wal_checkpoint(PASSIVE)');
  parentPort?.postMessage('copied');
});

/** Lets whoever waits for a report go first, where a thread can have a priority of its own: on Linux. */
function giveWay(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_LOW);
  } catch {}
}
