import { lockPulses, savePulses } from '../store/pulses.ts';
import { saveServerTitle } from '../store/servers.ts';
import { lockService, markPaused, type Service, saveServiceTitle } from '../store/services.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import type { MonitorDeps } from './deps.ts';

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
 * Changes a service. Neither pausing nor resuming it raises anything by itself: the first report after a pause tells
 * what is not any more as people were told. False when there is none.
 */
export function changeService(
  { db }: Pick<MonitorDeps, 'db'>,
  id: number,
  { title, paused }: ServiceChange,
): Promise<boolean> {
  return transaction(db, async (tx) => {
    const service = await lockService(tx, id);
    if (!service) return false;
    if (title !== undefined) await saveServiceTitle(tx, id, title);
    if (paused !== undefined && paused !== service.member.paused) await pause(tx, service, paused);
    return true;
  });
}

/** Changes a server. False when there is none. */
export function changeServer(
  { db }: Pick<MonitorDeps, 'db'>,
  id: number,
  { title }: ServerChange,
): Promise<boolean> {
  return transaction(db, (tx) => saveServerTitle(tx, id, title));
}

/** In another version of its pulse the next report is judged, even one that only says what was said the last time. */
async function pause(tx: Tx, { id, pulseId }: Service, paused: boolean): Promise<void> {
  await markPaused(tx, id, paused);
  const pulse = (await lockPulses(tx, [pulseId])).get(pulseId);
  if (!pulse) return;
  pulse.version++;
  await savePulses(tx, [pulse]);
}
