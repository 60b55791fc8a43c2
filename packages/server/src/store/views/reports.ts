import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import { jsonTextAt } from '../dialect.ts';
import type { TimeRange } from './history.ts';

export interface ReportView {
  at: number;
  state: State;
  info: string;
  /** Where a page that ends with it goes on. */
  place: ReportPlace;
}

/** Time of the last report of a page; then time and number of the last one that was heard in its time, 0 and 0 for none. */
export type ReportPlace = [number, number, number];

/** What of the reports is asked for; as a {@link TimeRange}. */
export type ReportRange = Omit<TimeRange, 'after'> & { after?: ReportPlace | undefined };

/** A service's reports in the range, the latest first, those that came late among them; one more than `limit` when there is a next page. */
export async function listReports(
  db: Knex,
  serviceId: number,
  { after, ...range }: ReportRange,
): Promise<ReportView[]> {
  const [at, keptAt, number] = after ?? [];
  const keptAfter: TimeRange['after'] = number ? [keptAt as number, number] : undefined;
  const found = await findPlace(db, serviceId, range.until);
  const kept = await listKept(db, found, { ...range, after: keptAfter });
  const late = !found?.hasLate
    ? []
    : await listLate(db, serviceId, {
        ...range,
        until: Math.min(at ?? Number.MAX_SAFE_INTEGER, range.until ?? Number.MAX_SAFE_INTEGER),
      });
  const all = [...late, ...kept].sort((a, b) => b.at - a.at).slice(0, range.limit + 1);
  let last: [number, number] = keptAfter ?? [0, 0];
  return all.map(({ at, state, info, number }) => {
    if (number !== undefined) last = [at, number];
    return { at, state, info, place: [at, ...last] };
  });
}

interface ReportRow {
  at: number;
  /** Ascends with every report of the service that was heard in its time. */
  number?: number;
  state: State;
  info: string;
}

/** Those that came late. */
async function listLate(
  db: Knex,
  serviceId: number,
  { since = 0, until = Number.MAX_SAFE_INTEGER, limit }: TimeRange,
): Promise<ReportRow[]> {
  return db('late_reports')
    .where({ service_id: serviceId })
    .whereNotNull('state')
    .where('at', '>=', since)
    .where('at', '<', until)
    .orderBy('at', 'desc')
    .limit(limit + 1)
    .select('at', 'state', 'info');
}

/** Most steps back through a service's reports in one query; MariaDB goes no further than 1000. */
const STEPS = 500;

/** Those that were heard in their time. */
async function listKept(db: Knex, place: Place | undefined, range: TimeRange): Promise<ReportRow[]> {
  const { since = 0, until = Number.POSITIVE_INFINITY, after, limit } = range;
  const found: ReportRow[] = [];
  let next = place && (after ? { at: after[0], number: after[1] } : place.from);
  while (place && next && next.at >= since && found.length <= limit) {
    const rows = await stepBack(db, place, next, Math.min(STEPS, limit + 2));
    for (const { at, number, pulseId, states, info } of rows) {
      const slot = pulseId === place.pulseId ? place.slot : place.leftSlot;
      const isAfter = !after || number < after[1];
      const state = states.split(',')[slot ?? 0] as State;
      if (isAfter && at >= since && at < until) found.push({ at, number, state, info });
    }
    next = rows.at(-1)?.before;
  }
  return found.slice(0, limit + 1);
}

/** Where a service's reports are: in its pulse's, and before it got one of its own in those of the one that it shared. */
interface Place {
  pulseId: number;
  slot: number;
  leftPulseId: number | null;
  leftSlot: number | null;
  leftAt: number | null;
  /** Where to begin. */
  from: Key;
  /** Whether there are reports that came late. */
  hasLate: boolean;
}

/** A report of a pulse; without its number the last one at that time. */
interface Key {
  at: number;
  number?: number | undefined;
}

const PLACE = {
  pulseId: 'v.pulse_id',
  slot: 'v.slot',
  at: 'p.reported_at',
  number: 'p.reports',
  leftPulseId: 'v.left_pulse_id',
  leftSlot: 'v.left_slot',
  leftAt: 'v.left_at',
  isSilent: 'v.silent',
};

