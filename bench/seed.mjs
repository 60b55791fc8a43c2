import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startCollector } from './collector.mjs';
import { CACHE, CHECKOUT, copyFolder, removeFolder, temporaryFolder } from './folders.mjs';
import { startMariaDb } from './mariadb.mjs';
import { bodyOf, QUIET_PERIOD_SECONDS, STATUS_PATH, serversFor } from './population.mjs';

const AT_ONCE = 16;
const PROGRESS_EVERY_MS = 5000;
/** What decides whether a database made by an earlier build may be used again. */
const SCHEMA = ['packages/server/dist/src/migrations', 'packages/server/dist/src/store'];
const forgotten = new Set();

/**
 * A folder of its own with a database of so many services that have reported once, with no collector running. The
 * database is made through the API, and kept to be copied by further runs.
 */
export async function seededHome({ database, services, forget, say }) {
  const kept = join(CACHE, `${database}-${services}-${schemaHash()}`);
  if (forget && !forgotten.has(kept)) rmSync(kept, { recursive: true, force: true });
  forgotten.add(kept);
  if (!existsSync(kept)) await seed(kept, { database, services, say });
  const home = temporaryFolder();
  copyFolder(kept, home);
  return home;
}

async function seed(kept, { database, services, say }) {
  say(`registering ${services} services on ${database} …`);
  const home = temporaryFolder();
  const mariadb = database === 'mariadb' ? await startMariaDb(home) : undefined;
  const collector = await startCollector({ home, database: mariadb?.url, settings: { 'keep-reports': 0 } });
  const from = performance.now();
  await register(collector.client, serversFor(services), QUIET_PERIOD_SECONDS, say);
  await collector.stop();
  await mariadb?.stop();
  say(`registered in ${((performance.now() - from) / 1000).toFixed(1)} s`);
  mkdirSync(CACHE, { recursive: true });
  const earlier = readdirSync(CACHE).filter((name) => name.startsWith(`${database}-${services}-`));
  for (const name of earlier) rmSync(join(CACHE, name), { recursive: true, force: true });
  // A copy that is cut short has another name, so that it is never taken for a whole one.
  copyFolder(home, `${kept}.part`);
  renameSync(`${kept}.part`, kept);
  removeFolder(home);
}

/** Registers 100 services for each server, a server per POST. */
async function register(client, servers, period, say) {
  let next = 0;
  let spokenAt = performance.now();
  async function one() {
    while (next < servers) {
      await client.post(STATUS_PATH, bodyOf(next++, period));
      if (performance.now() - spokenAt < PROGRESS_EVERY_MS) continue;
      spokenAt = performance.now();
      say(`${next} of ${servers} servers`);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

function schemaHash() {
  const hash = createHash('sha256');
  for (const folder of SCHEMA)
    for (const file of filesIn(join(CHECKOUT, folder))) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .sort()
    .map((name) => join(folder, name))
    .filter((file) => file.endsWith('.js') && statSync(file).isFile());
}
