import tls from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { Route } from '../connection.ts';
import { readAddress } from './address.ts';
import { DIRECT } from './proxy.ts';

/** A collector answers a report in a few bytes; anything this long is none. */
const MOST_ANSWER_BYTES = 64 * 1024;
/** How long one of several addresses may take to accept a connection, before the next one is tried. */
const TURN_MS = 3000;

/** How requests get to the collector. */
export interface Way {
  dispatcher: Dispatcher;
  /** What an error says of it behind the collector's address. */
  shown: string;
}

/** Connections to the collector, perhaps through a proxy, with patience for each step of an exchange. */
export function createDispatcher(
  { others, proxy, ca }: Route,
  patienceMs: number,
  mostAnswerBytes = MOST_ANSWER_BYTES,
): Way {
  const trusted = trusting(ca);
  const options = {
    connect: { timeout: others?.length ? Math.min(patienceMs, TURN_MS) : patienceMs, ...trusted },
    headersTimeout: patienceMs,
    bodyTimeout: patienceMs,
    maxResponseSize: mostAnswerBytes,
  };
  if (proxy === DIRECT) return { dispatcher: new Agent(options), shown: '' };

  // What is not encrypted goes through a proxy as such: many let CONNECT through to port 443 alone.
  const through = { ...options, proxyTunnel: false, requestTls: trusted, proxyTls: trusted };
  if (proxy === undefined) return { dispatcher: new EnvHttpProxyAgent(through), shown: '' };
  const everything = { httpProxy: proxy, httpsProxy: proxy, noProxy: '' };
  return {
    dispatcher: new EnvHttpProxyAgent({ ...through, ...everything }),
    shown: ` through ${readAddress(proxy).shown}`,
  };
}

/** What has a TLS connection trust these authorities too; without any it trusts as ever. */
export function trusting(ca: string | undefined): { ca?: string[] } {
  return ca === undefined ? {} : { ca: [...knownAuthorities(), ca] };
}

/** Those that Node trusts when it is not told otherwise; Node 20 names only the ones that it comes with. */
function knownAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => string[] };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}