/** Where to find a service's reports, the latest first, from one at or after `until` on. */
async function findPlace(db: Knex, serviceId: number, until?: number): Promise<Place | undefined> {
  const query = db('services as v').join('pulses as p', 'p.id', 'v.pulse_id').where('v.id', serviceId);
  if (until !== undefined) {
    const ends = db('spans').where({ service_id: serviceId }).where('until', '>=', until);
    const next = ends.orderBy('until').limit(2).select('service_id', 'until', 'silent');
    query.leftJoin(next.as('e'), 'e.service_id', 'v.id').orderBy('e.until');
    query.select({ until: 'e.until', silent: 'e.silent' });
  }
  const late = db('late_reports').where({ service_id: serviceId }).limit(1).select('service_id');
  query.leftJoin(late.as('l'), 'l.service_id', 'v.id').select({ late: 'l.service_id' });
  const [first, second] = await query.select(PLACE);
  if (!first) return undefined;
  const hasLate = first.late !== null;
  // A report that came late may have ended a span, and is not among those that were heard in their time.
  const isFound = until !== undefined && first.until !== null && !hasLate;
  const end = isFound ? reportAtEnd(first, second) : undefined;
  return {
    ...first,
    hasLate,
    from: end === undefined ? { at: first.at, number: first.number } : { at: end },
  };
}

/** What ends a span is a report, unless the next one is silent: that begins with the deadline, and a report ends it. Undefined while that lasts. */
function reportAtEnd(
  first: { until: number; silent: number; isSilent: number },
  second: { until: number; silent: number } | undefined,
): number | undefined {
  const isNextSilent = Boolean(second ? second.silent : first.isSilent);
  if (first.silent || !isNextSilent) return first.until;
  return second?.until;
}

interface Row {
  at: number;
  number: number;
  pulseId: number;
  states: string;
  info: string;
  before: Key | undefined;
}

/** Reports from a known one backwards, those of the pulse that the service left after those of its own. */
async function stepBack(db: Knex, place: Place, { at, number }: Key, steps: number): Promise<Row[]> {
  const { pulseId, slot, leftPulseId, leftSlot, leftAt } = place;
  // Numbers of ours, written out: knex mixes up the order of bindings in columns and in what is selected from.
  const slotOf = db.raw(`case r.pulse_id when ${pulseId} then ${slot} else ${leftSlot ?? slot} end`);
  const columns = [
    'r.at',
    'r.number',
    'r.previous_at',
    'r.pulse_id',
    'r.states',
    jsonTextAt(db, 'r.infos', slotOf),
  ];
  const firstOne = db('reports')
    .where({ at })
    .whereIn('pulse_id', [pulseId, leftPulseId ?? pulseId]);
  if (number !== undefined) firstOne.where({ number });
  const rows = await db
    .withRecursive(
      'chain',
      ['at', 'number', 'previous_at', 'pulse_id', 'states', 'info', 'step'],
      (first) => {
        first
          .from(firstOne.orderByRaw(`pulse_id = ${pulseId} desc, number desc`).limit(1).as('r'))
          .select(...columns, db.raw('1'))
          .unionAll((further) => {
            further
              .from('chain as c')
              .joinRaw(
                `join reports as r on r.at = coalesce(c.previous_at, ?) and r.number = c.number - 1
                  and r.pulse_id = case when c.previous_at is null then ? else c.pulse_id end`,
                [leftAt, leftPulseId],
              )
              .where('c.step', '<', steps)
              .select(...columns, db.raw('c.step + 1'));
          });
      },
    )
    .from('chain')
    .orderBy('step')
    .select(
      { at: 'at', number: 'number', pulseId: 'pulse_id', states: 'states', info: 'info' },
      'previous_at',
    );
  return rows.map(({ previous_at, ...row }) => ({ ...row, before: beforeOf(place, row, previous_at) }));
}

/** The report before one, where there is one. */
function beforeOf(
  { pulseId, leftAt }: Place,
  row: Omit<Row, 'before'>,
  previousAt: number | null,
): Key | undefined {
  const at = previousAt ?? (row.pulseId === pulseId ? leftAt : null);
  return at === null ? undefined : { at, number: row.number - 1 };
}
