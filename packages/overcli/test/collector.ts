import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { until } from './until.ts';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was sent.
  body: any;
}

export type Answer = (response: ServerResponse) => void;

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, headers).end(JSON.stringify(body));
  };
export const ok = json(200, { ok: 1, pong: 1 });
export const hang: Answer = () => {};
export const hangUp: Answer = (response) => response.destroy();

/** A real HTTP server that answers as a test tells it, and remembers what it was sent. */
export class Collector {
  readonly received: Received[] = [];
  /** Answers for the next requests, in order; when there are none left, `answer` holds. */
  readonly script: Answer[] = [];
  answer: Answer = ok;
  readonly #server: Server;
  readonly #scheme: string;

  /** @param tls key and certificate in PEM, for https */
  constructor(tls?: { key: string; cert: string }) {
    this.#scheme = tls ? 'https' : 'http';
    this.#server = (tls ? createSecureServer(tls) : createServer()).on(
      'request',
      async (request, response) => {
        const body = Buffer.concat(await request.toArray()).toString('utf8');
        this.received.push({
          path: request.url ?? '',
          headers: request.headers,
          body: body && JSON.parse(body),
        });
        (this.script.shift() ?? this.answer)(response);
      },
    );
  }

  /** @param port the one it had before, to come back to */
  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.#scheme}://${this.host}/`;
  }

  /** Every state that was sent, as `service STATE`. */
  get states(): string[] {
    return this.received.flatMap(({ body }) =>
      (body.services ?? []).map((entry: { name: string; state: string }) => `${entry.name} ${entry.state}`),
    );
  }

  /** The `count`th request, once it is there. */
  async request(count: number): Promise<Received> {
    return until(`request ${count}`, () => this.received[count - 1]);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
