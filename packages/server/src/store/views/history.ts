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
  const query = db('reports')
    .where({ service_id: serviceId })
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ]);
  if (since !== undefined) query.where('at', '>=', since);
  if (until !== undefined) query.where('at', '<', until);
  if (after) query.where((earlier) => before(earlier, 'at', after));
  return query.limit(limit + 1).select('id', 'at', 'state', 'info');
}

/** Rows that come after the place in a list with the latest first. */
export function before(query: Knex.QueryBuilder, column: string, [at, id]: [number, number]): void {
  query.where(column, '<', at).orWhere((same) => same.where(column, at).where('id', '<', id));
}
