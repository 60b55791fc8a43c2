import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterWarmUp } from '../capacity.mjs';
import { removeFolder, temporaryFolder } from '../folders.mjs';
import { startMariaDb } from '../mariadb.mjs';
import { identityOf, pluginInfo, SERVICES_PER_SERVER, serviceName } from '../population.mjs';
import { withDaemon } from './daemon.mjs';
import { isOnPath, pathOf } from './installed.mjs';
import { yardstickFor } from './yardstick.mjs';
import { fillDatabase, SCHEMA } from './zabbix-database.mjs';
import { senderLoop, senderRequest, sendOne, tookAll } from './zabbix-sender.mjs';

const SECONDS = 15;
const SERVERS = 100;
const REQUESTS = 2000;
/** What ListenPort may be; the system itself gives higher ones. */
const LOWEST_PORT = 1024;
const HIGHEST_PORT = 32_767;

/**
 * Zabbix server's trapper, with its database beside it on the server's core: an answer means that the values were handed
 * to the process that will put them into the history cache, in memory; they are in the database a second or more later.
 */
export const zabbix = {
  name: 'Zabbix',
  isInstalled: () => isOnPath('zabbix_server') && isOnPath('mariadbd') && existsSync(SCHEMA),
  async measure(context) {
    const rows = [];
    for (const perRequest of [1, 100]) rows.push(await measureOne(context, perRequest));
    return rows;
  },
};

async function measureOne({ seconds = SECONDS, say }, perRequest) {
  say(`Zabbix, ${perRequest} a request`);
  const yardstickPerSecond = await yardstickFor({ servers: SERVERS, perPost: perRequest, seconds });
  const requests = randomRequests(perRequest);
  const result = await withZabbix((port) =>
    afterWarmUp((length) => senderLoop({ port, requests, values: perRequest, seconds: length }), seconds),
  );
  const limit = result.isSenderSpent ? ', as fast as our sender goes' : '';
  const what = `${SERVERS} servers of ${SERVICES_PER_SERVER} items, ${perRequest} a request${limit} (memory)`;
  return { ...result, what, yardstickPerSecond };
}

async function withZabbix(act) {
  const folder = temporaryFolder();
  const mariadb = await startMariaDb(folder);
  try {
    fillDatabase(mariadb.url, SERVERS);
    const port = await freeLowPort();
    const config = join(folder, 'zabbix_server.conf');
    writeFileSync(config, configOf(port, folder, new URL(mariadb.url)));
    const daemon = {
      name: 'Zabbix',
      command: pathOf('zabbix_server'),
      args: ['--foreground', '--config', config],
      isReady: async () => tookAll(await sendOne(port, senderRequest([valueFor(0, 0)])), 1),
    };
    return await withDaemon(daemon, () => act(port));
  } finally {
    await mariadb.stop('SIGKILL');
    removeFolder(folder);
  }
}

async function freeLowPort() {
  for (;;) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT + 1);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}

/** All that is not about where things are is left as it comes. */
function configOf(port, folder, { hostname, port: databasePort, username, password, pathname }) {
  const settings = {
    ListenIP: '127.0.0.1',
    ListenPort: port,
    DBHost: hostname,
    DBPort: databasePort,
    DBName: pathname.slice(1),
    DBUser: username,
    DBPassword: password,
    LogType: 'console',
    PidFile: join(folder, 'zabbix_server.pid'),
    SocketDir: folder,
    TmpDir: folder,
    AllowRoot: 1,
    // Debian 12's MariaDB is newer than its Zabbix knows.
    AllowUnsupportedDBVersions: 1,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Each of one server: a random item, or all of them. */
function randomRequests(perRequest) {
  return Array.from({ length: REQUESTS }, (_, index) => {
    const server = Math.floor(Math.random() * SERVERS);
    return senderRequest(
      Array.from({ length: perRequest }, (_, item) => valueFor(server, (index + item) % SERVICES_PER_SERVER)),
    );
  });
}

function valueFor(server, item) {
  return { host: identityOf(server).name, key: serviceName(item), value: `OK ${pluginInfo()}` };
}
