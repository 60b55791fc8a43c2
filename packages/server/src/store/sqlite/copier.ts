import { parentPort, workerData } from 'node:worker_threads';
import { Sqlite } from './driver.ts';

const db = new Sqlite((workerData as { file: string }).file);

/** The thread that copies the log of an SQLite file back whenever it is asked, see `log.ts`. */
parentPort?.on('message', () => {
  db.pragma('wal_checkpoint(PASSIVE)');
  parentPort?.postMessage('copied');
});
