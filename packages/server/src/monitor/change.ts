import { statusOf } from '../core/pulse.ts';
import { resume } from '../core/transition.ts';
import { insertAlerts } from '../store/alerts.ts';
import { lockPulses, savePulses } from '../store/pulses.ts';
import { saveServerTitle } from '../store/servers.ts';
import { lockService, markPaused, type Service, saveServiceTitle } from '../store/services.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import { type ChangeDeps, shown } from './deps.ts';

/** What people change of a server; what is undefined stays. */
export interface ServerChange {
  /** What is shown in place of the name; null: the name. */
  title?: string | null | undefined;
}

/** The same of a service. */
export interface ServiceChange extends ServerChange {
  /** A paused service is recorded, and raises no alert. */
  paused?: boolean | undefined;
}

/**
 * Changes a service at `now`. Neither pausing nor resuming it raises anything by itself but what `resume` of
 * `core/transition.ts` does. False when there is none.
 */
export async function changeService(
  deps: ChangeDeps,
  id: number,
  { title, paused }: ServiceChange,
  now: number,
): Promise<boolean> {
  const alerts = await transaction(deps.db, async (tx) => {
    const service = await lockService(tx, id);
    if (!service) return undefined;
    if (title !== undefined) await saveServiceTitle(tx, id, title);
    if (paused === undefined || paused === service.member.paused) return 0;
    return pause(tx, deps, service, paused, now);
  });
  if (alerts === undefined) return false;
  deps.publish(shown(alerts));
  return true;
}

/** Changes a server. False when there is none. */
export async function changeServer(deps: ChangeDeps, id: number, { title }: ServerChange): Promise<boolean> {
  const isThere = await transaction(deps.db, (tx) => saveServerTitle(tx, id, title));
  if (isThere) deps.publish(shown());
  return isThere;
}

/**
 * Pauses or resumes; returns how many alerts that raises. In another version of its pulse the next report is judged,
 * even one that only says what was said the last time.
 */
async function pause(
  tx: Tx,
  { channels }: ChangeDeps,
  service: Service,
  paused: boolean,
  now: number,
): Promise<number> {
  const { id, serverId, name, pulseId, slot, member } = service;
  await markPaused(tx, id, paused);
  const pulse = (await lockPulses(tx, [pulseId])).get(pulseId);
  if (!pulse) return 0;
  pulse.version++;
  await savePulses(tx, [pulse]);
  if (paused) return 0;
  const { events } = resume(statusOf(member, pulse.infos[slot] ?? '', pulse.value));
  const alerts = events.map((event) => ({ ...event, at: now, serverId, service: name }));
  await insertAlerts(tx, alerts, channels);
  return alerts.length;
}
