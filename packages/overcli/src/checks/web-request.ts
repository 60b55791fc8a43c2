import { type PeerCertificate, TLSSocket } from 'node:tls';
import type { Dispatcher } from 'undici';

/** More of a page is not read. */
const MOST_BODY_BYTES = 10 * 1024 * 1024;

export interface WebRequest {
  url: URL;
  method: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  body: string | undefined;
  /** How many redirects are followed. */
  mostRedirects: number;
  /** Whether a certificate that nobody vouches for will do. */
  insecure: boolean;
}

export interface WebAnswer {
  status: number;
  body: string;
  bodyBytes: number;
  /** Of the server that was asked first; undefined without TLS. */
  certificate: PeerCertificate | undefined;
}

/** Fetches a page. Rejects with whatever goes wrong on the way. */
export async function fetchPage(page: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
  const { Agent, buildConnector, interceptors, request } = await import('undici'); // it takes long to load
  let certificate: PeerCertificate | undefined;
  const connect = buildConnector({ rejectUnauthorized: !page.insecure, timeout: 0 });
  const agent = new Agent({
    headersTimeout: 0, // the signal ends it
    bodyTimeout: 0,
    connect: (options, callback) =>
      connect(options, (...result) => {
        const [, socket] = result;
        if (socket instanceof TLSSocket) certificate ??= socket.getPeerCertificate();
        callback(...result);
      }),
  });
  const { mostRedirects } = page;
  const dispatcher =
    mostRedirects === 0 ? agent : agent.compose(interceptors.redirect({ maxRedirections: mostRedirects }));
  try {
    const { url, method, headers, body } = page;
    const answer = await request(url, { method, headers, body: body ?? null, dispatcher, signal });
    const chunks: Buffer[] = [];
    let bodyBytes = 0;
    for await (const chunk of answer.body) {
      chunks.push(chunk as Buffer);
      bodyBytes += (chunk as Buffer).length;
      if (bodyBytes > MOST_BODY_BYTES) break;
    }
    return {
      status: answer.statusCode,
      body: Buffer.concat(chunks).toString('utf8'),
      bodyBytes,
      certificate,
    };
  } finally {
    await agent.destroy();
  }
}
