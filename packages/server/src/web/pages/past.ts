import type { Request } from 'express';
import type { Knex } from 'knex';
import { LONGEST_RANGE_MS } from '../../core/uptime.ts';
import { loadObserved, loadPast } from '../../store/views/observed.ts';
import type { ServiceView } from '../../store/views/services.ts';
import { ROWS_BESIDE } from './beside.ts';
import { type SpanRow, spanRow } from './rows.ts';
import { readLength, stripsOf, type Timeline, timelineOf, timelineRange } from './timeline.ts';
import { type Bar, uptimeBars } from './uptime.ts';

/** So many services of a server have their bands on its page. */
const MOST_BANDS = 50;

/** What the page of a service shows of its past. */
export async function servicePast(
  db: Knex,
  service: ServiceView,
  req: Request,
  now: number,
): Promise<{ uptime: Bar[]; timeline: Timeline; spans: SpanRow[] }> {
  const { id } = service;
  const length = readLength(req.query);
  const range = { since: now - LONGEST_RANGE_MS, until: now };
  const { observed, gaps, spans } = await loadPast(db, [service], range, { rows: ROWS_BESIDE });
  const own = observed.get(id) ?? [];
  const strips = stripsOf(own, timelineRange(length, now), historyPath(id));
  const band = { name: service.title ?? service.name, href: undefined, strips };
  return {
    uptime: uptimeBars(own, now),
    timeline: timelineOf([band], { here: req.originalUrl, length, now }),
    spans: [{ ...service, until: service.endedAt }, ...spans].map((span) => spanRow(id, span, gaps, now)),
  };
}

/** What the page of a server shows of the past of its services, the first of them. */
export async function serverPast(
  db: Knex,
  services: ServiceView[],
  req: Request,
  now: number,
): Promise<{ timeline: Timeline }> {
  const length = readLength(req.query);
  const range = timelineRange(length, now);
  const shown = services.slice(0, MOST_BANDS);
  const observed = await loadObserved(db, shown, range);
  const bands = shown.map(({ id, title, name }) => ({
    name: title ?? name,
    href: `/services/${id}`,
    strips: stripsOf(observed.get(id) ?? [], range, historyPath(id), shown.length),
  }));
  const left = services.length - shown.length;
  return { timeline: timelineOf(bands, { here: req.originalUrl, length, now, left }) };
}

function historyPath(id: number): string {
  return `/services/${id}/history`;
}
