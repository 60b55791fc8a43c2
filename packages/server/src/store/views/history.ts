import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import type { Span } from '../../core/status.ts';
import { jsonTextAt } from '../dialect.ts';

export interface TimeRange {
  since?: number | undefined;
  until?: number | undefined;
  /** Time and id of the last row of the page before. */
  after?: [number, number] | undefined;
  limit: number;
}

export type SpanView = Span & { id: number };

/** A service's closed spans that touch the range, the latest first; one more than `limit` when there is a next page. */
export async function listSpans(
  db: Knex,
  serviceId: number,
  { since, until, after, limit }: TimeRange,
): Promise<SpanView[]> {
  const query = db('spans')
    .where({ service_id: serviceId })
    .orderBy([
      { column: 'until', order: 'desc' },
      { column: 'id', order: 'desc' },
    ]);
  if (since !== undefined) query.where('until', '>', since);
  if (until !== undefined) query.where('since', '<', until);
  if (after) query.where((earlier) => before(earlier, 'until', after));
  const rows: SpanView[] = await query
    .limit(limit + 1)
    .select('id', 'state', 'silent', 'since', 'until', 'reports', 'info');
  return rows.map((row) => ({ ...row, silent: Boolean(row.silent) }));
}

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

/** Most steps back through a pulse's reports in one query; MariaDB goes no further than 1000. */
const STEPS = 500;

/** A service's reports in the range, the latest first, those that came late among them; one more than `limit` when there is a next page. */
export async function listReports(
  db: Knex,
  serviceId: number,
  { after, ...range }: ReportRange,
): Promise<ReportView[]> {
  const [at, keptAt, number] = after ?? [];
  const keptAfter: TimeRange['after'] = number ? [keptAt as number, number] : undefined;
  const kept = await listKept(db, serviceId, { ...range, after: keptAfter });
  const late = await listLate(db, serviceId, {
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

/** Those that were heard in their time. */
async function listKept(
  db: Knex,
  serviceId: number,
  { since = 0, until = Number.POSITIVE_INFINITY, after, limit }: TimeRange,
): Promise<ReportRow[]> {
  const found: ReportRow[] = [];
  for (const { chain, from } of await chainsOf(db, serviceId, after)) {
    let next: ReportKey | undefined = from;
    while (next && next.at >= since && found.length <= limit) {
      const rows = await stepBack(db, chain, next, Math.min(STEPS, limit + 2));
      for (const { at, number, states, info } of rows) {
        const state = states.split(',')[chain.slot] as State;
        const isAfter = !after || number < after[1];
        if (isAfter && at >= since && at < until) found.push({ at, number, state, info });
      }
      const last = rows.at(-1);
      next = last?.previousAt == null ? undefined : { at: last.previousAt, number: last.number - 1 };
    }
  }
  return found.slice(0, limit + 1);
}

/** Where a service's reports are: in its pulse's, and before it got one of its own in those of the one that it shared. */
interface Chain {
  pulseId: number;
  slot: number;
}

interface ReportKey {
  at: number;
  number: number;
}

interface ChainRow extends ReportKey {
  previousAt: number | null;
  states: string;
  info: string;
}

const PLACE = {
  pulseId: 'v.pulse_id',
  slot: 'v.slot',
  at: 'p.reported_at',
  number: 'p.reports',
  leftPulseId: 'v.left_pulse_id',
  leftSlot: 'v.left_slot',
  leftAt: 'v.left_at',
  leftReport: 'v.left_report',
};

/** The chains of reports of a service and where to begin in each, the latest first; from the last row of the page before. */
async function chainsOf(
  db: Knex,
  serviceId: number,
  after: TimeRange['after'],
): Promise<{ chain: Chain; from: ReportKey }[]> {
  const place = await db('services as v')
    .join('pulses as p', 'p.id', 'v.pulse_id')
    .where('v.id', serviceId)
    .first(PLACE);
  if (!place) return [];
  const { pulseId, slot, at, number, leftPulseId, leftSlot, leftAt, leftReport } = place;
  const own = { chain: { pulseId, slot }, from: { at, number } };
  const left = leftPulseId !== null && {
    chain: { pulseId: leftPulseId, slot: leftSlot },
    from: { at: leftAt, number: leftReport },
  };
  if (!after) return left ? [own, left] : [own];
  const from = { at: after[0], number: after[1] };
  if (left && from.number <= left.from.number) return [{ ...left, from }];
  return left ? [{ ...own, from }, left] : [{ ...own, from }];
}

/** Reports of a pulse from a known one backwards. */
async function stepBack(
  db: Knex,
  { pulseId, slot }: Chain,
  { at, number }: ReportKey,
  steps: number,
): Promise<ChainRow[]> {
  const columns = ['r.at', 'r.number', 'r.previous_at', 'r.states', jsonTextAt(db, 'r.infos', slot)];
  return db
    .withRecursive('chain', ['at', 'number', 'previous_at', 'states', 'info', 'step'], (first) => {
      first
        .from('reports as r')
        .where({ 'r.at': at, 'r.pulse_id': pulseId, 'r.number': number })
        .select(...columns, db.raw('1'))
        .unionAll((further) => {
          further
            .from('chain as c')
            .joinRaw(
              'join reports as r on r.at = c.previous_at and r.pulse_id = ? and r.number = c.number - 1',
              [pulseId],
            )
            .where('c.step', '<', steps)
            .select(...columns, db.raw('c.step + 1'));
        });
    })
    .from('chain')
    .orderBy('step')
    .select({ at: 'at', number: 'number', previousAt: 'previous_at', states: 'states', info: 'info' });
}

/** Rows that come after the place in a list with the latest first; said so that an index of the column finds where they begin. */
export function before(query: Knex.QueryBuilder, column: string, [at, id]: [number, number]): void {
  query.where(column, '<=', at).where((later) => later.where(column, '<', at).orWhere('id', '<', id));
}
