import { STATES, type State } from '@overc/protocol';
import type { Knex } from 'knex';

/** Counts over everything. */
export interface Overview {
  servers: number;
  services: number;
  silent: number;
  states: Record<State, number>;
  /** Alerts since a time. */
  alerts: number;
}

export async function loadOverview(db: Knex, alertsSince: number): Promise<Overview> {
  const groups: { state: State; silent: number; count: number }[] = await db('services')
    .groupBy('state', 'silent')
    .select('state', 'silent')
    .count({ count: '*' });
  const states = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  let [services, silent] = [0, 0];
  for (const group of groups) {
    states[group.state] += Number(group.count);
    services += Number(group.count);
    if (group.silent) silent += Number(group.count);
  }
  const servers = await count(db('servers'));
  const alerts = await count(db('alerts').where('at', '>=', alertsSince));
  return { servers, services, silent, states, alerts };
}

async function count(query: Knex.QueryBuilder): Promise<number> {
  const row = await query.count({ count: '*' }).first();
  return Number(row.count);
}
