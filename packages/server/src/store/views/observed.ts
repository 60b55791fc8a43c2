import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import type { Gap } from '../../core/gap.ts';
import { gapsWithout, observedOf, type Range, type Stretch, within } from '../../core/observed.ts';
import type { Span, Status } from '../../core/status.ts';
import { listGaps } from '../gaps.ts';
import { listFilled } from '../late.ts';

/** What is observed of a service now. */
export type Current = Pick<Status, 'state' | 'silent' | 'since' | 'endedAt'> & { id: number };

/** So many of the newest spans of a service are looked at, and so many of all that are asked for at once. */
export const MOST_SPANS = 5000;
const MOST_SPANS_AT_ONCE = 20_000;
const MOST_GAPS = 5000;

/** The past of some services in a range that ends now. */
export interface Past {
  /**
   * What was observed, the earliest first, by the services' ids. Of a service with more spans than are looked at, and of
   * all of them when there are more gaps, the older time counts as not observed.
   */
  observed: Map<number, Stretch[]>;
  /** Those of the first service, the latest first. */
  gaps: Gap[];
  /** The newest spans of the first service, the latest first, as many as were asked for. */
  spans: Span[];
}

/** A gap, a span as far as it is needed for what was observed, or a whole one. */
interface Row extends Range {
  serviceId: number | null;
  state: State;
  silent: number;
  reports: number | null;
  info: string | null;
}

/** Loads the past of services in one query, and another one where there are gaps; `rows` of the first one's spans, whatever the range is. */
export async function loadPast(
  db: Knex,
  services: Current[],
  range: Range,
  {
    mostSpans = Math.min(MOST_SPANS, Math.floor(MOST_SPANS_AT_ONCE / Math.max(services.length, 1))),
    rows = 0,
  } = {},
): Promise<Past> {
  const light = services.map(({ id }) => newestSpans(db, id, mostSpans + 1, range));
  const whole = services.slice(0, rows > 0 ? 1 : 0).map(({ id }) => newestSpans(db, id, rows));
  const found: Row[] = await newestGaps(db, MOST_GAPS + 1, range).unionAll([...light, ...whole]);
  found.sort((a, b) => b.until - a.until); // a union keeps no order

  const gaps = found
    .filter(({ serviceId }) => serviceId === null)
    .map(({ since, until }) => ({ since, until }));
  const filled =
    gaps.length === 0
      ? []
      : await listFilled(
          db,
          services.map(({ id }) => id),
          range,
        );
  const gapsOf = (id: number) =>
    gapsWithout(
      gaps,
      filled.filter(({ serviceId }) => serviceId === id),
    );
  const spansOf = new Map<number, Stretch[]>(services.map(({ id }) => [id, []]));
  for (const { serviceId, reports, state, silent, since, until } of found)
    if (serviceId !== null && reports === null)
      spansOf.get(serviceId)?.push({ state, silent: Boolean(silent), since, until });

  const gapsKnownSince = knownSince(gaps, MOST_GAPS, range.since);
  const observed = services.map((service): [number, Stretch[]] => {
    const spans = spansOf.get(service.id) ?? [];
    const since = Math.max(gapsKnownSince, knownSince(spans, mostSpans, range.since));
    return [service.id, observedBy(service, spans, gapsOf(service.id), { since, until: range.until })];
  });
  return {
    observed: new Map(observed),
    gaps: services[0] ? gapsOf(services[0].id).sort((a, b) => b.until - a.until) : gaps,
    spans: found.filter(({ reports }) => reports !== null).map(toSpan),
  };
}

/** As {@link loadPast}: what was observed alone. */
export async function loadObserved(db: Knex, services: Current[], range: Range): Promise<Past['observed']> {
  return (await loadPast(db, services, range)).observed;
}

function toSpan({ state, silent, since, until, reports, info }: Row): Span {
  return { state, silent: Boolean(silent), since, until, reports: reports ?? 0, info: info ?? '' };
}

function observedBy(current: Current, spans: Stretch[], gaps: Gap[], range: Range): Stretch[] {
  const { state, silent, since, endedAt } = current;
  const lasting = { state, silent, since, until: endedAt ?? range.until };
  return within(observedOf([...spans, lasting], gaps), range);
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

const TIMES = ['since', 'until'];

function newestGaps(db: Knex, most: number, { since, until }: Range): Knex.QueryBuilder {
  const none = { serviceId: db.raw('null'), state: db.raw('null'), silent: db.raw('null') };
  const query = db('gaps').where('until', '>', since).where('since', '<', until);
  return newest(db, query, most, { ...none, reports: db.raw('null'), info: db.raw('null') });
}

/** The newest spans of a service, found by its own look into the index: those that touch the range without their infos, or whole ones of all times. */
function newestSpans(db: Knex, id: number, most: number, range?: Range): Knex.QueryBuilder {
  const query = db('spans').where({ service_id: id });
  if (range) query.where('until', '>', range.since).where('since', '<', range.until);
  const rest = range
    ? { reports: db.raw('null'), info: db.raw('null') }
    : { reports: 'reports', info: 'info' };
  return newest(db, query, most, { serviceId: 'service_id', state: 'state', silent: 'silent', ...rest });
}

/** Each limited in a query of its own, as a union wants it. */
function newest(
  db: Knex,
  query: Knex.QueryBuilder,
  most: number,
  columns: Record<string, string | Knex.Raw>,
): Knex.QueryBuilder {
  return db
    .from(
      query
        .orderBy('until', 'desc')
        .limit(most)
        .select(columns, ...TIMES)
        .as('n'),
    )
    .select('*');
}
