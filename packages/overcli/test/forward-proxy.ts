import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A real HTTP proxy: it passes requests on, opens tunnels, and remembers both. */
export class ForwardProxy {
  /** `GET http://…` for a request, `CONNECT host:port` for a tunnel. */
  readonly passed: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** What it answers instead of passing anything on. */
  refusal: number | undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((incoming, outgoing) => {
      this.passed.push(`${incoming.method} ${incoming.url}`);
      this.authorizations.push(incoming.headers['proxy-authorization']);
      if (this.refusal !== undefined) return outgoing.writeHead(this.refusal).end();
      const onward = request(incoming.url ?? '', {
        method: incoming.method ?? 'GET',
        headers: incoming.headers,
      });
      onward.on('response', (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.writeHead(502).end());
      return incoming.pipe(onward);
    });
    this.#server.on('connect', (incoming, socket) => {
      this.passed.push(`CONNECT ${incoming.url}`);
      this.authorizations.push(incoming.headers['proxy-authorization']);
      if (this.refusal !== undefined) return socket.end(`HTTP/1.1 ${this.refusal} No\r\n\r\n`);
      const [host, port] = (incoming.url ?? '').split(':');
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      return socket.on('error', () => onward.destroy());
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
