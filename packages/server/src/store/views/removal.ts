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
  const spans = db('spans').whereIn('service_id', services.clone().select('id'));
  const owed = db('deliveries').where({ state: 'waiting' }).whereIn('alert_id', alerts.clone().select('id'));
  const count = (query: Knex.QueryBuilder) => query.clone().count('*');
  const row = await db
    .select({ services: count(services), over: count(spans), alerts: count(alerts), owed: count(owed) })
    .first();
  const lasting = Number(row.services);
  return {
    services: lasting,
    spans: Number(row.over) + lasting,
    alerts: Number(row.alerts),
    owed: Number(row.owed),
  };
}
