import type { State } from '@overc/protocol';
import type { Span } from '../core/status.ts';
import { insertRows, insertsOf, type Row, statementsOf } from './dialect.ts';
import type { Statement } from './sqlite/connection.ts';
import type { Tx } from './transaction.ts';

/** A closed span of one service. */
export interface ServiceSpan extends Span {
  serviceId: number;
}

/** What all services of a pulse reported at once, kept for a while. */
export interface KeptReport {
  pulseId: number;
  at: number;
  /** States by slot, from {@link statesText}. */
  states: string;
  /** JSON of a list with an info for each slot. */
  infos: string;
}

/** States by slot, such as `OK,ERR,,OK`: nothing in the slot of a service that left. */
export function statesText(states: Iterable<State | undefined>): string {
  return [...states].join(',');
}

export async function insertSpans(tx: Tx, spans: ServiceSpan[]): Promise<void> {
  const rows = spans.map(({ serviceId, ...span }) => ({ service_id: serviceId, ...span }));
  await insertRows(tx, 'spans', rows);
}

export async function insertReports(tx: Tx, reports: KeptReport[]): Promise<void> {
  await insertRows(tx, 'reports', reports.map(toRow));
}

/** The statements that keep reports. */
export function keepingOf(reports: KeptReport[]): Statement[] {
  return insertsOf('reports', reports.map(toRow));
}

function toRow({ pulseId, at, states, infos }: KeptReport): Row {
  return { pulse_id: pulseId, at, states, infos };
}

/** Removes the kept reports of these pulses. */
export async function deleteReportsOf(tx: Tx, pulseIds: number[]): Promise<void> {
  for (const piece of statementsOf(pulseIds)) await tx('reports').whereIn('pulse_id', piece).delete();
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
