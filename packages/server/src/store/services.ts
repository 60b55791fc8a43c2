import type { Status } from '../core/status.ts';
import { insertForIds, statementsOf } from './dialect.ts';
import type { Tx } from './transaction.ts';

/** A service as the use cases work on it. */
export interface Service {
  id: number;
  serverId: number;
  name: string;
  status: Status;
  /** When the sweep looks at it next; null: never. */
  wakeAt: number | null;
}

// biome-ignore lint/suspicious/noExplicitAny: rows as the database gives them; toService makes them ours.
type Row = any;

const COLUMNS = [
  'id',
  'server_id',
  'name',
  'state',
  'info',
  'period_seconds',
  'grace_seconds',
  'reported_at',
  'deadline_at',
  'silent',
  'state_since',
  'since',
  'reports',
  'wake_at',
];

/** Services of one server by name, locked until the transaction ends. */
export async function loadServices(tx: Tx, serverId: number, names: string[]): Promise<Service[]> {
  const found: Service[] = [];
  for (const piece of statementsOf(names)) {
    const rows: Row[] = await tx('services')
      .where({ server_id: serverId })
      .whereIn('name', piece)
      .forUpdate()
      .select(COLUMNS);
    found.push(...rows.map(toService));
  }
  return found;
}

/** Services by id. One that has been removed is left out. */
export async function loadServicesById(tx: Tx, ids: number[]): Promise<Service[]> {
  const found: Service[] = [];
  for (const piece of statementsOf(ids)) {
    const rows: Row[] = await tx('services').whereIn('id', piece).select(COLUMNS);
    found.push(...rows.map(toService));
  }
  return found;
}

/** Up to `limit` services whose wake-up time and deadline have come, the earliest first, locked until the transaction ends. */
export async function loadOverdue(tx: Tx, now: number, limit: number): Promise<Service[]> {
  const overdue = tx('services').where('wake_at', '<=', now).where('deadline_at', '<=', now);
  const rows: Row[] = await overdue.orderBy('wake_at').limit(limit).forUpdate().select(COLUMNS);
  return rows.map(toService);
}

/**
 * Moves up to `limit` wake-ups that have come, of services that kept their promise meanwhile, to their deadlines;
 * returns how many. With many services this is most of the sweep's work, so their rows are never read.
 */
export async function postponeWakeUps(tx: Tx, now: number, limit: number): Promise<number> {
  const kept = tx('services').where('wake_at', '<=', now).where('deadline_at', '>', now);
  const rows: { id: number }[] = await kept.orderBy('wake_at').limit(limit).select('id');
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0)
    await tx('services')
      .whereIn('id', ids)
      .where('deadline_at', '>', now)
      .update({ wake_at: tx.ref('deadline_at') });
  return ids.length;
}

/** The earliest wake-up time; undefined when nothing is promised. */
export async function nextWakeAt(db: Tx): Promise<number | undefined> {
  const row: Row = await db('services').whereNotNull('wake_at').orderBy('wake_at').first('wake_at');
  return row?.wake_at;
}

/** Registers services on their first report; returns their ids in order. */
export async function insertServices(tx: Tx, services: Omit<Service, 'id'>[]): Promise<number[]> {
  return insertForIds(
    tx,
    'services',
    services.map((service) => toRow(service)),
  );
}

/** Writes what changed by reports or by silence; title and name stay as they are. */
export async function saveServices(tx: Tx, services: Service[]): Promise<void> {
  for (const piece of statementsOf(services)) {
    const rows = piece.map((service) => ({ id: service.id, ...toRow(service) }));
    await tx('services').insert(rows).onConflict('id').merge();
  }
}

/** Removes a service with everything that hangs on it. False when there is none. */
export async function deleteService(tx: Tx, id: number): Promise<boolean> {
  const row: Row = await tx('services').where({ id }).forUpdate().first('server_id', 'name');
  if (!row) return false;
  const alerts = tx('alerts').where({ server_id: row.server_id, service: row.name });
  await tx('deliveries').whereIn('alert_id', alerts.clone().select('id')).delete();
  await alerts.delete();
  await tx('spans').where({ service_id: id }).delete();
  await tx('reports').where({ service_id: id }).delete();
  await tx('services').where({ id }).delete();
  return true;
}

function toService(row: Row): Service {
  return {
    id: row.id,
    serverId: row.server_id,
    name: row.name,
    wakeAt: row.wake_at,
    status: {
      state: row.state,
      info: row.info,
      periodSeconds: row.period_seconds,
      graceSeconds: row.grace_seconds,
      reportedAt: row.reported_at,
      deadlineAt: row.deadline_at,
      silent: Boolean(row.silent),
      stateSince: row.state_since,
      since: row.since,
      reports: row.reports,
    },
  };
}

function toRow({ serverId, name, status, wakeAt }: Omit<Service, 'id'>): object {
  return {
    server_id: serverId,
    name,
    state: status.state,
    info: status.info,
    period_seconds: status.periodSeconds,
    grace_seconds: status.graceSeconds,
    reported_at: status.reportedAt,
    deadline_at: status.deadlineAt,
    silent: status.silent,
    state_since: status.stateSince,
    since: status.since,
    reports: status.reports,
    wake_at: wakeAt,
  };
}
