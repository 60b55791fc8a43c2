import { STATES, type State } from '@overc/protocol';
import type { Knex } from 'knex';

/** Counts over everything. */
export interface Overview {
  servers: number;
  services: number;
  silent: number;
  states: Record<State, number>;
  /** By state, without those that are silent. */
  heard: Record<State, number>;
  /** Alerts since a time. */
  alerts: number;
}

/** What the counts are of, beside services of a state. */
type Row = { state: State | 'servers' | 'alerts'; silent: number; count: number };

export async function loadOverview(db: Knex, alertsSince: number): Promise<Overview> {
  const count = (table: string) => db(table).select(db.raw('?, 0, count(*)', [table]));
  const byState = db('services')
    .groupBy('state', 'silent')
    .select('state', 'silent', { count: db.raw('count(*)') });
  const rows: Row[] = await db
    .from(byState.as('g'))
    .select('*')
    .unionAll([count('servers'), count('alerts').where('at', '>=', alertsSince)]);
  const none = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  const overview = { servers: 0, services: 0, silent: 0, states: { ...none }, heard: { ...none }, alerts: 0 };
  for (const { state, silent, count } of rows) {
    if (state === 'servers' || state === 'alerts') overview[state] = Number(count);
    else addServices(overview, state, Boolean(silent), Number(count));
  }
  return overview;
}

function addServices(overview: Overview, state: State, silent: boolean, count: number): void {
  overview.states[state] += count;
  overview.services += count;
  if (silent) overview.silent += count;
  else overview.heard[state] += count;
}
