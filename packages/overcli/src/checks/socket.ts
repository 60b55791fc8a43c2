import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Destination {
  host: string;
  port: number;
  tls: boolean;
  /** Whether a certificate that nobody vouches for will do. */
  insecure: boolean;
}

/** Opens a connection, with TLS if it is to be. Rejects with what went wrong, also when `signal` aborts. */
export async function openSocket(to: Destination, signal: AbortSignal): Promise<Socket> {
  const { host, port, tls, insecure } = to;
  const named = isIP(host) ? {} : { servername: host };
  const socket = tls
    ? connectTls({ host, port, rejectUnauthorized: !insecure, ...named })
    : connectPlain({ host, port });
  signal.addEventListener('abort', () => socket.destroy(new Error('no answer in time')));
  socket.on('error', () => {}); // who waits for something hears of it there
  await once(socket, tls ? 'secureConnect' : 'connect');
  return socket;
}
