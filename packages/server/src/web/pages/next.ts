import type { Request } from 'express';

/** The address of the next page of a list, with the filter kept. */
export function nextHref(req: Request, next: string | undefined): string | undefined {
  if (next === undefined) return undefined;
  const query = new URLSearchParams(req.originalUrl.split('?')[1]);
  query.set('cursor', next);
  return `?${query}`;
}
