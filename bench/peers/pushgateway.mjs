import { warmLoop } from '../capacity.mjs';
import { removeFolder, temporaryFolder } from '../folders.mjs';
import { requestHead } from '../population.mjs';
import { startServer } from '../server.mjs';
import { isOnPath } from './installed.mjs';
import { yardstickFor } from './yardstick.mjs';

const SECONDS = 15;
/** By default each push is checked against all that was pushed before, so few servers are all it takes. */
const SERVERS = 1000;
const VALUES = 1000;
const KINDS = [
  { how: 'as it comes', flags: [], servers: SERVERS },
  { how: 'unchecked', flags: ['--push.disable-consistency-check'], servers: SERVERS },
];

/** Prometheus' Pushgateway: an answer means that the numbers are in memory; the file is written every 5 minutes. */
export const pushgateway = {
  name: 'Pushgateway',
  isInstalled: () => isOnPath('prometheus-pushgateway'),
  async measure(context) {
    const rows = [];
    for (const perPost of [1, 100])
      for (const kind of KINDS) rows.push(await measureOne(context, kind, perPost));
    return rows;
  },
};

async function measureOne({ seconds = SECONDS, say }, { how, flags, servers }, perPost) {
  say(`Pushgateway ${how}, ${perPost} a POST`);
  const yardstickPerSecond = await yardstickFor({ servers, perPost, seconds });
  const folder = temporaryFolder();
  const server = await startServer({
    name: 'pushgateway',
    command: 'prometheus-pushgateway',
    program: (port) => [
      ...[`--web.listen-address=127.0.0.1:${port}`, `--persistence.file=${folder}/data`, '--log.level=error'],
      ...flags,
    ],
    probe: { path: '/-/ready' },
    folder,
  });
  try {
    const result = await warmLoop(server, pushHalves(servers, perPost), seconds);
    const what = `${how}, ${servers} servers, ${perPost} a POST (memory)`;
    return { ...result, what, refused: result.non2xx + result.failed, yardstickPerSecond };
  } finally {
    await server.stop();
    removeFolder(folder);
  }
}

/** Pushes of one group, that is one server, with so many services' states. */
function pushHalves(servers, perPost) {
  const tails = Array.from({ length: VALUES }, (_, value) => {
    const line = (service) =>
      `service_state{service="service-${String(service).padStart(2, '0')}"} ${String(value).padStart(4, '0')}\n`;
    return Array.from({ length: perPost }, (_, index) => line(perPost === 1 ? value % 100 : index)).join('');
  });
  const path = (server) => `/metrics/job/overc/instance/server-${server}`;
  const heads = Array.from({ length: servers }, (_, server) => requestHead(path(server), tails[0].length));
  return { heads, tails };
}
