import type { State } from '@overc/protocol';
import type { Span } from '../core/status.ts';
import { insertRows, statementsOf } from './dialect.ts';
import type { Tx } from './transaction.ts';

/** A closed span of one service. */
export interface ServiceSpan extends Span {
  serviceId: number;
}

/** One report as it came, kept for a while. */
export interface KeptReport {
  serviceId: number;
  at: number;
  state: State;
  info: string;
}

export async function insertSpans(tx: Tx, spans: ServiceSpan[]): Promise<void> {
  const rows = spans.map(({ serviceId, ...span }) => ({ service_id: serviceId, ...span }));
  await insertRows(tx, 'spans', rows);
}

export async function insertReports(tx: Tx, reports: KeptReport[]): Promise<void> {
  const rows = reports.map(({ serviceId, at, state, info }) => ({ service_id: serviceId, at, state, info }));
  await insertRows(tx, 'reports', rows);
}

/** Every table that only grows, and the column that says how old a row is. Their keys ascend with time. */
const GROWING = { reports: 'at', spans: 'until', alerts: 'at' } as const;
export type GrowingTable = keyof typeof GROWING;

/** Removes up to `limit` of the oldest rows from before `before` (UTC ms); returns how many went. */
export async function pruneOldest(
  tx: Tx,
  table: GrowingTable,
  before: number,
  limit: number,
): Promise<number> {
  const age = GROWING[table];
  const oldest: { id: number; [age: string]: number }[] = await tx(table)
    .orderBy('id')
    .limit(limit)
    .select('id', age);
  const ids = oldest.filter((row) => (row[age] as number) < before).map((row) => row.id);
  for (const piece of statementsOf(ids)) {
    if (table === 'alerts') await tx('deliveries').whereIn('alert_id', piece).delete();
    await tx(table).whereIn('id', piece).delete();
  }
  return ids.length;
}
