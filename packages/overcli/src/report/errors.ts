export interface Refusal {
  /** HTTP status, when there was an answer. */
  status?: number;
  /** How long the collector asked to be left alone. */
  retryAfterMs?: number | undefined;
}

/** The collector or the network refused. The message names the address, without credentials, and the remedy. */
export class CollectorError extends Error {
  override name = 'CollectorError';
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { status, retryAfterMs }: Refusal = {}) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

const REFUSED_FOR_GOOD = new Set([400, 403, 413]);

/**
 * Whether the same POST may be taken later: yes after trouble on the way and after answers such as 429, 502 or 503,
 * and also after a 401 or 404, which a proxy may give for a while.
 */
export function mayBeTakenLater(error: CollectorError): boolean {
  return error.status === undefined || !REFUSED_FOR_GOOD.has(error.status);
}
