import { deletePulses, lockPulses, savePulses } from '../store/pulses.ts';
import { deleteServer } from '../store/servers.ts';
import { deleteService, lockService } from '../store/services.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import type { MonitorDeps } from './deps.ts';

/** Removes a service with its history and alerts; its next report registers it anew. False when there is none. */
export function removeService({ db }: Pick<MonitorDeps, 'db'>, id: number): Promise<boolean> {
  return transaction(db, async (tx) => {
    const service = await lockService(tx, id);
    if (!service) return false;
    await leavePulse(tx, service.pulseId, service.slot);
    await deleteService(tx, service);
    return true;
  });
}

/** The last one to leave takes the pulse with it. */
async function leavePulse(tx: Tx, pulseId: number, slot: number): Promise<void> {
  const pulse = (await lockPulses(tx, [pulseId])).get(pulseId);
  if (!pulse) return;
  if (pulse.members === 1) return deletePulses(tx, [pulseId]);
  pulse.members--;
  pulse.version++;
  pulse.infos[slot] = null;
  await savePulses(tx, [pulse]);
}

/** Removes a server with its key, services, history and alerts. False when there is none. */
export function removeServer({ db }: Pick<MonitorDeps, 'db'>, id: number): Promise<boolean> {
  return transaction(db, (tx) => deleteServer(tx, id));
}
