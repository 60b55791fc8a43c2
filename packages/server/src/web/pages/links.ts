import type { Request } from 'express';
import { toIso } from '../../clock.ts';
import type { AlertFilter } from '../query.ts';

/** The address of the next page of a list, with the filter kept. */
export function nextHref(req: Request, next: string | undefined): string | undefined {
  if (next === undefined) return undefined;
  const [path, search] = req.originalUrl.split('?');
  const query = new URLSearchParams(search);
  query.set('cursor', next);
  return `${path}?${query}`;
}

/** A path with a range of time in its query; `until` null: until now. */
export function rangeHref(path: string, { since, until }: { since: number; until: number | null }): string {
  const query = new URLSearchParams({ since: toIso(since), ...(until !== null && { until: toIso(until) }) });
  return `${path}?${query}`;
}

/** A path with the filter, from the first page on. */
export function filteredHref(path: string, { since, ...texts }: AlertFilter): string {
  const query = new URLSearchParams();
  for (const [name, text] of Object.entries(texts)) if (text !== undefined) query.set(name, text);
  if (since !== undefined) query.set('since', toIso(since));
  return query.size === 0 ? path : `${path}?${query}`;
}
