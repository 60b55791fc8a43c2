import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MariaDb, startMariaDb } from './mariadb.ts';

let mariaDb: MariaDb | undefined;
/** What clients keep is none of this machine's business. */
const stateFolder = mkdtempSync(join(tmpdir(), 'overc-state-'));

/** One MariaDB for the whole run; the suites ask for databases on it through `OVERC_TEST_MARIADB`. */
export async function mochaGlobalSetup(): Promise<void> {
  process.env.STATE_DIRECTORY = stateFolder;
  mariaDb = await startMariaDb();
  process.env.OVERC_TEST_MARIADB = mariaDb.url;
}

export async function mochaGlobalTeardown(): Promise<void> {
  await mariaDb?.stop();
  rmSync(stateFolder, { recursive: true, force: true });
}
