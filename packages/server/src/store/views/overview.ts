import { STATES, type State } from '@overc/protocol';
import type { Knex } from 'knex';

/** Counts over everything. */
export interface Overview {
  servers: number;
  services: number;
  silent: number;
  states: Record<State, number>;
  /** By state, without those that are silent or paused. */
  heard: Record<State, number>;
  /** Silent and not paused. */
  unheard: number;
  paused: number;
  /** Alerts since a time. */
  alerts: number;
}

/** What the counts are of, beside services of a state. */
type Row = { state: State | 'servers' | 'alerts'; silent: number; paused: number; count: number };

export async function loadOverview(db: Knex, alertsSince: number): Promise<Overview> {
  const count = (table: string) => db(table).select(db.raw('?, 0, 0, count(*)', [table]));
  const byState = db('services')
    .groupBy('state', 'silent', 'paused')
    .select('state', 'silent', 'paused', { count: db.raw('count(*)') });
  const rows: Row[] = await db
    .from(byState.as('g'))
    .select('*')
    .unionAll([count('servers'), count('alerts').where('at', '>=', alertsSince)]);
  const none = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  const overview: Overview = {
    ...{ servers: 0, services: 0, silent: 0, states: { ...none }, alerts: 0 },
    ...{ heard: { ...none }, unheard: 0, paused: 0 },
  };
  for (const row of rows) addTo(overview, row);
  return overview;
}

function addTo(overview: Overview, { state, silent, paused, count }: Row): void {
  const more = Number(count);
  if (state === 'servers' || state === 'alerts') {
    overview[state] = more;
    return;
  }
  overview.states[state] += more;
  overview.services += more;
  if (silent) overview.silent += more;
  if (paused) overview.paused += more;
  else if (silent) overview.unheard += more;
  else overview.heard[state] += more;
}
