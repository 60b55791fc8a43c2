import type { NextFunction, Request, Response } from 'express';
import { forbidden } from '../errors.ts';

/** What a browser says of where a request comes from, and whom it asks; a program sends neither `site` nor `origin`. */
export interface Provenance {
  /** Sec-Fetch-Site; browsers leave it out towards an address that is not encrypted, unless it is this machine's. */
  site: string | undefined;
  origin: string | undefined;
  host: string | undefined;
}

/** Whether a page of somebody else made the browser ask. */
export function isForeign({ site, origin, host }: Provenance): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && hostOf(origin) !== host?.toLowerCase();
}

/** Undefined for `null`, which a browser sends for a page that is to have no origin. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses what changes something and comes from another site's page, where the reader's network lets it reach us. */
export function refuseForeign(req: Request, _res: Response, next: NextFunction): void {
  const provenance = { site: req.get('Sec-Fetch-Site'), origin: req.get('Origin'), host: req.host };
  if (!READING.has(req.method) && isForeign(provenance))
    throw forbidden('A page of another site sent this; change it on the pages of this collector.');
  next();
}
