import type { Knex } from 'knex';
import { type Alert, kindsOf, type Severity } from '../../core/alert.ts';
import type { DeliveryState } from '../../core/delivery.ts';
import { before } from './history.ts';

/** An alert as people see it. */
export interface AlertView extends Alert {
  id: number;
  at: number;
  serverId: number | null;
  /** The service that it is about, where that is known by report. */
  serviceId: number | null;
}

export interface AlertFilter {
  server?: string | undefined;
  service?: string | undefined;
  kind?: string | undefined;
  severity?: Severity | undefined;
  since?: number | undefined;
  /** Time and id of the last alert of the page before. */
  after?: [number, number] | undefined;
  limit: number;
}

/** Alerts, the latest first; one more than `limit` when there is a next page. */
export async function listAlerts(db: Knex, filter: AlertFilter): Promise<AlertView[]> {
  const query = db('alerts')
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(filter.limit + 1);
  if (filter.server !== undefined)
    query.whereIn('server_id', db('servers').where('name', filter.server).select('id'));
  if (filter.service !== undefined) query.where('service', filter.service);
  if (filter.kind !== undefined) query.where('kind', filter.kind);
  if (filter.severity !== undefined) whereSeverity(query, filter.severity);
  if (filter.since !== undefined) query.where('at', '>=', filter.since);
  if (filter.after) query.where((earlier) => before(earlier, 'at', filter.after as [number, number]));

  const rows = await db
    .from(query.select('id', 'at', 'server_id', 'service', 'kind', 'message', 'state', 'info').as('a'))
    .leftJoin('servers as s', 's.id', 'a.server_id')
    .leftJoin('services as v', (on) => on.on('v.server_id', 'a.server_id').andOn('v.name', 'a.service'))
    .orderBy([
      { column: 'a.at', order: 'desc' },
      { column: 'a.id', order: 'desc' },
    ])
    .select('a.*', { server: 's.name', service_id: 'v.id' });
  return rows.map(toView);
}

function whereSeverity(query: Knex.QueryBuilder, severity: Severity): void {
  const kinds = kindsOf(severity);
  if ('only' in kinds) query.whereIn('kind', kinds.only);
  else query.whereNotIn('kind', kinds.allBut);
}

// biome-ignore lint/suspicious/noExplicitAny: a row as the database gives it.
function toView(row: any): AlertView {
  return {
    id: row.id,
    at: row.at,
    kind: row.kind,
    message: row.message,
    serverId: row.server_id,
    server: row.server,
    service: row.service,
    serviceId: row.service_id,
    current: row.state === null ? null : { state: row.state, info: row.info },
  };
}

export interface DeliveryView {
  alertId: number;
  channel: string;
  /** While a collector is at it: sending. */
  state: DeliveryState | 'sending';
  attempts: number;
  lastError: string | null;
  /** When it is tried again, while it waits. */
  nextAt: number | null;
  /** When it was sent or given up. */
  doneAt: number | null;
}

/** What became of the deliveries of these alerts, as of `now`. */
export async function listDeliveries(db: Knex, alertIds: number[], now: number): Promise<DeliveryView[]> {
  const rows: (DeliveryView & { leaseUntil: number | null })[] = await db('deliveries')
    .whereIn('alert_id', alertIds)
    .orderBy('id')
    .select({
      alertId: 'alert_id',
      channel: 'channel',
      state: 'state',
      attempts: 'attempts',
      lastError: 'last_error',
      nextAt: 'next_at',
      doneAt: 'done_at',
      leaseUntil: 'lease_until',
    });
  return rows.map(({ leaseUntil, ...row }) => {
    const isClaimed = row.state === 'waiting' && leaseUntil !== null && leaseUntil > now;
    const state = isClaimed ? 'sending' : row.state;
    return { ...row, state, nextAt: state === 'waiting' ? row.nextAt : null };
  });
}
