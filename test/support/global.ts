import { type MariaDb, startMariaDb } from './mariadb.ts';

let mariaDb: MariaDb | undefined;

/** One MariaDB for the whole run; the suites ask for databases on it through `OVERC_TEST_MARIADB`. */
export async function mochaGlobalSetup(): Promise<void> {
  mariaDb = await startMariaDb();
  process.env.OVERC_TEST_MARIADB = mariaDb.url;
}

export async function mochaGlobalTeardown(): Promise<void> {
  await mariaDb?.stop();
}
