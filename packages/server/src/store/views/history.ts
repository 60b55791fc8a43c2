import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import type { Span } from '../../core/status.ts';

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
  id: number;
  at: number;
  state: State;
  info: string;
}

/** A service's kept reports in the range, the latest first; one more than `limit` when there is a next page. */
export async function listReports(
  db: Knex,
  serviceId: number,
  { since, until, after, limit }: TimeRange,
): Promise<ReportView[]> {
  const place: Place | undefined = await db('services').where({ id: serviceId }).first(PLACE);
  if (!place) return [];
  const query = db('reports')
    .where((either) => atPlace(either, place))
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ]);
  if (since !== undefined) query.where('at', '>=', since);
  if (until !== undefined) query.where('at', '<', until);
  if (after) query.where((earlier) => before(earlier, 'at', after));
  const rows: ReportRow[] = await query.limit(limit + 1).select('id', 'at', 'pulse_id', 'states', 'infos');
  return rows.flatMap(({ id, at, pulse_id, states, infos }) => {
    const slot = pulse_id === place.pulseId ? place.slot : (place.leftSlot as number);
    const state = states.split(',')[slot] as State | '';
    return state === '' ? [] : [{ id, at, state, info: JSON.parse(infos)[slot] }];
  });
}

/** Where a service's reports are: in its pulse's, and before it got one of its own in those of the one that it shared. */
const PLACE = {
  pulseId: 'pulse_id',
  slot: 'slot',
  leftPulseId: 'left_pulse_id',
  leftSlot: 'left_slot',
  leftAt: 'left_at',
};

interface Place {
  pulseId: number;
  slot: number;
  leftPulseId: number | null;
  leftSlot: number | null;
  leftAt: number | null;
}

interface ReportRow {
  id: number;
  at: number;
  pulse_id: number;
  states: string;
  infos: string;
}

function atPlace(query: Knex.QueryBuilder, { pulseId, leftPulseId, leftAt }: Place): void {
  query.where('pulse_id', pulseId);
  if (leftPulseId === null) return;
  query.orWhere((left) => left.where('pulse_id', leftPulseId).where('at', '<', leftAt));
}

/** Rows that come after the place in a list with the latest first. */
export function before(query: Knex.QueryBuilder, column: string, [at, id]: [number, number]): void {
  query.where(column, '<', at).orWhere((same) => same.where(column, at).where('id', '<', id));
}
