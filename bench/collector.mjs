import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from './folders.mjs';
import { startServer } from './server.mjs';

const BIN = join(CHECKOUT, 'packages/server/bin/overc-server.js');

/**
 * Starts the collector on the server's core, as `npm start` does. `home` holds its secret and, without `database` (a
 * mysql:// URL), its SQLite file; `settings` are `[overc]` options, such as {'keep-reports': 0}.
 */
export function startCollector({ home, database, settings = {} }) {
  if (!existsSync(join(CHECKOUT, 'packages/server/dist/src/main.js')))
    throw new Error('The collector is not built; run npm run setup.');
  const options = {
    database: database ?? `sqlite://${join(home, 'overc.db')}`,
    'secret-file': join(home, 'overc.secret'),
    loglevel: 'warn',
    ...settings,
  };
  const env = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      `OVERC_${name.toUpperCase().replaceAll('-', '_')}`,
      String(value),
    ]),
  );
  const program = (port) => ['--listen', `127.0.0.1:${port}`];
  return startServer({
    name: 'collector',
    command: BIN,
    program,
    env,
    probe: { path: '/healthz' },
    folder: home,
  });
}
