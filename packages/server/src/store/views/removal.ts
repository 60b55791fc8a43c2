import type { Knex } from 'knex';

/** How much goes when something is removed. */
export interface RemovalView {
  services: number;
  /** Those that are over and those that last. */
  spans: number;
  alerts: number;
  /** Deliveries that nobody has made yet. */
  owed: number;
}

/** What goes with a service. */
export function countOfService(
  db: Knex,
  { id, serverId, name }: { id: number; serverId: number; name: string },
): Promise<RemovalView> {
  const services = db('services').where({ id });
  return countAll(db, services, db('alerts').where({ server_id: serverId, service: name }));
}

/** What goes with a server. */
export function countOfServer(db: Knex, id: number): Promise<RemovalView> {
  return countAll(db, db('services').where({ server_id: id }), db('alerts').where({ server_id: id }));
}

async function countAll(
  db: Knex,
  services: Knex.QueryBuilder,
  alerts: Knex.QueryBuilder,
): Promise<RemovalView> {
  const lasting = await count(services.clone());
  const over = await count(db('spans').whereIn('service_id', services.clone().select('id')));
  const owed = db('deliveries').where({ state: 'waiting' }).whereIn('alert_id', alerts.clone().select('id'));
  return {
    services: lasting,
    spans: over + lasting,
    alerts: await count(alerts.clone()),
    owed: await count(owed),
  };
}

async function count(query: Knex.QueryBuilder): Promise<number> {
  const row = await query.count({ count: '*' }).first();
  return Number(row.count);
}
