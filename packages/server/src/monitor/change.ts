import { statusOf } from '../core/pulse.ts';
import { resume } from '../core/transition.ts';
import { insertAlerts } from '../store/alerts.ts';
import { lockPulses, type StoredPulse, savePulses } from '../store/pulses.ts';
import { saveServerTitle } from '../store/servers.ts';
import {
  lockService,
  lockServicesOf,
  markPaused,
  type Service,
  saveServiceTitle,
} from '../store/services.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import { type ChangeDeps, shown } from './deps.ts';

/** What people change of a service or a server; what is undefined stays. */
export interface Alteration {
  /** What is shown in place of the name; null: the name. */
  title?: string | null | undefined;
  /** A paused service is recorded, and raises no alert. Of a server: all services that it has. */
  paused?: boolean | undefined;
}

/**
 * Changes a service at `now`. Neither pausing nor resuming it raises anything by itself but what `resume` of
 * `core/transition.ts` does. False when there is none.
 */
export async function changeService(
  deps: ChangeDeps,
  id: number,
  { title, paused }: Alteration,
  now: number,
): Promise<boolean> {
  const alerts = await transaction(deps.db, async (tx) => {
    const service = await lockService(tx, id);
    if (!service) return undefined;
    if (title !== undefined) await saveServiceTitle(tx, id, title);
    return paused === undefined ? 0 : pause(tx, deps, [service], paused, now);
  });
  return tell(deps, alerts);
}

/** As {@link changeService}, of a server and all services that it has; one that comes later is not paused. */
export async function changeServer(
  deps: ChangeDeps,
  id: number,
  { title, paused }: Alteration,
  now: number,
): Promise<boolean> {
  const alerts = await transaction(deps.db, async (tx) => {
    if (!(await saveServerTitle(tx, id, title))) return undefined;
    return paused === undefined ? 0 : pause(tx, deps, await lockServicesOf(tx, id), paused, now);
  });
  return tell(deps, alerts);
}

function tell(deps: ChangeDeps, alerts: number | undefined): boolean {
  if (alerts === undefined) return false;
  deps.publish(shown(alerts));
  return true;
}

/**
 * Pauses or resumes those that are not yet; returns how many alerts that raises. In another version of its pulse the next
 * report is judged, even one that only says what was said the last time.
 */
async function pause(
  tx: Tx,
  { channels }: ChangeDeps,
  services: Service[],
  paused: boolean,
  now: number,
): Promise<number> {
  const changed = services.filter(({ member }) => member.paused !== paused);
  await markPaused(
    tx,
    changed.map(({ id }) => id),
    paused,
  );
  const pulses = await lockPulses(tx, new Set(changed.map(({ pulseId }) => pulseId)));
  for (const pulse of pulses.values()) pulse.version++;
  await savePulses(tx, [...pulses.values()]);
  if (paused) return 0;
  const alerts = changed.flatMap((service) => {
    const { serverId, name, pulseId, slot, member } = service;
    const pulse = pulses.get(pulseId) as StoredPulse;
    const { events } = resume(statusOf(member, pulse.infos[slot] ?? '', pulse.value));
    return events.map((event) => ({ ...event, at: now, serverId, service: name }));
  });
  await insertAlerts(tx, alerts, channels);
  return alerts.length;
}
