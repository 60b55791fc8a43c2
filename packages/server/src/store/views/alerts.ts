import type { State } from '@overc/protocol';
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
  /** What became of them, by channel. */
  deliveries: DeliveryView[];
}

export interface DeliveryView {
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

/** Alerts as of `now`, the latest first; one more than `limit` when there is a next page. */
export async function listAlerts(db: Knex, filter: AlertFilter, now: number): Promise<AlertView[]> {
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

  const rows: Row[] = await db
    .from(query.select('id', 'at', 'server_id', 'service', 'kind', 'message', 'state', 'info').as('a'))
    .leftJoin('servers as s', 's.id', 'a.server_id')
    .leftJoin('services as v', (on) => on.on('v.server_id', 'a.server_id').andOn('v.name', 'a.service'))
    .leftJoin('deliveries as d', 'd.alert_id', 'a.id')
    .orderBy([{ column: 'a.at', order: 'desc' }, { column: 'a.id', order: 'desc' }, 'd.id'])
    .select(COLUMNS);
  return gather(rows, now);
}

const COLUMNS = {
  id: 'a.id',
  at: 'a.at',
  serverId: 'a.server_id',
  server: 's.name',
  service: 'a.service',
  serviceId: 'v.id',
  kind: 'a.kind',
  message: 'a.message',
  state: 'a.state',
  info: 'a.info',
  channel: 'd.channel',
  deliveryState: 'd.state',
  attempts: 'd.attempts',
  lastError: 'd.last_error',
  nextAt: 'd.next_at',
  doneAt: 'd.done_at',
  leaseUntil: 'd.lease_until',
};

/** An alert with one of its deliveries, or with none. */
interface Row extends Omit<AlertView, 'current' | 'deliveries'>, Omit<DeliveryView, 'channel' | 'state'> {
  state: State | null;
  info: string;
  channel: string | null;
  deliveryState: DeliveryState;
  leaseUntil: number | null;
}

function gather(rows: Row[], now: number): AlertView[] {
  const alerts: AlertView[] = [];
  for (const row of rows) {
    if (alerts.at(-1)?.id !== row.id) alerts.push(toAlert(row));
    if (row.channel !== null) alerts.at(-1)?.deliveries.push(toDelivery(row, row.channel, now));
  }
  return alerts;
}

function toAlert({
  id,
  at,
  kind,
  message,
  serverId,
  server,
  service,
  serviceId,
  state,
  info,
}: Row): AlertView {
  const current = state === null ? null : { state, info };
  return { id, at, kind, message, serverId, server, service, serviceId, current, deliveries: [] };
}

function toDelivery(
  { deliveryState, attempts, lastError, nextAt, doneAt, leaseUntil }: Row,
  channel: string,
  now: number,
): DeliveryView {
  const isClaimed = deliveryState === 'waiting' && leaseUntil !== null && leaseUntil > now;
  const state = isClaimed ? 'sending' : deliveryState;
  return { channel, state, attempts, lastError, nextAt: state === 'waiting' ? nextAt : null, doneAt };
}

function whereSeverity(query: Knex.QueryBuilder, severity: Severity): void {
  const kinds = kindsOf(severity);
  if ('only' in kinds) query.whereIn('kind', kinds.only);
  else query.whereNotIn('kind', kinds.allBut);
}
