import { randomInt } from 'node:crypto';

export const STATUS_PATH = '/api/set/service/status';
export const SERVICES_PER_SERVER = 100;
/** The longest promise there is, a year: who promises this is never silent while something else is measured. */
export const QUIET_PERIOD_SECONDS = 31_536_000;

const SERVER_DIGITS = 5;
const SERVICE_DIGITS = 2;

/** How many servers hold so many services. */
export function serversFor(services) {
  return Math.ceil(services / SERVICES_PER_SERVER);
}

export function identityOf(server) {
  const digits = String(server).padStart(SERVER_DIGITS, '0');
  return { name: `server-${digits}`, key: `key-of-${digits}` };
}

export function serviceName(service) {
  return `service-${String(service).padStart(SERVICE_DIGITS, '0')}`;
}

/** Which service of all it is, in SQL that joins `services` and `servers`. */
export const SERVICE_IN_SQL = `substr(servers.name, -${SERVER_DIGITS}) * ${SERVICES_PER_SERVER} + substr(services.name, -${SERVICE_DIGITS})`;

/** A plugin's text: another one with each report, of the same length. */
export function pluginInfo() {
  const load = () => (randomInt(10, 100) / 100).toFixed(2);
  return `load average: ${load()}, ${load()}, ${load()}`;
}

export function serviceReport(service) {
  return { name: serviceName(service), state: 'OK', info: pluginInfo() };
}

/** A whole body: so many services of one server, all of them unless told. */
export function bodyOf(server, period, first = 0, services = SERVICES_PER_SERVER) {
  return {
    server: identityOf(server),
    period,
    services: Array.from({ length: services }, (_, index) => serviceReport(first + index)),
  };
}

/** Tails per service for one-service bodies: as many different infos in turn. */
const INFOS_PER_SERVICE = 20;
const RANDOM_TAILS = 2000;

/**
 * Requests in two halves that fit together: any head (a server) with any tail (services and infos). All heads are of
 * one length and all tails are, so that Content-Length is a constant and a random request costs one concatenation.
 */
export function statusHalves({ services, perPost, period, firstServer = 0 }) {
  const servers = Array.from({ length: serversFor(services) }, (_, index) =>
    headOf(firstServer + index, period),
  );
  const tails =
    perPost === 1
      ? Array.from({ length: SERVICES_PER_SERVER * INFOS_PER_SERVICE }, (_, index) =>
          tailOf([index % SERVICES_PER_SERVER]),
        )
      : Array.from({ length: RANDOM_TAILS }, () => tailOf(randomServices(perPost)));
  const head = requestHead(STATUS_PATH, servers[0].length + tails[0].length);
  return { heads: servers.map((server) => head + server), tails };
}

/** Makes requests for an open loop, each with a random server and random services. */
export function randomRequests(load) {
  const { heads, tails } = statusHalves(load);
  const any = (list) => list[Math.floor(Math.random() * list.length)];
  return () => any(heads) + any(tails);
}

/** The beginning of a status body. */
export function headOf(server, period) {
  return `{"server":${JSON.stringify(identityOf(server))},"period":${period},"services":[`;
}

/** The rest of a status body. */
export function tailOf(services) {
  return `${services.map((service) => JSON.stringify(serviceReport(service))).join(',')}]}`;
}

/** So many different services of one server in a random order. */
function randomServices(count) {
  const all = Array.from({ length: SERVICES_PER_SERVER }, (_, service) => service);
  for (let last = all.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [all[last], all[other]] = [all[other], all[last]];
  }
  return all.slice(0, count);
}

/** The head of an HTTP request that carries a body of so many bytes. */
export function requestHead(path, bytes) {
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
}
