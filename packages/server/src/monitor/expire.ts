import { memberOf, statusOf } from '../core/pulse.ts';
import { expire } from '../core/transition.ts';
import { insertAlerts, type NewAlert } from '../store/alerts.ts';
import { insertSpans, type ServiceSpan } from '../store/history.ts';
import {
  findOverdue,
  lockPulses,
  nextWakeAt,
  postponeWakeUps,
  type StoredPulse,
  saveWakeUps,
  type WakeUp,
} from '../store/pulses.ts';
import { loadMembers, type Service, saveSilences } from '../store/services.ts';
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
  const earliest = await nextWakeAt(db);
  if (earliest === undefined || earliest > now) return earliest;
  for (let more = true; more; ) {
    const { alerts, pulses } = await transaction(db, (tx) => expireChunk(tx, deps, now));
    if (alerts > 0) publish({ reports: 0, alerts, wakeAt: undefined });
    more = pulses > 0;
  }
  for (let kept = CHUNK; kept === CHUNK; )
    kept = await transaction(db, (tx) => postponeWakeUps(tx, now, CHUNK));
  return nextWakeAt(db);
}

/** What became of the services that were looked at. */
interface Found {
  silent: Service[];
  spans: ServiceSpan[];
  alerts: NewAlert[];
  wakeUps: WakeUp[];
}

/** Declares about CHUNK services silent; returns how many alerts that raised, and how many pulses it looked at. */
async function expireChunk(tx: Tx, { channels }: MonitorDeps, now: number) {
  const overdue = firstOf(await findOverdue(tx, now, CHUNK));
  const members = await loadMembers(tx, overdue);
  const pulses = await lockPulses(tx, overdue);
  const found: Found = { silent: [], spans: [], alerts: [], wakeUps: [] };
  for (const pulse of pulses.values()) expirePulse(pulse, members.get(pulse.id) ?? [], now, found);
  await saveSilences(tx, found.silent);
  await saveWakeUps(tx, found.wakeUps);
  await insertSpans(tx, found.spans);
  await insertAlerts(tx, found.alerts, channels);
  return { alerts: found.alerts.length, pulses: overdue.length };
}

/** The first pulses that hold CHUNK services together; at least one. */
function firstOf(pulses: Pick<StoredPulse, 'id' | 'members'>[]): number[] {
  let services = 0;
  const ids: number[] = [];
  for (const { id, members } of pulses) {
    services += members;
    if (ids.length > 0 && services > CHUNK) break;
    ids.push(id);
  }
  return ids;
}

function expirePulse({ id, infos, value }: StoredPulse, members: Service[], now: number, found: Found): void {
  let wakeAt: number | null = null;
  for (const service of members) {
    const status = statusOf(service.member, infos[service.slot] ?? '', value);
    const change = expire(status, now);
    if (!change && !status.silent) wakeAt = Math.min(wakeAt ?? status.deadlineAt, status.deadlineAt);
    if (!change) continue;
    const { serverId, name } = service;
    found.silent.push({ ...service, member: memberOf(change.next, value) });
    found.spans.push(...change.closed.map((span) => ({ serviceId: service.id, ...span })));
    found.alerts.push(...change.events.map((event) => ({ ...event, at: now, serverId, service: name })));
  }
  found.wakeUps.push({ pulseId: id, wakeAt });
}
