import { type PeerCertificate, TLSSocket } from 'node:tls';
import type { Agent, Dispatcher } from 'undici';
import { openSocket } from './socket.ts';

/** More of a page is not read. */
const MOST_BODY_BYTES = 10 * 1024 * 1024;
const TLS_PORT = 443;
const PLAIN_PORT = 80;

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

/** Fetches a page, behind its redirects if they are to be followed. Rejects with whatever goes wrong on the way. */
export async function fetchPage(page: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
  const { Agent } = await import('undici'); // it takes long to load
  let certificate: PeerCertificate | undefined;
  const agent = new Agent({
    headersTimeout: 0, // the signal ends it
    bodyTimeout: 0,
    connect: ({ hostname, port, protocol }, callback) => {
      const tls = protocol === 'https:';
      const to = {
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port) || (tls ? TLS_PORT : PLAIN_PORT),
      };
      openSocket({ ...to, tls, insecure: page.insecure }, signal).then(
        (socket) => {
          if (socket instanceof TLSSocket) certificate ??= socket.getPeerCertificate();
          callback(null, socket);
        },
        (error: Error) => callback(error, null),
      );
    },
  });
  try {
    const answer = await follow(page, agent, signal);
    return { status: answer.statusCode, ...(await readBody(answer.body)), certificate };
  } finally {
    await agent.destroy();
  }
}

/** The first answer that is no redirect, or the last one that may be asked for. */
async function follow(
  first: WebRequest,
  agent: Agent,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  let page = first;
  for (let left = first.mostRedirects; ; left--) {
    const { url, method, headers, body } = page;
    const { origin, pathname, search } = url;
    const request = { origin, path: pathname + search, method, headers, body: body ?? null, signal };
    const answer = await agent.request(request);
    const next = redirected(page, answer);
    if (!next || left === 0) return answer;
    await answer.body.dump();
    page = next;
  }
}

/** What a redirect asks to be asked for; undefined when it is none. Source: RFC 9110, 15.4; Fetch, "HTTP-redirect fetch". */
function redirected(
  page: WebRequest,
  { statusCode, headers }: Dispatcher.ResponseData,
): WebRequest | undefined {
  const location = [headers.location].flat()[0];
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return undefined;
  const url = new URL(location, page.url);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  const isAskedAnew = statusCode === 303 || (statusCode < 303 && page.method === 'POST');
  return {
    ...page,
    url,
    ...(isAskedAnew && page.method !== 'HEAD' && { method: 'GET', body: undefined }),
    headers: url.origin === page.url.origin ? page.headers : withoutSecrets(page.headers),
  };
}

/** What was meant for one server is not told to another. */
function withoutSecrets({ authorization: _, cookie: __, host: ___, ...rest }: Record<string, string>) {
  return rest;
}

async function readBody(stream: AsyncIterable<Buffer>): Promise<{ body: string; bodyBytes: number }> {
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bodyBytes += chunk.length;
    if (bodyBytes > MOST_BODY_BYTES) break;
  }
  return { body: Buffer.concat(chunks).toString('utf8'), bodyBytes };
}
