import { wakeAt } from '../core/deadline.ts';
import { expire } from '../core/transition.ts';
import { insertAlerts, type NewAlert } from '../store/alerts.ts';
import { insertSpans, type ServiceSpan } from '../store/history.ts';
import { loadOverdue, nextWakeAt, postponeWakeUps, type Service, saveServices } from '../store/services.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import type { MonitorDeps } from './deps.ts';

/** Services looked at in one transaction: few enough that reports never wait long behind it. */
const CHUNK = 500;

/**
 * Records every promise that is broken at `now`, and moves the wake-up of those that were kept to their new deadline.
 * Returns when to look next; undefined when nothing is promised.
 */
export async function expireOverdue(deps: MonitorDeps, now: number): Promise<number | undefined> {
  const { db, publish } = deps;
  for (let silent = CHUNK; silent === CHUNK; ) {
    silent = await transaction(db, (tx) => expireChunk(tx, deps, now));
    if (silent > 0) publish({ reports: 0, alerts: silent, wakeAt: undefined });
  }
  for (let kept = CHUNK; kept === CHUNK; )
    kept = await transaction(db, (tx) => postponeWakeUps(tx, now, CHUNK));
  return transaction(db, nextWakeAt);
}

/** Declares up to CHUNK services silent; returns how many. */
async function expireChunk(tx: Tx, { channels }: MonitorDeps, now: number): Promise<number> {
  const services: Service[] = [];
  const spans: ServiceSpan[] = [];
  const alerts: NewAlert[] = [];
  for (const service of await loadOverdue(tx, now, CHUNK)) {
    const change = expire(service.status, now);
    if (!change) continue;
    services.push({ ...service, status: change.next, wakeAt: wakeAt(null, change.next) });
    for (const span of change.closed) spans.push({ serviceId: service.id, ...span });
    for (const event of change.events)
      alerts.push({ ...event, at: now, serverId: service.serverId, service: service.name });
  }
  await saveServices(tx, services);
  await insertSpans(tx, spans);
  await insertAlerts(tx, alerts, channels);
  return services.length;
}
