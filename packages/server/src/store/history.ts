import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import type { Span } from '../core/status.ts';
import type { Renewal } from './pulses.ts';
import type { Statement } from './sqlite/connection.ts';
import { type GroupedWrite, insertRows, statementsOf, writesOf } from './statements.ts';
import type { Tx } from './transaction.ts';

/** A closed span of one service. */
export interface ServiceSpan extends Span {
  serviceId: number;
}

/**
 * What all services of a pulse reported at once, kept for a while. Its key begins with its time, so that rows are only
 * ever added at the end; a pulse's are found from the last one backwards, each by the time of the one before.
 */
export interface KeptReport {
  pulseId: number;
  at: number;
  /** The pulse's count of reports. */
  number: number;
  /** When the pulse was reported before. */
  previousAt: number | null;
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
  const rows = spans.map(({ serviceId, state, silent, since, until, reports, info }) => ({
    ...{ service_id: serviceId, state, silent, since, until, reports, info },
  }));
  await insertRows(tx, 'spans', rows);
}

/** A closed span by its id. */
export type StoredSpan = Span & { id: number };

/** The first `limit` closed spans of a service that end after `from`. */
export async function loadSpansAfter(
  tx: Tx,
  serviceId: number,
  from: number,
  limit: number,
): Promise<StoredSpan[]> {
  const rows: StoredSpan[] = await tx('spans')
    .where({ service_id: serviceId })
    .where('until', '>', from)
    .orderBy('until')
    .limit(limit)
    .select('id', 'state', 'silent', 'since', 'until', 'reports', 'info');
  return rows.map((row) => ({ ...row, silent: Boolean(row.silent) }));
}

export async function deleteSpans(tx: Tx, ids: number[]): Promise<void> {
  for (const piece of statementsOf(ids)) await tx('spans').whereIn('id', piece).delete();
}

export async function insertReports(tx: Tx, reports: KeptReport[]): Promise<void> {
  const rows = reports.map(({ at, pulseId, number, previousAt, states, infos }) => {
    return { at, pulse_id: pulseId, number, previous_at: previousAt, states, infos };
  });
  await insertRows(tx, 'reports', rows);
}

const KEEP: GroupedWrite = {
  write: `insert into reports (at, pulse_id, number, previous_at, states, infos)
    select v_at, id, reports + 1, reported_at, v_states, v_infos from pulses`,
  columns: [
    { name: 'v_id', type: 'signed' },
    { name: 'v_at', type: 'signed' },
    { name: 'v_states', type: 'char' },
    { name: 'v_infos', type: 'char' },
  ],
  rest: 'where id = v_id',
  locks: true,
  isExact: true,
};

/** The statements that keep the reports which are about to renew pulses. */
export function keepingOf(db: Knex, renewals: (Renewal & Pick<KeptReport, 'states'>)[]): Statement[] {
  return writesOf(
    db,
    KEEP,
    renewals.map(({ pulseId, at, states, infos }) => [pulseId, at, states, infos]),
  );
}

/** Every table that only grows, and the column that says how old a row is. */
const GROWING = {
  ...{ reports: 'at', late_reports: 'at', posted_alerts: 'at' },
  ...{ spans: 'until', gaps: 'until', filled_gaps: 'until', alerts: 'at' },
} as const;
export type GrowingTable = keyof typeof GROWING;

/** Removes about `limit` of the oldest rows from before `before` (UTC ms); returns how many went. */
export async function pruneOldest(
  tx: Tx,
  table: GrowingTable,
  before: number,
  limit: number,
): Promise<number> {
  if (table === 'reports' || table === 'late_reports' || table === 'posted_alerts')
    return pruneByTime(tx, table, before, limit);
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

/** Of what has no ids; as old rows as the last of them go as well. */
async function pruneByTime(
  tx: Tx,
  table: 'reports' | 'late_reports' | 'posted_alerts',
  before: number,
  limit: number,
): Promise<number> {
  const old = () => tx(table).where('at', '<', before);
  const last = await old()
    .orderBy('at')
    .offset(limit - 1)
    .first('at');
  return last ? tx(table).where('at', '<=', last.at).delete() : old().delete();
}
