import { deletePulses, lockPulses, savePulses } from '../store/pulses.ts';
import { deleteServer } from '../store/servers.ts';
import { deleteService, lockService } from '../store/services.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import { type ChangeDeps, shown } from './deps.ts';

/** Removes a service with its history and alerts; its next report registers it anew. False when there is none. */
export async function removeService(deps: ChangeDeps, id: number): Promise<boolean> {
  const wasThere = await transaction(deps.db, async (tx) => {
    const service = await lockService(tx, id);
    if (!service) return false;
    await leavePulse(tx, service.pulseId, service.slot);
    await deleteService(tx, service);
    return true;
  });
  if (wasThere) deps.publish(shown());
  return wasThere;
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
export async function removeServer(deps: ChangeDeps, id: number): Promise<boolean> {
  const wasThere = await transaction(deps.db, (tx) => deleteServer(tx, id));
  if (wasThere) deps.publish(shown());
  return wasThere;
}
