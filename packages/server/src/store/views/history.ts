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

/** Rows that come after the place in a list with the latest first; said so that an index of the column finds where they begin. */
export function before(query: Knex.QueryBuilder, column: string, [at, id]: [number, number]): void {
  query.where(column, '<=', at).where((later) => later.where(column, '<', at).orWhere('id', '<', id));
}
