import type { Request } from 'express';
import type { Knex } from 'knex';
import { LONGEST_RANGE_MS } from '../../core/uptime.ts';
import { loadObserved } from '../../store/views/observed.ts';
import type { ServiceView } from '../../store/views/services.ts';
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
): Promise<{ uptime: Bar[]; timeline: Timeline }> {
  const length = readLength(req.query);
  const observed = (await loadObserved(db, [service], { since: now - LONGEST_RANGE_MS, until: now })).get(
    service.id,
  );
  const strips = stripsOf(observed ?? [], timelineRange(length, now));
  const band = { name: service.title ?? service.name, href: undefined, strips };
  return {
    uptime: uptimeBars(observed ?? [], now),
    timeline: timelineOf([band], { here: req.originalUrl, length, now }),
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
    strips: stripsOf(observed.get(id) ?? [], range),
  }));
  const left = services.length - shown.length;
  return { timeline: timelineOf(bands, { here: req.originalUrl, length, now, left }) };
}
