import type { State } from '@overc/protocol';
import type { Knex } from 'knex';
import type { Range } from '../core/observed.ts';
import { insertRows, statementsOf } from './statements.ts';
import type { Tx } from './transaction.ts';

/**
 * A report that came with a time of its own. It is known by what the sender's clock said, which stays the same when it
 * is sent again; `at` is by the collector's. Without a state it was taken as any other, and is kept where those are.
 */
export interface KeptLate {
  serviceId: number;
  saidAt: number;
  at: number;
  said: { state: State; info: string } | undefined;
}

/** Which of the times that a service's reports are said to be of are known already. */
export async function findKnownTimes(tx: Tx, serviceId: number, saidAt: number[]): Promise<Set<number>> {
  const known = new Set<number>();
  for (const piece of statementsOf(saidAt)) {
    const rows = await tx('late_reports')
      .where({ service_id: serviceId })
      .whereIn('said_at', piece)
      .select('said_at');
    for (const { said_at } of rows) known.add(said_at);
  }
  return known;
}

/** The time of the first known late report of a service after each of some times, where there is one. */
export async function findNextTimes(
  tx: Tx,
  serviceId: number,
  times: number[],
): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const piece of statementsOf(times)) {
    const [first, ...others] = piece.map((time) =>
      tx('late_reports')
        .where({ service_id: serviceId })
        .where('at', '>', time)
        .select(tx.raw('? as time', [time]), tx.raw('min(at) as next')),
    ) as [Knex.QueryBuilder, ...Knex.QueryBuilder[]];
    for (const { time, next } of await first.unionAll(others))
      if (next !== null) found.set(Number(time), next);
  }
  return found;
}

export async function insertLate(tx: Tx, reports: KeptLate[]): Promise<void> {
  const rows = reports.map(({ serviceId, saidAt, at, said }) => ({
    ...{ service_id: serviceId, said_at: saidAt, at },
    ...{ state: said?.state ?? null, info: said?.info ?? null },
  }));
  await insertRows(tx, 'late_reports', rows);
}

/** A part of a gap of which a late report of a service tells. */
export interface FilledGap extends Range {
  serviceId: number;
}

export async function insertFilled(tx: Tx, filled: FilledGap[]): Promise<void> {
  const rows = filled.map(({ serviceId, since, until }) => ({ service_id: serviceId, since, until }));
  await insertRows(tx, 'filled_gaps', rows);
}

/** What of the gaps in a range late reports of these services tell of. */
export async function listFilled(
  db: Knex,
  serviceIds: number[],
  { since, until }: Range,
): Promise<FilledGap[]> {
  const found: FilledGap[] = [];
  for (const piece of statementsOf(serviceIds))
    found.push(
      ...(await db('filled_gaps')
        .whereIn('service_id', piece)
        .where('until', '>', since)
        .where('since', '<', until)
        .select({ serviceId: 'service_id' }, 'since', 'until')),
    );
  return found;
}

/** Removes what late reports said of services, whose ids a query gives. */
export async function deleteLate(tx: Tx, serviceIds: Knex.QueryBuilder | number[]): Promise<void> {
  for (const table of ['late_reports', 'filled_gaps'])
    await tx(table)
      .whereIn('service_id', serviceIds as number[])
      .delete();
}
