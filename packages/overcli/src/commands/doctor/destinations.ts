import { type Address, readAddress } from '../../report/address.ts';
import { type ProxyServer, proxyFor } from '../../report/proxy.ts';
import type { Patient } from './finding.ts';

const TLS_PORT = 443;
const PLAIN_PORT = 80;

/** One of a collector's addresses, and the way to it. */
export interface Destination extends Address {
  /** As the settings have it, with credentials. */
  server: string;
  proxy: ProxyServer | undefined;
}

/** The collector's addresses of which more can be found out. */
export function destinationsOf({ connection, env, unreachable }: Patient): Destination[] {
  if (!connection) return [];
  return [connection.server, ...(connection.others ?? [])]
    .map((server) => ({ ...readAddress(server), server, proxy: proxyFor(server, connection, env) }))
    .filter(({ shown }) => !unreachable.has(shown));
}

/** Host and port behind an address, as sockets want them. */
export function hostPortOf({ hostname, port, protocol }: URL): { host: string; port: number } {
  const usual = protocol === 'https:' ? TLS_PORT : PLAIN_PORT;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || usual };
}
