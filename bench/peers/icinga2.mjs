import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { warmLoop } from '../capacity.mjs';
import { removeFolder, temporaryFolder } from '../folders.mjs';
import { identityOf, pluginInfo, SERVICES_PER_SERVER, serviceName } from '../population.mjs';
import { freePort } from '../processes.mjs';
import { withDaemon } from './daemon.mjs';
import { isOnPath, pathOf } from './installed.mjs';
import { yardstickFor } from './yardstick.mjs';

const SECONDS = 15;
/** Services are configured, not registered by a report; many more make only its start slower. */
const SERVERS = 100;
const INFOS_PER_SERVICE = 20;
const PROBE_TIMEOUT_MS = 5000;
const NODE = 'bench';
const LOGIN = 'bench:secret';
const PATH = '/v1/actions/process-check-result';

/**
 * Icinga 2's API, which takes one result a POST: an answer means that the result is in memory; the state file is
 * written every 5 minutes.
 */
export const icinga2 = {
  name: 'Icinga 2',
  isInstalled: () => isOnPath('icinga2'),
  async measure({ seconds = SECONDS, say }) {
    say('Icinga 2, 1 a POST');
    const yardstickPerSecond = await yardstickFor({ servers: SERVERS, perPost: 1, seconds });
    const { perSecond, p99Ms, non2xx, failed } = await withIcinga((port) =>
      warmLoop({ port }, { ...resultHalves(), scheme: 'https' }, seconds),
    );
    const what = `${SERVERS} servers of ${SERVICES_PER_SERVER} services, 1 a POST, TLS (memory)`;
    return [{ what, perSecond, p99Ms, refused: non2xx + failed, yardstickPerSecond }];
  },
};

async function withIcinga(act) {
  const command = pathOf('icinga2');
  const folder = temporaryFolder();
  const port = await freePort();
  try {
    const ca = makeCertificate(command, join(folder, 'certs'));
    const config = join(folder, 'icinga2.conf');
    writeFileSync(config, configOf(port));
    const daemon = {
      name: 'Icinga 2',
      command,
      args: ['daemon', '--config', config, '--log-level', 'warning', ...foldersIn(folder)],
      env: ownUser(),
      isReady: () => isAnswering(port, ca),
    };
    return await withDaemon(daemon, () => act(port));
  } finally {
    removeFolder(folder);
  }
}

/** Signed by itself, so that it is its own authority; returns it. */
function makeCertificate(command, folder) {
  mkdirSync(folder);
  const [certificate, key] = [join(folder, `${NODE}.crt`), join(folder, `${NODE}.key`)];
  execFileSync(command, ['pki', 'new-cert', '--cn', NODE, '--key', key, '--cert', certificate], {
    env: { ...process.env, ...ownUser() },
    stdio: 'ignore',
  });
  copyFileSync(certificate, join(folder, 'ca.crt'));
  return readFileSync(certificate);
}

/** Otherwise it would become the package's own user, who cannot write to our folder. */
function ownUser() {
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
  return { ICINGA2_USER: userInfo().username, ICINGA2_GROUP: group };
}

function foldersIn(folder) {
  return ['DataDir', 'LogDir', 'CacheDir', 'SpoolDir', 'InitRunDir'].map(
    (name) => `-DConfiguration.${name}=${folder}`,
  );
}

function configOf(port) {
  const [user, password] = LOGIN.split(':');
  const servers = Array.from({ length: SERVERS }, (_, server) => serverConfig(identityOf(server).name));
  return `const NodeName = "${NODE}"
const ZoneName = NodeName
include <itl>
object Endpoint NodeName { }
object Zone ZoneName { endpoints = [ NodeName ] }
object ApiListener "api" { bind_host = "127.0.0.1", bind_port = ${port} }
object ApiUser "${user}" {
  password = "${password}"
  permissions = [ "actions/process-check-result", "status/query" ]
}
template Host "passive" { check_command = "passive", enable_active_checks = false }
template Service "passive" { check_command = "passive", enable_active_checks = false }
${servers.join('')}`;
}

function serverConfig(host) {
  const services = Array.from(
    { length: SERVICES_PER_SERVER },
    (_, service) => `object Service "${serviceName(service)}" { import "passive", host_name = "${host}" }\n`,
  );
  return `object Host "${host}" { import "passive" }\n${services.join('')}`;
}

async function isAnswering(port, ca) {
  const to = { host: '127.0.0.1', port, ca, servername: NODE, auth: LOGIN };
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const asked = request({ ...to, path: '/v1/status/ApiListener', agent: false, signal }).end();
  const [answer] = await once(asked, 'response');
  answer.resume();
  return answer.statusCode === 200;
}

/** As statusHalves of ../population.mjs: any head (a server) with any tail (a service and its text). */
function resultHalves() {
  const servers = Array.from(
    { length: SERVERS },
    (_, server) => `{"type":"Service","exit_status":0,"service":"${identityOf(server).name}!`,
  );
  const tails = Array.from(
    { length: SERVICES_PER_SERVER * INFOS_PER_SERVICE },
    (_, index) => `${serviceName(index % SERVICES_PER_SERVER)}","plugin_output":"${pluginInfo()}"}`,
  );
  const head = headOf(servers[0].length + tails[0].length);
  return { heads: servers.map((server) => head + server), tails };
}

function headOf(bytes) {
  const lines = [
    `POST ${PATH} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Basic ${Buffer.from(LOGIN).toString('base64')}`,
    'Accept: application/json',
    'Content-Type: application/json',
    `Content-Length: ${bytes}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
