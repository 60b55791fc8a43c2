import { CollectorError } from './errors.ts';

type NetworkCause = Error & { code?: string; cause?: unknown; errors?: unknown[] };

const REMEDIES: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there; is the collector running, and is the port right?',
  ENOTFOUND: 'no such host; check its spelling',
  EAI_AGAIN: 'the name service does not answer; check the network, or use an IP address',
  ECONNRESET: 'the connection was closed before an answer; is it http or https? Otherwise try again',
  EPIPE: 'the connection was closed before an answer; try again',
  EHOSTUNREACH: 'no way to that host; check the network',
  ENETUNREACH: 'no way to that network; check the network',
  UND_ERR_SOCKET: 'the connection was closed before an answer; is it http or https? Otherwise try again',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'the answer is far too long; is this the address of an OverC collector?',
};
const TIMEOUTS = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;
const CERTIFICATE = /CERT|SIGNATURE|ERR_TLS/;

/** An error of the way to the collector in plain words: which address, what is wrong, what to try. */
export function networkError(error: unknown, shownAddress: string): CollectorError {
  const cause = firstCause(error as NetworkCause);
  return new CollectorError(`Cannot reach ${shownAddress}: ${explain(cause)}`);
}

function explain({ code = '', name, message }: NetworkCause): string {
  if (name === 'TimeoutError' || TIMEOUTS.test(code))
    return 'no answer in time; is the collector overloaded, or does a firewall drop the connection?';
  const refusedByProxy = /^Proxy .*\((\d{3})\)/.exec(message);
  if (refusedByProxy) return explainProxy(Number(refusedByProxy[1]));
  if (name === 'AbortError') return 'given up, as the program is ending';
  if (name === 'HTTPParserError')
    return 'the answer is not HTTP; is the port right, and is it http or https?';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return 'it does not speak TLS; try http:// instead of https://';
  if (CERTIFICATE.test(code))
    return `its certificate is not accepted (${message}); name its authority in ca-file or NODE_EXTRA_CA_CERTS`;
  return REMEDIES[code] ?? `${message}${code === '' ? '' : ` (${code})`}`;
}

function explainProxy(status: number): string {
  const remedy =
    status === 407
      ? 'put user and password into its address'
      : 'does it let us through, and is the address right?';
  return `the proxy answered ${status}; ${remedy}`;
}

/** The code sits on the error itself, on its cause, or on the first of several attempts at a host's addresses. */
function firstCause(error: NetworkCause): NetworkCause {
  const inner = error.errors?.[0] ?? error.cause;
  const isTelling = error.code !== undefined && error.code in REMEDIES;
  return inner instanceof Error && !isTelling ? firstCause(inner) : error;
}
