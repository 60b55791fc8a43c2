import { wakeAt } from '../core/deadline.ts';
import { expire } from '../core/transition.ts';
import { insertAlerts, type NewAlert } from '../store/alerts.ts';
import { insertSpans, type ServiceSpan } from '../store/history.ts';
import { loadWaking, nextWakeAt, type Service, saveServices } from '../store/services.ts';
import { transaction } from '../store/transaction.ts';
import type { MonitorDeps } from './deps.ts';

/** Services looked at in one transaction: few enough that reports never wait long behind it. */
const CHUNK = 500;

/**
 * Records every promise that is broken at `now`, and moves the wake-up of those that were kept to their new deadline.
 * Returns when to look next; undefined when nothing is promised.
 */
export async function expireOverdue(deps: MonitorDeps, now: number): Promise<number | undefined> {
  for (;;) {
    const { looked, alerts, next } = await transaction(deps.db, async (tx) => {
      const waking = await loadWaking(tx, now, CHUNK);
      const services: Service[] = [];
      const spans: ServiceSpan[] = [];
      const alerts: NewAlert[] = [];
      for (const service of waking) {
        const change = expire(service.status, now);
        const status = change?.next ?? service.status;
        services.push({ ...service, status, wakeAt: wakeAt(null, status) });
        for (const span of change?.closed ?? []) spans.push({ serviceId: service.id, ...span });
        for (const event of change?.events ?? [])
          alerts.push({ ...event, at: now, serverId: service.serverId, service: service.name });
      }
      await saveServices(tx, services);
      await insertSpans(tx, spans);
      await insertAlerts(tx, alerts, deps.channels);
      return { looked: waking.length, alerts: alerts.length, next: await nextWakeAt(tx) };
    });
    if (alerts > 0) deps.publish({ reports: 0, alerts, wakeAt: undefined });
    if (looked < CHUNK) return next;
  }
}
