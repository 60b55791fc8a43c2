import { join } from 'node:path';
import { CHECKOUT } from './folders.mjs';

/** Runs SQL on the SQLite database in a collector's folder. */
export async function execute(home, sql) {
  const { Sqlite } = await import(join(CHECKOUT, 'packages/server/dist/src/store/sqlite/driver.js'));
  const db = new Sqlite(join(home, 'overc.db'));
  db.exec(sql);
  db.close();
}
