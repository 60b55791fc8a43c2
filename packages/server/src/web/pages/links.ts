import type { Request } from 'express';
import { toIso } from '../../clock.ts';
import type { AlertFilter } from '../query.ts';

/** The address of the next page of a list, with the filter kept. */
export function nextHref(req: Request, next: string | undefined): string | undefined {
  if (next === undefined) return undefined;
  const query = new URLSearchParams(req.originalUrl.split('?')[1]);
  query.set('cursor', next);
  return `?${query}`;
}

/** A path with the filter, from the first page on. */
export function filteredHref(path: string, { since, ...texts }: AlertFilter): string {
  const query = new URLSearchParams();
  for (const [name, text] of Object.entries(texts)) if (text !== undefined) query.set(name, text);
  if (since !== undefined) query.set('since', toIso(since));
  return query.size === 0 ? path : `${path}?${query}`;
}
