import type { State } from '@overc/protocol';
import { groupedUpdate, runPrepared } from './dialect.ts';
import type { Tx } from './transaction.ts';

/** A report for a service that is registered, expected to change nothing but what was heard last. */
export interface ExpectedReport {
  serviceId: number;
  at: number;
  state: State;
  info: string;
  periodSeconds: number;
}

/**
 * `core/transition.ts` in one statement, for the report that continues a span: not late, not out of order, and with a
 * deadline that leaves the wake-up where it is. Rows for which this does not hold are left as they are.
 */
const DEADLINE = 'v_at + (v_period + grace_seconds) * 1000';
const CONTINUE = {
  table: 'services',
  columns: [
    { name: 'v_id', type: 'signed' },
    { name: 'v_at', type: 'signed' },
    { name: 'v_period', type: 'signed' },
    { name: 'v_info', type: 'char' },
  ],
  set: `info = v_info, period_seconds = v_period, reported_at = v_at, deadline_at = ${DEADLINE}, reports = reports + 1`,
  where: `id = v_id and silent = 0 and reported_at <= v_at and deadline_at > v_at and wake_at <= ${DEADLINE} and state = ?`,
} as const;

/** Writes reports of which each continues its service's span; returns how many did. No service may be in there twice. */
export async function continueSpans(tx: Tx, reports: ExpectedReport[]): Promise<number> {
  let continued = 0;
  for (const [state, ofState] of groupByState(reports))
    for (const piece of pieces(ofState)) {
      const values: unknown[] = [];
      for (const { serviceId, at, periodSeconds, info } of piece)
        values.push(serviceId, at, periodSeconds, info);
      values.push(state);
      continued += await runPrepared(tx, groupedUpdate(tx, CONTINUE, piece.length), values);
    }
  return continued;
}

/** Row counts for which statements are prepared; any number of rows is made up of these. */
const SIZES = [256, 64, 16, 4, 1];

/** Cuts rows into pieces of few different sizes, so that few different statements are prepared. */
function* pieces<T>(rows: T[]): Generator<T[]> {
  let from = 0;
  for (const size of SIZES)
    for (; rows.length - from >= size; from += size) yield rows.slice(from, from + size);
}

function groupByState(reports: ExpectedReport[]): Map<State, ExpectedReport[]> {
  const groups = new Map<State, ExpectedReport[]>();
  for (const report of reports) {
    const group = groups.get(report.state);
    if (group) group.push(report);
    else groups.set(report.state, [report]);
  }
  return groups;
}
