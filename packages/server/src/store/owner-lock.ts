import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SettingsError } from '@overc/protocol';
import { Sqlite } from './sqlite/driver.ts';

const POLL_MS = 100;

/**
 * Makes this process the only collector on an SQLite file until `release` is called or the process ends, however it ends:
 * the lock is the operating system's, on a file beside the database. Waits up to `patienceMs` for a collector that is stopping.
 */
export async function lockSqlite(file: string, patienceMs: number): Promise<{ release(): void }> {
  mkdirSync(dirname(file), { recursive: true });
  const lock = new Sqlite(`${file}.lock`, { timeout: 0 });
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return { release: () => lock.close() };
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
      if (waitedMs >= patienceMs) {
        lock.close();
        throw new SettingsError(
          `database: another collector is using ${file}; stop it, or use MariaDB, which several collectors can share`,
        );
      }
      await pause(POLL_MS);
    }
  }
}
