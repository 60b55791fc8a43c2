type NetworkError = Error & { code?: string; cause?: unknown; errors?: unknown[] };

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name service does not answer',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'no way to that host',
  ENETUNREACH: 'no way to that network',
  UND_ERR_SOCKET: 'the connection was closed before an answer',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  EPROTO: 'it does not speak TLS',
};

/** What went wrong on the way to another machine, in plain words. */
export function networkTrouble(error: unknown): string {
  const { code = '', name, message } = innermost(error as NetworkError);
  if (name === 'HTTPParserError') return 'the answer is not HTTP';
  if (/CERT|SIGNATURE|ALTNAME/.test(code)) return `its certificate is not accepted: ${message}`;
  return REASONS[code] ?? message;
}

/** The code sits on the error itself, on its cause, or on the first of several attempts at a host's addresses. */
function innermost(error: NetworkError): NetworkError {
  const inner = error.errors?.[0] ?? error.cause;
  return inner instanceof Error && !(error.code && error.code in REASONS) ? innermost(inner) : error;
}
