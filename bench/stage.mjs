import { execFileSync } from 'node:child_process';
import { startCollector } from './collector.mjs';
import { removeFolder } from './folders.mjs';
import { startMariaDb } from './mariadb.mjs';
import { seededHome } from './seed.mjs';
import { startYardstick } from './server.mjs';

/**
 * Runs `act(collector, restart)` beside a collector on a fresh copy of a database with so many services that reported
 * `perPost` in a POST, and clears up. `prepare(home)` may change the database before the collector starts.
 * `restart(signal)` ends the collector and resolves to a new one on the same database.
 */
export async function withCollector({ database, services, perPost, settings, prepare, context }, act) {
  const { forget, say } = context;
  const home = await seededHome({ database, services, perPost, forget, say });
  await prepare?.(home);
  flush(home);
  const mariadb = database === 'mariadb' ? await startMariaDb(home) : undefined;
  const start = () => startCollector({ home, database: mariadb?.url, settings });
  let collector = await start();
  const restart = async (signal) => {
    await collector.stop(signal);
    collector = await start();
    return collector;
  };
  try {
    return await act({ ...collector, mariadb, home }, restart);
  } finally {
    // The copy is thrown away, so nothing need be finished first.
    await collector.stop('SIGKILL');
    await mariadb?.stop('SIGKILL');
    removeFolder(home);
  }
}

/** Runs `act(yardstick)` beside the bare node:http server. */
export async function withYardstick(act) {
  const yardstick = await startYardstick();
  try {
    return await act(yardstick);
  } finally {
    await yardstick.stop();
  }
}

/** Writes the copy to the disk now, so that it is not written while something is measured. */
function flush(folder) {
  execFileSync('sync', ['--file-system', folder]);
}
