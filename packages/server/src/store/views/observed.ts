import type { Knex } from 'knex';
import type { Gap } from '../../core/gap.ts';
import { gapsWithout, observedOf, type Range, type Stretch, within } from '../../core/observed.ts';
import type { Status } from '../../core/status.ts';
import { listGaps } from '../gaps.ts';
import { listFilled } from '../late.ts';

/** What is observed of a service now. */
export type Current = Pick<Status, 'state' | 'silent' | 'since' | 'endedAt'> & { id: number };

/** So many of the newest spans of a service are looked at, and so many of all that are asked for at once. */
export const MOST_SPANS = 5000;
const MOST_SPANS_AT_ONCE = 20_000;
const MOST_GAPS = 5000;

interface SpanRow extends Stretch {
  serviceId: number;
}

/**
 * What was observed of services in a range that ends now, the earliest first, by their ids; in two queries, and a third where there are gaps. Of a service
 * with more spans than are looked at, and of all of them when there are more gaps, the older time counts as not observed.
 */
export async function loadObserved(
  db: Knex,
  services: Current[],
  range: Range,
  mostSpans = Math.min(MOST_SPANS, Math.floor(MOST_SPANS_AT_ONCE / Math.max(services.length, 1))),
): Promise<Map<number, Stretch[]>> {
  const rows = await listSpans(db, services, range, mostSpans + 1);
  const gaps = await listGaps(db, range.since, range.until, MOST_GAPS + 1);
  const ids = services.map(({ id }) => id);
  const filled = gaps.length === 0 ? [] : await listFilled(db, ids, range);
  const gapsKnownSince = knownSince(gaps, MOST_GAPS, range.since);
  const spansOf = new Map<number, SpanRow[]>(services.map(({ id }) => [id, []]));
  for (const row of rows) spansOf.get(row.serviceId)?.push(row);
  return new Map(
    services.map((service) => {
      // A union keeps no order.
      const spans = (spansOf.get(service.id) ?? []).sort((a, b) => b.until - a.until);
      const own = gapsWithout(
        gaps,
        filled.filter(({ serviceId }) => serviceId === service.id),
      );
      const since = Math.max(gapsKnownSince, knownSince(spans, mostSpans, range.since));
      return [service.id, observedBy(service, spans, own, { since, until: range.until })];
    }),
  );
}

function observedBy(
  { state, silent, since, endedAt }: Current,
  spans: SpanRow[],
  gaps: Gap[],
  range: Range,
): Stretch[] {
  const closed = spans.map(({ serviceId: _, ...span }) => ({ ...span, silent: Boolean(span.silent) }));
  return within(
    observedOf([...closed, { state, silent, since, until: endedAt ?? range.until }], gaps),
    range,
  );
}

/** The gaps of a service that touch a range, the latest first: those in which late reports do not tell how it was either. */
export async function listGapsOf(db: Knex, serviceId: number, range: Range): Promise<Gap[]> {
  const gaps = await listGaps(db, range.since, range.until);
  if (gaps.length === 0) return gaps;
  const left = gapsWithout(gaps, await listFilled(db, [serviceId], range));
  return left.sort((a, b) => b.until - a.until);
}

/** Since when rows, the latest first, are all that there are: the end of the one that is more than asked for. */
function knownSince(rows: Range[], most: number, since: number): number {
  return Math.max(rows[most]?.until ?? since, since);
}

/** The newest `most` spans of each service that touch the range, each service's found by its own look into the index. */
async function listSpans(
  db: Knex,
  services: Current[],
  { since, until }: Range,
  most: number,
): Promise<SpanRow[]> {
  const newest = services.map(({ id }) =>
    db.from(
      db('spans')
        .where({ service_id: id })
        .where('until', '>', since)
        .where('since', '<', until)
        .orderBy('until', 'desc')
        .limit(most)
        .select({ serviceId: 'service_id' }, 'state', 'silent', 'since', 'until')
        .as(`newest${id}`),
    ),
  );
  const [first, ...others] = newest;
  if (!first) return [];
  return first.unionAll(others);
}
