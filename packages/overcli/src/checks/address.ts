import { isIPv6 } from 'node:net';
import { type ReadValue, wholeNumber } from '@overc/protocol';
import { UsageError } from '../errors.ts';

export interface HostPort {
  host: string;
  port: number | undefined;
}

export const portNumber: ReadValue<number> = wholeNumber(1, 65_535);

/** `HOST`, `HOST:PORT`, `[IPv6]:PORT`, or an IPv6 address as it is. */
export function hostPort(value: string): HostPort {
  if (isIPv6(value)) return { host: value, port: undefined };
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^\s:/[\]]+))(?::(\d+))?$/.exec(value) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || (bracketed !== undefined && !isIPv6(bracketed)))
    throw new Error('must be a host, or HOST:PORT');
  return { host, port: port === undefined ? undefined : portNumber(port) };
}

/** The port of an address or, before that, of `-p`. Throws UsageError when neither says one. */
export function choosePort(address: HostPort, port: number | undefined): number {
  const chosen = port ?? address.port;
  if (chosen === undefined) throw new UsageError('--port is missing (for example -p 5432)');
  return chosen;
}

/** `HOST:PORT` as it is shown. */
export function showAddress(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
