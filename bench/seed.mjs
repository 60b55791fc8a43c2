import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from './client.mjs';
import { startCollector } from './collector.mjs';
import { CACHE, CHECKOUT, copyFolder, removeFolder, temporaryFolder } from './folders.mjs';
import { startMariaDb } from './mariadb.mjs';
import { bodyOf, QUIET_PERIOD_SECONDS, SERVICES_PER_SERVER, STATUS_PATH, serversFor } from './population.mjs';

/** POSTs under way at once, so that one commit serves many. */
const AT_ONCE = 64;
const PROGRESS_EVERY_MS = 5000;
/** What decides whether a database made by an earlier build may be used again. */
const SCHEMA = 'packages/server/dist/src/migrations';
const forgotten = new Set();

/**
 * A folder of its own with a database of so many services that have reported once, `perPost` in a POST as they will go
 * on to, with no collector running. The database is made through the API, and kept to be copied by further runs.
 */
export async function seededHome({ database, services, perPost, forget, say }) {
  const name = `${database}-${services}-by-${perPost}`;
  const kept = join(CACHE, `${name}-${schemaHash()}`);
  if (forget && !forgotten.has(kept)) rmSync(kept, { recursive: true, force: true });
  forgotten.add(kept);
  if (!existsSync(kept)) await seed(kept, { name, database, services, perPost, say });
  const home = temporaryFolder();
  copyFolder(kept, home);
  return home;
}

async function seed(kept, { name, database, services, perPost, say }) {
  say(`registering ${services} services, ${perPost} a POST, on ${database} …`);
  const home = temporaryFolder();
  const mariadb = database === 'mariadb' ? await startMariaDb(home) : undefined;
  const collector = await startCollector({ home, database: mariadb?.url, settings: { 'keep-reports': 0 } });
  const from = performance.now();
  await register(collector.port, { services, perPost, say });
  await collector.stop();
  await mariadb?.stop();
  say(`registered in ${((performance.now() - from) / 1000).toFixed(1)} s`);
  mkdirSync(CACHE, { recursive: true });
  const earlier = readdirSync(CACHE).filter((kept) => kept.startsWith(`${name}-`));
  for (const name of earlier) rmSync(join(CACHE, name), { recursive: true, force: true });
  // A copy that is cut short has another name, so that it is never taken for a whole one.
  copyFolder(home, `${kept}.part`);
  renameSync(`${kept}.part`, kept);
  removeFolder(home);
}

/** Registers 100 services for each server, `perPost` in a POST. */
async function register(port, { services, perPost, say }) {
  const client = createClient(port, AT_ONCE);
  const posts = (serversFor(services) * SERVICES_PER_SERVER) / perPost;
  let next = 0;
  let spokenAt = performance.now();
  async function one() {
    while (next < posts) {
      const first = next++ * perPost;
      const server = Math.floor(first / SERVICES_PER_SERVER);
      await client.post(
        STATUS_PATH,
        bodyOf(server, QUIET_PERIOD_SECONDS, first % SERVICES_PER_SERVER, perPost),
      );
      if (performance.now() - spokenAt < PROGRESS_EVERY_MS) continue;
      spokenAt = performance.now();
      say(`${next} of ${posts} POSTs`);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  client.close();
}

function schemaHash() {
  const hash = createHash('sha256');
  for (const file of filesIn(join(CHECKOUT, SCHEMA))) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .sort()
    .map((name) => join(folder, name))
    .filter((file) => file.endsWith('.js') && statSync(file).isFile());
}
